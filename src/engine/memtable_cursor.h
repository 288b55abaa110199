// MemtableCursor: a memtable as a source of the merged walk.
#pragma once

#include <memory>
#include <utility>

#include "memtable/memtable.h"
#include "util/record_cursor.h"

namespace flowdb {

class MemtableCursor final : public RecordCursor {
 public:
  // `owner` keeps the table alive; null when the caller does.
  MemtableCursor(const Memtable& table, std::shared_ptr<const Memtable> owner)
      : owner_(std::move(owner)), cursor_(table) {}

  void seek_to_first() override {
    cursor_.seek_to_first();
    settle();
  }
  void seek_to_last() override {
    cursor_.seek_to_last();
    settle();
  }
  void seek(const Record& place) override {
    cursor_.seek(place.key, place.ts, place.sequence);
    settle();
  }
  void next() override {
    cursor_.next();
    settle();
  }
  void prev() override {
    cursor_.prev();
    settle();
  }
  Status status() const override { return Status::ok(); }

 private:
  void settle() { current_ = cursor_.valid() ? &cursor_.record() : nullptr; }

  std::shared_ptr<const Memtable> owner_;
  Memtable::Cursor cursor_;
};

}  // namespace flowdb
