// Linear probing; what is removed is filled up from behind, so that no slot is left marked.
#include "sst/block_cache.h"

namespace flowdb {
namespace {

constexpr size_t kSlotsMin = 64;

size_t charge(const Block& block) { return block.memory_bytes() + 2 * sizeof(Block*); }

}  // namespace

BlockCache::~BlockCache() {
  while (oldest_ != nullptr) evict(oldest_);
}

size_t BlockCache::home_of(uint64_t owner, uint64_t offset) const {
  const uint64_t h = (owner * 0x9e3779b97f4a7c15 + offset) * 0xd6e8feb86659fd93;
  return static_cast<size_t>(h ^ (h >> 32)) & (slots_.size() - 1);
}

size_t BlockCache::slot_of(uint64_t owner, uint64_t offset) const {
  for (size_t i = home_of(owner, offset);; i = (i + 1) & (slots_.size() - 1)) {
    const Block* const block = slots_[i];
    if (block == nullptr || (block->offset_ == offset && block->owner_ == owner)) return i;
  }
}

BlockRef BlockCache::find(uint64_t owner, uint64_t offset) {
  const Block* const block = count_ == 0 ? nullptr : slots_[slot_of(owner, offset)];
  if (block == nullptr) {
    ++counters.read;
    return nullptr;
  }
  ++counters.found;
  if (block != newest_) {
    unlink(block);
    link(block);
  }
  return BlockRef(block);
}

void BlockCache::insert(uint64_t owner, uint64_t offset, const BlockRef& block, CacheUse use) {
  const size_t bytes = charge(*block);
  if (use == CacheUse::pass || bytes > bytes_max_) return;
  if (use == CacheUse::room && bytes_ + bytes > bytes_max_) return;
  while (bytes_ + bytes > bytes_max_) evict(oldest_);
  if ((count_ + 1) * 2 > slots_.size()) grow();
  const Block* const held = block.get();
  ++held->holders_;
  held->owner_ = owner;
  held->offset_ = offset;
  slots_[slot_of(owner, offset)] = held;
  use == CacheUse::room ? link_oldest(held) : link(held);
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
  for (const Block* block = oldest_; block != nullptr;) {
    const Block* const next = block->newer_;
    if (block->owner_ == owner) evict(block);
    block = next;
  }
}

void BlockCache::link(const Block* block) {
  block->newer_ = nullptr;
  block->older_ = newest_;
  (newest_ != nullptr ? newest_->newer_ : oldest_) = block;
  newest_ = block;
}

void BlockCache::link_oldest(const Block* block) {
  block->newer_ = oldest_;
  block->older_ = nullptr;
  (oldest_ != nullptr ? oldest_->older_ : newest_) = block;
  oldest_ = block;
}

void BlockCache::unlink(const Block* block) {
  (block->newer_ != nullptr ? block->newer_->older_ : newest_) = block->older_;
  (block->older_ != nullptr ? block->older_->newer_ : oldest_) = block->newer_;
}

void BlockCache::evict(const Block* block) {
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
  unlink(block);
  bytes_ -= charge(*block);
  --count_;
  if (--block->holders_ == 0) delete block;
}

}  // namespace flowdb
