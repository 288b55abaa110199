// TableCursor: a walk over all records of one table, both ways.
#pragma once

#include <memory>

#include "sst/table.h"

namespace flowdb {

class TableCursor final : public RecordCursor {
 public:
  explicit TableCursor(std::shared_ptr<const Table> table, CacheUse cache = CacheUse::keep)
      : table_(std::move(table)), cache_(cache) {}

  void seek_to_first() override;
  void seek_to_last() override;
  void seek(const Record& place) override;
  void next() override;
  void prev() override;
  Status status() const override { return status_; }

 private:
  bool load_index();
  // Opens the data block that the index stands at. False at the end, and on an error.
  bool open_block();
  // From an end of a block on to the next one that has records.
  void settle_forward();
  void settle_backward();

  std::shared_ptr<const Table> table_;
  CacheUse cache_;
  BlockRef index_block_;
  BlockCursor index_;
  BlockHandle data_handle_;
  BlockRef data_block_;
  BlockCursor data_;
  Status status_;
};

}  // namespace flowdb
