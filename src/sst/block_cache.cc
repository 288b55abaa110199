// A list in order of use and a map into it.
#include "sst/block_cache.h"

#include <utility>

namespace flowdb {
namespace {

// What an entry takes besides its block: the list's and the map's nodes.
constexpr size_t kEntryBytes = 128;

size_t charge(const Block& block) { return block.memory_bytes() + kEntryBytes; }

}  // namespace

std::shared_ptr<const Block> BlockCache::find(uint64_t owner, uint64_t offset) {
  const auto found = by_key_.find({owner, offset});
  if (found == by_key_.end()) return nullptr;
  by_use_.splice(by_use_.begin(), by_use_, found->second);
  return found->second->block;
}

void BlockCache::insert(uint64_t owner, uint64_t offset, std::shared_ptr<const Block> block) {
  const size_t bytes = charge(*block);
  if (bytes > bytes_max_) return;
  while (bytes_ + bytes > bytes_max_) evict(std::prev(by_use_.end()));
  bytes_ += bytes;
  by_use_.push_front({{owner, offset}, std::move(block)});
  by_key_.emplace(by_use_.front().key, by_use_.begin());
}

void BlockCache::erase_owner(uint64_t owner) {
  for (auto entry = by_use_.begin(); entry != by_use_.end();) {
    const auto next = std::next(entry);
    if (entry->key.owner == owner) evict(entry);
    entry = next;
  }
}

void BlockCache::evict(std::list<Entry>::iterator entry) {
  bytes_ -= charge(*entry->block);
  by_key_.erase(entry->key);
  by_use_.erase(entry);
}

}  // namespace flowdb
