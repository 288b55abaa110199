// Begins and ends tables.
#include "engine/table_output.h"

#include <algorithm>
#include <utility>

#include "storage/free_space.h"
#include "util/features.h"

namespace flowdb {
namespace {

// A put of so many bytes is worth a table without removals: these meet what is below, it does not.
constexpr uint64_t kLargePutBytes = 64 << 10;

}  // namespace

TableOutput::TableOutput(Storage& storage, uint32_t& next_table_id,
                         const TableBuilderOptions& options, uint64_t table_bytes_max,
                         uint64_t expected_bytes, const TableSplit& split)
    : storage_(storage),
      next_table_id_(next_table_id),
      options_(options),
      table_bytes_max_(table_bytes_max),
      expected_bytes_(expected_bytes),
      split_(split) {}

TableOutput::~TableOutput() {
  builder_.reset();
  writer_.reset();
  for (const TableMeta& table : tables_) storage_.discard_table(table.id);
}

Status TableOutput::begin_table(uint64_t first_bytes, bool has_groups) {
  if (next_table_id_ == kFillerId) {
    return Status::io_error("all table ids of this database have been used");
  }
  // Such tables are small, and so is the room that dead ones leave.
  const uint64_t expected =
      has_groups ? std::min(expected_bytes_, split_.table_bytes) : expected_bytes_;
  FLOWDB_ASSIGN_OR_RETURN(writer_,
                          storage_.begin_table(next_table_id_++, std::max(expected, first_bytes)));
  builder_ = std::make_unique<TableBuilder>(*writer_, options_);
  has_puts_ = false;
  return Status::ok();
}

bool TableOutput::is_full(const Record& record) const {
  const bool is_behind = split_.is_behind(record.key);
  if (is_behind && !split_.is_behind(builder_->last_key())) return true;
  const bool is_large = is_behind && split_.has_groups() ? is_group_table_full(record)
                                                         : builder_->size() >= table_bytes_max_;
  return is_large ||
         builder_->size_at_end() + record.key.size() + record.value.size() > writer_->room();
}

bool TableOutput::is_group_table_full(const Record& record) const {
  if (!has_puts_ && record.value.size() >= kLargePutBytes) return true;
  const std::string_view last = builder_->last_key();
  if (last.substr(0, split_.group_bytes) != record.key.substr(0, split_.group_bytes)) {
    return builder_->size_at_end() >= split_.table_bytes;
  }
  return builder_->size() >= std::max(table_bytes_max_, 2 * split_.table_bytes);
}

Status TableOutput::add(const Record& record, uint64_t hidden_bytes) {
  if (builder_ != nullptr && is_full(record) && record.key != builder_->last_key()) {
    FLOWDB_RETURN_IF_ERROR(end_table());
  }
  if (builder_ == nullptr) {
    const uint64_t bytes = record.key.size() + record.value.size();
    const bool has_groups = split_.has_groups() && split_.is_behind(record.key);
    FLOWDB_RETURN_IF_ERROR(begin_table(room_to_move(bytes), has_groups));
  }
  hidden_bytes_ += hidden_bytes;
  has_puts_ |= record.kind == RecordKind::put;
  return builder_->add(record);
}

Status TableOutput::end_table() {
  if (builder_ == nullptr) return Status::ok();
  if (kFullEngine && !range_removes_.empty()) {
    // The next table begins with the next key that there can be.
    builder_->set_range_removes(range_removes_.cut(builder_->last_key() + '\0'));
  }
  return finish_table();
}

Status TableOutput::finish() {
  if (kFullEngine && !range_removes_.empty()) {
    if (builder_ == nullptr) FLOWDB_RETURN_IF_ERROR(begin_table(0, false));
    builder_->set_range_removes(std::move(range_removes_));
    range_removes_ = RangeRemoves();
  }
  return end_table();
}

std::vector<TableMeta> TableOutput::take_tables() {
  finished_bytes_ = 0;
  return std::exchange(tables_, {});
}

Status TableOutput::finish_table() {
  FLOWDB_RETURN_IF_ERROR(builder_->finish());
  tables_.push_back(meta_of(writer_->id(), builder_->properties()));
  tables_.back().hidden_bytes = std::exchange(hidden_bytes_, 0);
  finished_bytes_ += writer_->size();
  builder_.reset();
  writer_.reset();
  return Status::ok();
}

TableMeta meta_of(uint32_t id, const TableProperties& properties) {
  TableMeta meta;
  meta.id = id;
  meta.level = properties.level;
  meta.records = properties.records;
  meta.smallest_sequence = properties.smallest_sequence;
  meta.largest_sequence = properties.largest_sequence;
  meta.min_ts = properties.min_ts;
  meta.max_ts = properties.max_ts;
  meta.max_expire_at = properties.max_expire_at;
  meta.has_range_removes = properties.range_removes.length > 0;
  meta.smallest_key = properties.smallest_key;
  meta.largest_key = properties.largest_key;
  return meta;
}

}  // namespace flowdb
