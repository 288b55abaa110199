// Linear probing; what is removed is filled up from behind, so that no slot is left marked.
#include "sst/block_cache.h"

#include <algorithm>

namespace flowdb {
namespace {

constexpr size_t kSlotsMin = 64;

// With the slots, of which half are free, and the heap.
size_t charge(const Block& block) { return block.memory_bytes() + 5 * sizeof(uint64_t); }

}  // namespace

BlockCache::~BlockCache() {
  for (const Use& use : by_use_) remove(use.block);
}

void BlockCache::insert(uint64_t owner, uint64_t offset, const BlockRef& block, CacheUse use) {
  const size_t bytes = charge(*block);
  if (use == CacheUse::pass || bytes > bytes_max_) return;
  if (use == CacheUse::room && bytes_ + bytes > bytes_max_) return;
  while (bytes_ + bytes > bytes_max_) evict_oldest();
  if ((count_ + 1) * 2 > slots_.size()) grow();
  const Block* const held = block.get();
  ++held->holders_;
  held->owner_ = owner;
  held->offset_ = offset;
  held->last_use_ = use == CacheUse::room ? 0 : ++now_;
  slots_[slot_of(owner, offset)] = held;
  by_use_.push_back({held->last_use_, held});
  std::push_heap(by_use_.begin(), by_use_.end());
  bytes_ += bytes;
  ++count_;
}

void BlockCache::grow() {
  std::vector<const Block*> before(slots_.empty() ? kSlotsMin : slots_.size() * 2);
  before.swap(slots_);
  for (const Block* const block : before) {
    if (block != nullptr) slots_[slot_of(block->owner_, block->offset_)] = block;
  }
}

void BlockCache::erase_owner(uint64_t owner) {
  const auto its = [&](const Use& use) {
    if (use.block->owner_ != owner) return false;
    remove(use.block);
    return true;
  };
  by_use_.erase(std::remove_if(by_use_.begin(), by_use_.end(), its), by_use_.end());
  std::make_heap(by_use_.begin(), by_use_.end());
}

void BlockCache::evict_oldest() {
  for (;;) {
    std::pop_heap(by_use_.begin(), by_use_.end());
    Use& use = by_use_.back();
    if (use.time == use.block->last_use_) break;
    // Used since; no block in the heap is older than its time there says, so that what leaves in
    // the end is the least recently used one.
    use.time = use.block->last_use_;
    std::push_heap(by_use_.begin(), by_use_.end());
  }
  remove(by_use_.back().block);
  by_use_.pop_back();
}

void BlockCache::remove(const Block* block) {
  const size_t mask = slots_.size() - 1;
  size_t hole = slot_of(block->owner_, block->offset_);
  // What stands behind it moves up, unless that would bring it before its home.
  for (size_t i = (hole + 1) & mask; slots_[i] != nullptr; i = (i + 1) & mask) {
    const size_t home = home_of(slots_[i]->owner_, slots_[i]->offset_);
    if (((i - home) & mask) < ((i - hole) & mask)) continue;
    slots_[hole] = slots_[i];
    hole = i;
  }
  slots_[hole] = nullptr;
  bytes_ -= charge(*block);
  --count_;
  unlink(block);
  block->owner_ = 0;
  if (--block->holders_ == 0) delete block;
}

}  // namespace flowdb
