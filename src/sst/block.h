// Block: a block's payload in memory. BlockCursor walks its entries; their writing counterpart is
// BlockBuilder.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>
#include <utility>

#include "util/byte_buffer.h"
#include "util/coding.h"

namespace flowdb {

class BlockSearch;

// bytes: of any other layout, without entries.
enum class BlockKind : uint8_t { data, index, bytes };

class Block {
 public:
  // Takes a payload, uncompressed. Any bytes are accepted; parse() says whether they frame entries.
  Block(ByteBuffer payload, BlockKind kind);
  ~Block();
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  // Finds the entries' and the restarts' places. False when they do not fit the payload, or there
  // is no entry.
  bool parse();
  BlockKind kind() const { return kind_; }

  // REQUIRES of what follows: parse() was true.
  std::string_view entries() const { return payload_.view().substr(0, entries_bytes_); }
  uint32_t restart_count() const { return restart_count_; }
  uint32_t restart(uint32_t index) const {
    return load_le<uint32_t>(payload_.view().data() + entries_bytes_ + index * sizeof(uint32_t));
  }
  // The last restart at or before the entry at `offset`.
  uint32_t restart_before(size_t offset) const;

  // The means to search without decoding entries, which is worth making for what is searched again:
  // an index, and a data block from the second time on. Null before that, and when entries are
  // malformed. Valid as long as the block.
  const BlockSearch* search() const {
    if (search_ != nullptr || !wants_search_) return search_.get();
    return prepare_search();
  }
  // The same without a wish for one: null if there is none by now.
  const BlockSearch* known_search() const { return search_.get(); }

  std::string_view payload() const { return payload_.view(); }
  // With the room that search() may come to take.
  size_t memory_bytes() const;

 private:
  friend class BlockRef;
  friend class BlockCache;

  const BlockSearch* prepare_search() const;

  // What a read touches stands together.
  mutable std::unique_ptr<const BlockSearch> search_;
  ByteBuffer payload_;
  uint32_t entries_bytes_ = 0;
  uint32_t restart_count_ = 0;
  mutable uint32_t holders_ = 0;
  const BlockKind kind_;
  mutable bool was_searched_ = false;
  mutable bool wants_search_ = true;
  mutable uint64_t last_use_ = 0;
  // Where the cache has it; owner 0: nowhere.
  mutable uint64_t owner_ = 0;
  mutable uint64_t offset_ = 0;
  mutable const Block** link_ = nullptr;  // BlockCache::link()
};

// Holds a block. Counts without atomic operations: a database belongs to one thread.
class BlockRef {
 public:
  BlockRef() = default;
  BlockRef(std::nullptr_t) {}  // NOLINT: no block
  explicit BlockRef(const Block* block) : block_(block) {
    if (block_ != nullptr) ++block_->holders_;
  }
  BlockRef(const BlockRef& other) : BlockRef(other.block_) {}
  BlockRef(BlockRef&& other) noexcept : block_(std::exchange(other.block_, nullptr)) {}
  BlockRef& operator=(const BlockRef& other) { return *this = BlockRef(other); }
  // The other one takes what this held.
  BlockRef& operator=(BlockRef&& other) noexcept {
    std::swap(block_, other.block_);
    return *this;
  }
  ~BlockRef() {
    if (block_ != nullptr && --block_->holders_ == 0) delete block_;
  }

  const Block* get() const { return block_; }
  const Block& operator*() const { return *block_; }
  const Block* operator->() const { return block_; }
  bool operator==(std::nullptr_t) const { return block_ == nullptr; }

 private:
  const Block* block_ = nullptr;
};

}  // namespace flowdb
