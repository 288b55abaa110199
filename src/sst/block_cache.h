// BlockCache: blocks that were read, least recently used out first, bounded by their bytes.
#pragma once

#include <cstddef>
#include <cstdint>
#include <list>
#include <memory>
#include <unordered_map>

#include "sst/block.h"

namespace flowdb {

class BlockCache {
 public:
  explicit BlockCache(size_t bytes_max) : bytes_max_(bytes_max) {}
  BlockCache(const BlockCache&) = delete;
  BlockCache& operator=(const BlockCache&) = delete;

  // A number for a table that no other table ever had in this cache.
  uint64_t new_owner() { return ++last_owner_; }

  // The block of `owner` at `offset`, now the most recently used; null when it is not there.
  std::shared_ptr<const Block> find(uint64_t owner, uint64_t offset);
  // REQUIRES: it is not there. A block larger than the whole cache is not kept.
  void insert(uint64_t owner, uint64_t offset, std::shared_ptr<const Block> block);
  // Forgets the blocks of a table that is no more.
  void erase_owner(uint64_t owner);

  // Bytes of the blocks that are held.
  size_t bytes() const { return bytes_; }

 private:
  struct Key {
    uint64_t owner;
    uint64_t offset;
    bool operator==(const Key& other) const {
      return owner == other.owner && offset == other.offset;
    }
  };
  struct Hash {
    size_t operator()(const Key& key) const {
      const uint64_t h = (key.owner * 0x9e3779b97f4a7c15 + key.offset) * 0xd6e8feb86659fd93;
      return static_cast<size_t>(h ^ (h >> 32));
    }
  };
  struct Entry {
    Key key;
    std::shared_ptr<const Block> block;
  };

  void evict(std::list<Entry>::iterator entry);

  size_t bytes_max_;
  size_t bytes_ = 0;
  uint64_t last_owner_ = 0;
  std::list<Entry> by_use_;  // most recent first
  std::unordered_map<Key, std::list<Entry>::iterator, Hash> by_key_;
};

}  // namespace flowdb
