// Block: a block's payload in memory, and BlockCursor, which walks its entries both ways. Their
// writing counterpart is BlockBuilder.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "util/record.h"
#include "util/status.h"

namespace flowdb {

enum class BlockKind : uint8_t { data, index };

class Block {
 public:
  // Takes a payload, uncompressed. Any bytes are accepted; parse() says whether they frame entries.
  explicit Block(std::string payload) : payload_(std::move(payload)) {}
  // Finds the entries' and the restarts' places. False when they do not fit the payload, or there
  // is no entry.
  bool parse();
  bool is_parsed() const { return restart_count_ > 0; }

  // REQUIRES of what follows: parse() was true.
  std::string_view entries() const { return std::string_view(payload_).substr(0, entries_bytes_); }
  uint32_t restart_count() const { return restart_count_; }
  uint32_t restart(uint32_t index) const;

  std::string_view payload() const { return payload_; }
  size_t memory_bytes() const { return sizeof(Block) + payload_.capacity(); }

 private:
  std::string payload_;
  size_t entries_bytes_ = 0;
  uint32_t restart_count_ = 0;
};

// What has been wrong with an entry: not as the format has it, or of a kind that this build does
// not have.
enum class EntryError : uint8_t { none, malformed, unknown_flags };

// In an index block an entry's key is the data block's last one, its value what
// BlockBuilder::add_index_entry was given.
class BlockCursor {
 public:
  BlockCursor() = default;
  // `block` must hold as long as the cursor.
  BlockCursor(const Block& block, BlockKind kind) : block_(&block), kind_(kind) {}

  bool valid() const { return valid_; }
  // REQUIRES: valid(). Holds until the cursor moves; the value's bytes as long as the block.
  const Record& record() const { return record_; }
  // Not none once an entry could not be read; valid() is then false.
  EntryError error() const { return error_; }

  void seek_to_first();
  void seek_to_last();
  // To the first record that is not before `place`.
  void seek(const Record& place);
  void next();
  void prev();

 private:
  struct Entry {
    size_t key_offset = 0;  // within interval_keys_
    size_t begin = 0;       // of the entry, within the block's entries
    size_t end = 0;
    Record record;
  };

  // Reads the entry at `offset` on top of `key`, which holds the key before it. Leaves the key out
  // of `record`.
  bool parse_entry(size_t offset, std::string& key, Record& record, size_t& end);
  bool fail(EntryError error);
  bool read_forward(size_t offset);
  void start_at(uint32_t restart);
  // Decodes all entries from a restart to the next, for walking backward among them.
  bool load_interval(uint32_t restart);
  void show(size_t interval_index);

  const Block* block_ = nullptr;
  BlockKind kind_ = BlockKind::data;
  bool valid_ = false;
  EntryError error_ = EntryError::none;
  Record record_;
  size_t begin_ = 0;  // the current entry
  size_t end_ = 0;
  // Forward: the current key, and the last restart at or before the current entry.
  std::string key_;
  uint32_t restart_ = 0;
  // Backward: the decoded interval, and where in it the cursor stands.
  bool backward_ = false;
  std::vector<Entry> interval_;
  std::string interval_keys_;
  size_t interval_index_ = 0;
};

}  // namespace flowdb
