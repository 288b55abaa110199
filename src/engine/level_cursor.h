// LevelCursor: a walk over the tables of a sorted level, or of a part of it, as if they were one.
// Each table is opened when the walk reaches it.
#pragma once

#include <memory>
#include <optional>

#include "engine/version.h"
#include "sst/table_cursor.h"

namespace flowdb {

class LevelCursor final : public RecordCursor {
 public:
  // Walks files[begin] to files[end - 1]; `files` must outlive the cursor. REQUIRES: these are
  // disjoint, and sorted by key.
  // `cache` and `times` as for TableCursor.
  LevelCursor(const TableFiles& files, size_t begin, size_t end, CacheUse cache,
              const TimeRange& times = {})
      : files_(files), begin_(begin), end_(end), cache_(cache), times_(times) {}
  // Walks all of `files`.
  LevelCursor(TableFiles files, const TimeRange& times)
      : owned_(std::move(files)),
        files_(owned_),
        begin_(0),
        end_(owned_.size()),
        cache_(CacheUse::keep),
        times_(times) {}

  void seek_to_first() override;
  void seek_to_last() override;
  void seek(const Record& place) override;
  void next() override;

  // From now on each table is announced before it is read: by a record in front of all that it
  // holds, with its smallest key and without meaning. Then either one is to be called, not next():
  // enter_table() goes to the table's first record, skip_table() past all of them.
  void announce_tables() { announces_ = true; }
  bool is_announcing() const { return current_ == &announced_; }
  // Goes to the first record not before `place`, in the current table or one behind it. REQUIRES:
  // valid(), not is_announcing(), and that record is behind this one.
  void skip_to(const Record& place);
  void enter_table();
  void skip_table();
  void prev() override;
  Status status() const override { return status_; }
  // Null when there is none.
  BlockCursor* begin_run(uint64_t sequence_max, const std::optional<std::string_view>& upper) {
    return assigned_ == 0 ? cursor_->begin_run(sequence_max, upper) : nullptr;
  }
  BlockCursor* begin_run_back(uint64_t sequence_max, const std::optional<std::string_view>& lower) {
    return assigned_ == 0 ? cursor_->begin_run_back(sequence_max, lower) : nullptr;
  }

 private:
  // Makes the table at `index` the current one, or announces it; `walked` blocks have been read
  // since the seek. False when it is announced, behind the end, and on an error.
  bool open_table(size_t index, size_t walked = 0);
  // The cursor stands at a record.
  void show();
  void settle_forward();
  void settle_backward();

  const TableFiles owned_;
  const TableFiles& files_;
  const size_t begin_;
  const size_t end_;
  const CacheUse cache_;
  const TimeRange times_;
  size_t index_ = SIZE_MAX;
  std::optional<TableCursor> cursor_;
  uint64_t assigned_ = 0;  // TableMeta::assigned_sequence of the current table
  Record assigned_record_;
  bool announces_ = false;
  Record announced_;
  Status status_;
};

}  // namespace flowdb
