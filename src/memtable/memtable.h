// Memtable: an ordered table in memory (skip list in an arena) of what is in no SST yet. A
// transaction's overlay is one, too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "util/range_removes.h"
#include "util/record.h"

namespace flowdb {

class Memtable {
 public:
  Memtable();
  ~Memtable();
  Memtable(const Memtable&) = delete;
  Memtable& operator=(const Memtable&) = delete;

  // Copies key and value. A record with the same key, ts and sequence is replaced. The removal of a
  // range removes what is in this table with its own sequence, too: a batch has one for all its
  // operations. Result: whether the record is now the only one of its key.
  bool insert(const Record& record);
  // The same for a record that nobody looks for before order(); until then it counts nowhere but in
  // memory_bytes(). For keys that come in no order: sorted at once they take half of the time.
  // REQUIRES: it is no removal of a range.
  void insert_unordered(const Record& record);
  // Puts what insert_unordered() took where it belongs, as if it were inserted now in the order in
  // which it came.
  void order();

  // The removals of ranges. They do not change as long as somebody holds them.
  bool has_range_removes() const;
  std::shared_ptr<const RangeRemoves> range_removes() const;
  // Keeps those that readers need who see everything up to `sequence`, whatever comes later.
  void keep_range_removes_for(uint64_t sequence);

  // Finds the newest visible version: largest ts <= `ts_max`, then largest sequence <=
  // `sequence_max`, puts and removes alike. False when there is none. The views in `found` hold as
  // long as the table.
  bool find(std::string_view key, uint64_t sequence_max, Record& found,
            int64_t ts_max = INT64_MAX) const;

  // Records and removals of ranges.
  size_t count() const;
  // The bounds of all ts in the table; an empty interval when there are none.
  int64_t min_ts() const;
  int64_t max_ts() const;
  // Grows with every insert, so that a walk can tell that the table is no longer what it was.
  uint64_t changes() const;
  // Memory used, in bytes, arena included.
  size_t memory_bytes() const;
  // Sum of key and value bytes.
  size_t data_bytes() const;

  // Walks all versions in record order, both ways. Inserting while a cursor exists is allowed; a
  // cursor does not outlive the table.
  class Cursor {
   public:
    explicit Cursor(const Memtable& table) : table_(&table) {}
    bool valid() const { return node_ != nullptr; }
    void seek_to_first();
    void seek_to_last();
    // To the first record not before (key, ts, sequence) in record order.
    void seek(std::string_view key, int64_t ts = INT64_MAX, uint64_t sequence = UINT64_MAX);
    void next();
    void prev();
    // REQUIRES: valid(). The record until the cursor moves, its views as long as the table.
    const Record& record() const;

   private:
    const Memtable* table_;
    const struct MemtableNode* node_ = nullptr;
  };

 private:
  friend class Cursor;
  void remove_range(const Record& range);

  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace flowdb
