// MergingCursor: many sources as one sequence of records, in record order. It walks one way from
// each seek; to turn round is to seek anew, which keeps the walk itself simple.
#pragma once

#include <cassert>
#include <memory>
#include <vector>

#include "util/record_cursor.h"

namespace flowdb {

class MergingCursor {
 public:
  MergingCursor() = default;

  // REQUIRES: before the first seek. Overlays count as newer than everything else, whatever their
  // sequence numbers.
  void add(std::unique_ptr<RecordCursor> source) { sources_.push_back({std::move(source), false}); }
  void add_overlay(std::unique_ptr<RecordCursor> source) {
    sources_.push_back({std::move(source), true});
  }

  // False at the end, and when a source has failed.
  bool valid() const { return !heap_.empty(); }
  // REQUIRES: valid(). The record holds until the cursor moves.
  const Record& record() const { return heap_.front()->cursor->record(); }
  bool from_overlay() const { return heap_.front()->overlay; }
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

 private:
  struct Source {
    std::unique_ptr<RecordCursor> cursor;
    bool overlay = false;
  };

  // Whether `a` comes out before `b` in the way that the cursor goes.
  bool comes_first(const Source& a, const Source& b) const;
  void build_heap(bool forward);
  void sift_down(size_t at);
  // The source at the top has moved; one source alone stays where it is.
  void settle() {
    if (heap_.size() > 1 || !heap_.front()->cursor->valid()) settle_top();
  }
  void settle_top();

  std::vector<Source> sources_;
  std::vector<Source*> heap_;  // those that are valid
  bool forward_ = true;
  Status status_;
};

}  // namespace flowdb
