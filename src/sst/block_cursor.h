// BlockCursor: walks a block's entries, both ways.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sst/block.h"
#include "sst/block_entry.h"
#include "util/key_buffer.h"
#include "util/record.h"

namespace flowdb {

// In an index block an entry's key is the data block's last one, its value what
// BlockBuilder::add_index_entry was given.
class BlockCursor {
 public:
  BlockCursor() = default;
  explicit BlockCursor(const Block& block) { open(block); }
  // Leaves what it walked for another block; positions are invalid until a seek. `block` must hold
  // as long as it is walked.
  void open(const Block& block);

  bool valid() const { return valid_; }
  // REQUIRES: valid(). Holds until the cursor moves; the value's bytes as long as the block.
  const Record& record() const { return record_; }
  // Where the current entry begins among the block's entries. REQUIRES: valid().
  size_t entry_offset() const { return begin_; }
  // Not none once an entry could not be read; valid() is then false.
  EntryError error() const { return error_; }

  void seek_to_first();
  void seek_to_last();
  // To the first record that is not before `place`.
  void seek(const Record& place);
  void next() {
    if (backward_) leave_interval();
    read_forward(end_);
  }
  void prev();

 private:
  struct Entry {
    size_t key_offset = 0;  // within interval_keys_
    size_t begin = 0;       // of the entry, within the block's entries
    size_t end = 0;
    Record record;
  };

  // Reads the entry at `offset` behind the key before it, which key_ holds, into key_, record_
  // and end_.
  bool parse_entry(size_t offset);
  bool fail(EntryError error);
  void read_forward(size_t offset) {
    begin_ = offset;
    valid_ = offset < entries_.size() && parse_entry(offset);
  }
  void start_at(size_t offset);
  // To the entry that a search has found, or shortly before it.
  void seek_to_found(const BlockSearch& search, uint32_t entry);
  void seek_by_restarts(const Record& place);
  // Decodes all entries from a restart to the next, for walking backward among them.
  bool load_interval(uint32_t restart);
  void leave_interval();
  void show(size_t interval_index);

  const Block* block_ = nullptr;
  std::string_view entries_;
  BlockKind kind_ = BlockKind::data;
  bool valid_ = false;
  bool backward_ = false;
  EntryError error_ = EntryError::none;
  Record record_;
  size_t begin_ = 0;  // the current entry
  size_t end_ = 0;
  // Forward: the current key.
  KeyBuffer key_;
  // Backward: the decoded interval, and where in it the cursor stands.
  uint32_t restart_ = 0;
  std::vector<Entry> interval_;
  std::string interval_keys_;
  size_t interval_index_ = 0;
};

}  // namespace flowdb
