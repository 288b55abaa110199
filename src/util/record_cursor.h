// RecordCursor: a walk over all records of one source (a memtable, a table, a level) in record
// order, both ways.
#pragma once

#include "util/record.h"
#include "util/status.h"

namespace flowdb {

class RecordCursor {
 public:
  virtual ~RecordCursor() = default;
  RecordCursor(const RecordCursor&) = delete;
  RecordCursor& operator=(const RecordCursor&) = delete;

  bool valid() const { return current_ != nullptr; }
  // REQUIRES: valid(). The record and its views hold until the cursor moves.
  const Record& record() const { return *current_; }

  virtual void seek_to_first() = 0;
  virtual void seek_to_last() = 0;
  // To the first record that is not before `place` in record order.
  virtual void seek(const Record& place) = 0;
  // REQUIRES: valid().
  virtual void next() = 0;
  virtual void prev() = 0;
  // Not ok once a read failed; valid() is then false.
  virtual Status status() const = 0;

  // To the last record before `place`.
  void seek_before(const Record& place) {
    seek(place);
    if (valid()) {
      prev();
    } else if (status().is_ok()) {
      seek_to_last();
    }
  }

 protected:
  RecordCursor() = default;
  // Kept by the implementations after each move, so that a comparison costs no virtual call.
  const Record* current_ = nullptr;
};

}  // namespace flowdb
