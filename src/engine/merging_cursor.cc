// A binary heap of the sources by their current records.
#include "engine/merging_cursor.h"

#include <utility>

namespace flowdb {

bool MergingCursor::comes_first(const Source& a, const Source& b) const {
  const Record& x = a.cursor->record();
  const Record& y = b.cursor->record();
  int order = compare_bytes(x.key, y.key);
  if (order == 0 && x.ts != y.ts) order = x.ts > y.ts ? -1 : 1;
  if (order == 0 && a.overlay != b.overlay) order = a.overlay ? -1 : 1;
  if (order == 0 && x.sequence != y.sequence) order = x.sequence > y.sequence ? -1 : 1;
  return forward_ ? order < 0 : order > 0;
}

void MergingCursor::sift_down(size_t at) {
  for (;;) {
    size_t first = at;
    const size_t left = 2 * at + 1;
    for (size_t child = left; child < heap_.size() && child <= left + 1; ++child) {
      if (comes_first(*heap_[child], *heap_[first])) first = child;
    }
    if (first == at) return;
    std::swap(heap_[at], heap_[first]);
    at = first;
  }
}

void MergingCursor::note_left() {
  is_one_level_ = heap_.size() == 1 && heap_.front()->level != nullptr && !heap_.front()->overlay;
}

void MergingCursor::build_heap(bool forward) {
  forward_ = forward;
  heap_.clear();
  status_ = Status::ok();
  for (Source& source : sources_) {
    if (source.cursor->valid()) {
      heap_.push_back(&source);
    } else if (Status s = source.cursor->status(); !s.is_ok()) {
      status_ = std::move(s);
    }
  }
  if (!status_.is_ok()) heap_.clear();
  for (size_t i = heap_.size() / 2; i-- > 0;) sift_down(i);
  note_left();
}

void MergingCursor::settle_top() {
  Source* const top = heap_.front();
  if (!top->cursor->valid()) {
    if (Status s = top->cursor->status(); !s.is_ok()) {
      status_ = std::move(s);
      heap_.clear();
      return;
    }
    heap_.front() = heap_.back();
    heap_.pop_back();
    note_left();
    if (heap_.empty()) return;
  }
  sift_down(0);
}

void MergingCursor::seek_to_first() {
  for (Source& source : sources_) source.cursor->seek_to_first();
  build_heap(true);
}

void MergingCursor::seek(const Record& place) {
  for (Source& source : sources_) source.cursor->seek(place);
  build_heap(true);
}

void MergingCursor::seek_to_last() {
  for (Source& source : sources_) source.cursor->seek_to_last();
  build_heap(false);
}

void MergingCursor::seek_before(const Record& place) {
  for (Source& source : sources_) source.cursor->seek_before(place);
  build_heap(false);
}

}  // namespace flowdb
