// BlockCache: blocks that were read, least recently used out first, bounded by their bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "sst/block.h"

namespace flowdb {

// What becomes of a block that was not in the cache. keep: it is now the most recently used. room:
// it stays only where there is room, and is the first to go; so a long walk never pushes out what
// others come back to. pass: it is not kept; a compaction reads every block once.
enum class CacheUse : uint8_t { keep, room, pass };

// A hash table with open addressing of the blocks, which are linked among each other in order of
// use: a hit allocates nothing, and touches few lines of the processor's cache.
class BlockCache {
 public:
  explicit BlockCache(size_t bytes_max) : bytes_max_(bytes_max) {}
  ~BlockCache();
  BlockCache(const BlockCache&) = delete;
  BlockCache& operator=(const BlockCache&) = delete;

  // A number for a table that no other table ever had in this cache.
  uint64_t new_owner() { return ++last_owner_; }

  // The block of `owner` at `offset`, now the most recently used; null when it is not there.
  BlockRef find(uint64_t owner, uint64_t offset);
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
  // Where the block is, or the free slot where it would be. REQUIRES: there is a free slot.
  size_t slot_of(uint64_t owner, uint64_t offset) const;
  size_t home_of(uint64_t owner, uint64_t offset) const;
  void grow();
  void link(const Block* block);
  void link_oldest(const Block* block);
  void unlink(const Block* block);
  void evict(const Block* block);

  size_t bytes_max_;
  size_t bytes_ = 0;
  uint64_t last_owner_ = 0;
  size_t count_ = 0;
  std::vector<const Block*> slots_;  // a power of two of them, half of them free at least
  const Block* newest_ = nullptr;
  const Block* oldest_ = nullptr;
};

}  // namespace flowdb
