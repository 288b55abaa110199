// BlockCache: blocks that were read, least recently used out first, bounded by their bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sst/block.h"

namespace flowdb {

// What becomes of a block. keep: it is now the most recently used. room: if it was not in the cache
// it stays only where there is room, and is the first to go; so a long walk never pushes out what
// others come back to. pass: it is not kept; a compaction reads every block once. Only keep counts
// as a use of a block that was there.
enum class CacheUse : uint8_t { keep, room, pass };

// A hash table with open addressing, and a heap of the blocks by their use: a hit only notes the
// time of use in the block. The heap learns of it when the block's turn to leave has come.
class BlockCache {
 public:
  explicit BlockCache(size_t bytes_max) : bytes_max_(bytes_max) {}
  ~BlockCache();
  BlockCache(const BlockCache&) = delete;
  BlockCache& operator=(const BlockCache&) = delete;

  // A number for a table that no other table ever had in this cache.
  uint64_t new_owner() { return ++last_owner_; }

  // The block of `owner` at `offset`; null when it is not there.
  BlockRef find(uint64_t owner, uint64_t offset, CacheUse use = CacheUse::keep) {
    const Block* const block = count_ == 0 ? nullptr : slots_[slot_of(owner, offset)];
    if (block == nullptr) {
      ++counters.read;
      return nullptr;
    }
    if (use == CacheUse::keep) {
      note_use(*block);
    } else {
      ++counters.found;
    }
    return BlockRef(block);
  }
  // It is now the most recently used; as if find() had been asked for it. REQUIRES: it is here.
  void note_use(const Block& block) {
    ++counters.found;
    block.last_use_ = ++now_;
  }
  // Lets `place`, which is null, point to the block as long as it is here, so that nobody has to
  // look for it. A block has one such place; that of before becomes null.
  static void link(const Block& block, const Block*& place) {
    if (block.owner_ == 0) return;
    unlink(&block);
    block.link_ = &place;
    place = &block;
  }
  // Undoes it, as everyone must whose place goes away. Null: nothing to undo.
  static void unlink(const Block* block) {
    if (block == nullptr || block->link_ == nullptr) return;
    *std::exchange(block->link_, nullptr) = nullptr;
  }
  // REQUIRES: it is not there, and the block is in no cache. A block larger than the whole cache is
  // not kept.
  void insert(uint64_t owner, uint64_t offset, const BlockRef& block,
              CacheUse use = CacheUse::keep);
  // Forgets the blocks of a table that is no more.
  void erase_owner(uint64_t owner);

  // Bytes of the blocks that are held.
  size_t bytes() const { return bytes_; }

  struct Counters {
    uint64_t found = 0;
    uint64_t read = 0;     // were not there
    uint64_t skipped = 0;  // not asked for, because of their times
  };
  Counters counters;

 private:
  // A block, and a time at which it was used, if not the last one.
  struct Use {
    uint64_t time;
    const Block* block;
    bool operator<(const Use& other) const { return time > other.time; }
  };

  // Where the block is, or the free slot where it would be. REQUIRES: there is a free slot.
  size_t slot_of(uint64_t owner, uint64_t offset) const {
    for (size_t i = home_of(owner, offset);; i = (i + 1) & (slots_.size() - 1)) {
      const Block* const block = slots_[i];
      if (block == nullptr || (block->offset_ == offset && block->owner_ == owner)) return i;
    }
  }
  size_t home_of(uint64_t owner, uint64_t offset) const {
    const uint64_t h = (owner * 0x9e3779b97f4a7c15 + offset) * 0xd6e8feb86659fd93;
    return static_cast<size_t>(h ^ (h >> 32)) & (slots_.size() - 1);
  }
  void grow();
  // Out of the hash table, not out of the heap.
  void remove(const Block* block);
  void evict_oldest();

  size_t bytes_max_;
  size_t bytes_ = 0;
  uint64_t last_owner_ = 0;
  size_t count_ = 0;
  std::vector<const Block*> slots_;  // a power of two of them, half of them free at least
  uint64_t now_ = 0;                 // counts the uses
  std::vector<Use> by_use_;          // a heap, the oldest first
};

}  // namespace flowdb
