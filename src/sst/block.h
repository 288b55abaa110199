// Block: a block's payload in memory. BlockCursor walks its entries; their writing counterpart is
// BlockBuilder.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <utility>

#include "util/coding.h"

namespace flowdb {

class BlockSearch;

enum class BlockKind : uint8_t { data, index };

class Block {
 public:
  // Takes a payload, uncompressed. Any bytes are accepted; parse() says whether they frame entries.
  explicit Block(std::string payload);
  ~Block();
  Block(const Block&) = delete;
  Block& operator=(const Block&) = delete;

  // Finds the entries' and the restarts' places. False when they do not fit the payload, or there
  // is no entry.
  bool parse();
  bool is_parsed() const { return restart_count_ > 0; }

  // REQUIRES of what follows: parse() was true.
  std::string_view entries() const { return {payload_.data(), entries_bytes_}; }
  uint32_t restart_count() const { return restart_count_; }
  uint32_t restart(uint32_t index) const {
    return load_le<uint32_t>(payload_.data() + entries_bytes_ + index * sizeof(uint32_t));
  }
  // The last restart at or before the entry at `offset`.
  uint32_t restart_before(size_t offset) const;

  // The means to search without decoding entries, which is worth making for what is searched again:
  // an index, and a data block from the second time on. Null before that, and when entries are
  // malformed. Valid as long as the block.
  const BlockSearch* search(BlockKind kind) const {
    if (search_ != nullptr || !wants_search_) return search_.get();
    return prepare_search(kind);
  }

  std::string_view payload() const { return payload_; }
  // With the room that search() may come to take.
  size_t memory_bytes() const;

 private:
  friend class BlockRef;
  friend class BlockCache;

  const BlockSearch* prepare_search(BlockKind kind) const;

  // Where the cache has it, and when it was used last. What a hit touches stands together.
  mutable uint64_t owner_ = 0;
  mutable uint64_t offset_ = 0;
  mutable uint64_t last_use_ = 0;
  mutable uint32_t holders_ = 0;
  mutable bool was_searched_ = false;
  mutable bool wants_search_ = true;
  mutable std::unique_ptr<const BlockSearch> search_;
  uint32_t restart_count_ = 0;
  uint32_t entries_bytes_ = 0;
  std::string payload_;
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
  BlockRef& operator=(BlockRef other) noexcept {
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
