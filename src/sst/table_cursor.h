// TableCursor: a walk over all records of one table, both ways.
#pragma once

#include <cassert>
#include <memory>

#include "sst/table.h"

namespace flowdb {

class TableCursor final : public RecordCursor {
 public:
  // Blocks that hold no ts within `times` are passed over, with all that is in them; blocks that
  // are read may hold others, too. `cache`: keep is for the first kWalkBlocks blocks behind a seek
  // only, room for those that follow; `walked` of these have been read in tables before this one.
  explicit TableCursor(std::shared_ptr<const Table> table, CacheUse cache = CacheUse::keep,
                       const TimeRange& times = {}, size_t walked = 0)
      : table_(std::move(table)), cache_(cache), times_(times), walked_(walked) {}

  // Longer ones are scans, whose blocks nobody may come back to.
  static constexpr size_t kWalkBlocks = 16;
  size_t walked() const { return walked_; }
  void set_walked(size_t walked) { walked_ = walked; }

  void seek_to_first() override;
  void seek_to_last() override;
  void seek(const Record& place) override;
  void next() override {
    assert(valid());
    data_.next();
    if (!data_.valid()) settle_forward();
  }
  void prev() override {
    assert(valid());
    data_.prev();
    if (!data_.valid()) settle_backward();
  }
  Status status() const override { return status_; }
  // As BlockCursor::begin_run, whose next_in_run() moves this cursor, too; null when there is none.
  // REQUIRES: the last move was a seek or next(), and valid().
  BlockCursor* begin_run(uint64_t sequence_max, const std::optional<std::string_view>& upper) {
    return data_.begin_run(sequence_max, upper) ? &data_ : nullptr;
  }
  // The same for BlockCursor::begin_run_back; of blocks that begin before `lower` there is none.
  // REQUIRES: the last move was another one, and valid().
  BlockCursor* begin_run_back(uint64_t sequence_max, const std::optional<std::string_view>& lower) {
    if (lower && compare_bytes(data_first_key_, *lower) < 0) return nullptr;
    return data_.begin_run_back(sequence_max) ? &data_ : nullptr;
  }

 private:
  // How the cache takes what is read now.
  CacheUse use() const {
    return walked_ > kWalkBlocks && cache_ == CacheUse::keep ? CacheUse::room : cache_;
  }
  bool load_index();
  // Opens the data block that the index stands at, or the next one in that direction whose times
  // are wanted and that does not lie before `place` as a whole. False at the end, and on an error.
  bool open_block(bool forward, const Record* place = nullptr);
  // From an end of a block on to the next one that has records.
  void settle_forward();
  void settle_backward();

  std::shared_ptr<const Table> table_;
  CacheUse cache_;
  TimeRange times_;
  size_t walked_;
  BlockRef index_block_;
  BlockCursor index_;
  BlockHandle data_handle_;
  std::string_view data_first_key_;  // or what is smaller, as the index has it
  BlockRef data_block_;
  BlockCursor data_;
  Status status_;
};

}  // namespace flowdb
