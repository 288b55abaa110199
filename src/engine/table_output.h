// TableOutput: a stream of records into new tables, one after the other, which a checkpoint will
// commit together.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/manifest.h"
#include "sst/table_builder.h"
#include "storage/container.h"

namespace flowdb {

// No key: none. Keys from `key` on that share their first `group_bytes` are written and removed
// together (Engine::set_table_split): a table of `table_bytes` ends with its group, so that it is
// dead as a whole when this is removed. UINT64_MAX: it goes on as others do.
struct TableSplit {
  std::string_view key;
  size_t group_bytes = 0;
  uint64_t table_bytes = UINT64_MAX;

  bool is_behind(std::string_view some) const { return !key.empty() && some >= key; }
  bool has_groups() const { return table_bytes != UINT64_MAX; }
};

class TableOutput {
 public:
  // `next_table_id` is counted up with each table. A table that has reached `table_bytes_max`, or
  // that fills the free room which it is written to, is ended between two keys. Such room is used
  // when it takes `expected_bytes`. No table holds records on both sides of the split's key; behind
  // it, where it has groups, tables end by these, and large puts stand apart from the removals in
  // front of them. `storage`, `next_table_id` and the split's key must outlive it.
  TableOutput(Storage& storage, uint32_t& next_table_id, const TableBuilderOptions& options,
              uint64_t table_bytes_max, uint64_t expected_bytes, const TableSplit& split);
  // Gives up the tables that were not committed.
  ~TableOutput();

  // The removals of ranges that the tables shall hold. REQUIRES: it is the first call.
  void set_range_removes(RangeRemoves removes) { range_removes_ = std::move(removes); }
  // `hidden_bytes`: what the record hides (TableMeta). REQUIRES: records come in record order.
  // Errors: quota_exceeded, io_error; only destruction is allowed then.
  Status add(const Record& record, uint64_t hidden_bytes);
  // Whether a table is being written; no other writer can be opened until end_table().
  bool has_open_table() const { return builder_ != nullptr; }
  // REQUIRES: has_open_table(). About how many bytes it has.
  uint64_t open_bytes() const { return builder_->size_at_end(); }
  // REQUIRES: has_open_table().
  const std::string& last_key() const { return builder_->last_key(); }
  // To be called before the next table is begun: whether there is room for it that only a commit
  // makes free, which is begun then (Storage::begin_room). Errors as of that.
  Result<bool> begin_room() {
    if (has_open_table()) return false;
    return storage_.begin_room(expected_bytes_);
  }
  // Completes the table that is being written, if there is one. Between two records of one key this
  // would make tables that overlap. Errors as add().
  Status end_table();

  // The same behind the last record; the removals of ranges that are left over come into this
  // table, or one of their own. Errors as add().
  Status finish();

  // The tables that are complete.
  const std::vector<TableMeta>& tables() const { return tables_; }
  // The same, which are then no longer this object's to give up.
  std::vector<TableMeta> take_tables();
  // What was written since the last take_tables(), in bytes.
  uint64_t bytes() const { return finished_bytes_ + (builder_ == nullptr ? 0 : builder_->size()); }

 private:
  // Whether the open table should end before this record.
  bool is_full(const Record& record) const;
  bool is_group_table_full(const Record& record) const;
  // `first_bytes`: of the first record, which has to fit where the table is written.
  Status begin_table(uint64_t first_bytes, bool has_groups);
  Status finish_table();

  Storage& storage_;
  uint32_t& next_table_id_;
  const TableBuilderOptions options_;
  const uint64_t table_bytes_max_;
  const uint64_t expected_bytes_;
  const TableSplit split_;
  std::unique_ptr<TableWriter> writer_;
  std::unique_ptr<TableBuilder> builder_;
  RangeRemoves range_removes_;
  std::vector<TableMeta> tables_;
  uint64_t finished_bytes_ = 0;  // of `tables_`
  uint64_t hidden_bytes_ = 0;    // of the open table
  bool has_puts_ = false;        // the open table
};

// What a manifest says of a table with these properties.
TableMeta meta_of(uint32_t id, const TableProperties& properties);

}  // namespace flowdb
