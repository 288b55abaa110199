// BlockCursor: walks a block's entries, both ways.
#pragma once

#include <cstdint>
#include <optional>
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

  // A run: the records behind the current one that are puts which never expire, each the only one
  // of its key, of sequence numbers up to `sequence_max`, and smaller than `upper`. False when not
  // all records of the block are so plain, and when that is not known. REQUIRES: data, valid(), and
  // no prev() since the last seek.
  bool begin_run(uint64_t sequence_max, const std::optional<std::string_view>& upper) {
    if (!has_asked_) ask_for_search();
    return search_ != nullptr && find_run_end(sequence_max, upper);
  }
  // To the next record of the run, whose sequence record() does not tell. False at the run's end:
  // the cursor has not moved, and next() goes on.
  bool next_in_run() {
    if (next_in_run_quickly()) return true;
    if (end_ >= run_end_) return false;
    read_forward(end_);
    return valid_;
  }
  // The same, but false also where it takes a call: what no call interrupts, WebAssembly keeps in
  // registers. Only next_in_run() and next() may follow then, and tell where the cursor stands.
  bool next_in_run_quickly();

  // The same for walking backward: of such a block, all but its first record, before which a newer
  // version may stand in another block.
  // REQUIRES: data, valid(), and the last move was seek_to_last() or prev().
  bool begin_run_back(uint64_t sequence_max) {
    if (!has_asked_) ask_for_search();
    return search_ != nullptr && find_run_begin(sequence_max);
  }
  // False at the run's end: the cursor has not moved, and prev() goes on.
  bool prev_in_run() {
    if (prev_in_run_quickly()) return true;
    if (begin_ <= run_begin_) return false;
    prev();
    return valid_;
  }
  bool prev_in_run_quickly() {
    if (begin_ <= run_begin_ || interval_index_ == 0) return false;
    show(interval_index_ - 1);
    return true;
  }

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
  void ask_for_search();
  bool find_run_end(uint64_t sequence_max, const std::optional<std::string_view>& upper);
  bool find_run_begin(uint64_t sequence_max);
  // To the entry that a search has found, or shortly before it.
  void seek_to_found(const BlockSearch& search, uint32_t entry);
  void seek_by_restarts(const Record& place);
  // Decodes all entries from a restart to the next, for walking backward among them.
  bool load_interval(uint32_t restart);
  void leave_interval();
  void show(size_t interval_index);

  const Block* block_ = nullptr;
  const BlockSearch* search_ = nullptr;
  std::string_view entries_;
  BlockKind kind_ = BlockKind::data;
  bool valid_ = false;
  bool backward_ = false;
  bool has_asked_ = false;  // for the search
  EntryError error_ = EntryError::none;
  Record record_;
  size_t begin_ = 0;  // the current entry
  size_t end_ = 0;
  size_t run_begin_ = 0;
  size_t run_end_ = 0;
  // Forward: the current key.
  KeyBuffer key_;
  // Backward: the decoded interval, and where in it the cursor stands.
  uint32_t restart_ = 0;
  std::vector<Entry> interval_;
  std::string interval_keys_;
  size_t interval_index_ = 0;
};

FLOWDB_INLINE_NATIVELY bool BlockCursor::next_in_run_quickly() {
  if (end_ >= run_end_) return false;
  // All entries have been decoded before, so that no length is checked again.
  BlockEntry entry;
  if (!decode_plain_entry(entries_.data() + end_, entry, record_) ||
      !key_.replace_padded_tail_in_place(static_cast<size_t>(entry.shared), entry.rest)) {
    return false;
  }
  record_.key = key_.view();
  begin_ = end_;
  end_ = static_cast<size_t>(record_.value.data() + record_.value.size() - entries_.data());
  return true;
}

}  // namespace flowdb
