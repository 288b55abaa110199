// MergingCursor: many sources as one sequence of records, in record order. It walks one way from
// each seek; to turn round is to seek anew, which keeps the walk itself simple.
#pragma once

#include <cassert>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/level_cursor.h"
#include "engine/memtable_cursor.h"
#include "util/record_cursor.h"

namespace flowdb {

class MergingCursor {
 public:
  MergingCursor() = default;

  // REQUIRES: before the first seek. Overlays count as newer than everything else, whatever their
  // sequence numbers.
  void add(std::unique_ptr<MemtableCursor> source) {
    sources_.push_back({std::move(source), nullptr, false});
  }
  void add(std::unique_ptr<LevelCursor> source) {
    LevelCursor* const level = source.get();
    sources_.push_back({std::move(source), level, false});
  }
  void add_overlay(std::unique_ptr<MemtableCursor> source) {
    sources_.push_back({std::move(source), nullptr, true});
  }
  void add_overlay(std::unique_ptr<LevelCursor> source) {
    LevelCursor* const level = source.get();
    sources_.push_back({std::move(source), level, true});
  }

  // False at the end, and when a source has failed.
  bool valid() const { return !heap_.empty(); }
  // REQUIRES: valid(). The record holds until the cursor moves.
  const Record& record() const { return heap_.front()->cursor->record(); }
  bool from_overlay() const { return heap_.front()->overlay; }
  // Whether the record's bytes stay where they are as long as this cursor exists.
  bool record_stays() const { return heap_.front()->level == nullptr && !heap_.front()->overlay; }
  Status status() const { return status_; }

  // These make next() the way to go on.
  void seek_to_first();
  void seek(const Record& place);
  // These make prev() the way to go on. seek_before: to the last record before `place`.
  void seek_to_last();
  void seek_before(const Record& place);

  // REQUIRES: valid(), and the last seek was a forward / a backward one.
  void next() {
    assert(valid() && forward_);
    heap_.front()->cursor->next();
    settle();
  }
  void prev() {
    assert(valid() && !forward_);
    heap_.front()->cursor->prev();
    settle();
  }

  // Takes the source of record() to its first record not before `place`, or to the table that it
  // announces before that. REQUIRES: as next(); that source is a level, and not announcing.
  void skip_to(const Record& place) {
    heap_.front()->level->skip_to(place);
    settle();
  }

  // Whether all records up to `key` are of the same source. REQUIRES: as next().
  bool is_alone_until(std::string_view key) const {
    assert(valid() && forward_);
    for (size_t i = 1; i <= 2 && i < heap_.size(); ++i) {
      if (heap_[i]->cursor->record().key <= key) return false;
    }
    return true;
  }
  // LevelCursor::is_announcing() and what follows, of the source of record().
  bool is_announcing() const {
    return heap_.front()->level != nullptr && heap_.front()->level->is_announcing();
  }
  void enter_table() {
    heap_.front()->level->enter_table();
    settle();
  }
  void skip_table() {
    heap_.front()->level->skip_table();
    settle();
  }

  // Whether what is left is one level, none of the overlays.
  bool is_one_level() const { return is_one_level_; }
  // BlockCursor::begin_run of that level; null when there is none. REQUIRES: valid(),
  // is_one_level(), and the last seek was a forward / a backward one.
  BlockCursor* begin_run(uint64_t sequence_max, const std::optional<std::string_view>& upper) {
    return heap_.front()->level->begin_run(sequence_max, upper);
  }
  BlockCursor* begin_run_back(uint64_t sequence_max, const std::optional<std::string_view>& lower) {
    return heap_.front()->level->begin_run_back(sequence_max, lower);
  }

 private:
  struct Source {
    std::unique_ptr<RecordCursor> cursor;
    LevelCursor* level = nullptr;  // the cursor, unless it is a memtable's
    bool overlay = false;
  };

  // Whether `a` comes out before `b` in the way that the cursor goes.
  bool comes_first(const Source& a, const Source& b) const;
  void build_heap(bool forward);
  void sift_down(size_t at);
  void note_left();
  // The source at the top has moved; one source alone stays where it is.
  void settle() {
    if (heap_.size() > 1 || !heap_.front()->cursor->valid()) settle_top();
  }
  void settle_top();

  std::vector<Source> sources_;
  std::vector<Source*> heap_;  // those that are valid
  bool forward_ = true;
  bool is_one_level_ = false;
  Status status_;
};

}  // namespace flowdb
