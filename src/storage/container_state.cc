// Appending and committing. Of two consecutive flushes one may do nothing (a disk that lies), so
// what a superblock is to vouch for is flushed twice before it is written, and it itself is flushed
// twice before a change is acknowledged and what it freed may be used again.
#include "storage/container_state.h"

#include "storage/record.h"
#include "util/coding.h"

namespace flowdb {

Status Container::State::check_writable() const {
  if (can_write) return Status::ok();
  return Status::closed(std::string(file->name()) +
                        ": an earlier write failed, open the database again");
}

Status Container::State::check_no_writer() const {
  FLOWDB_RETURN_IF_ERROR(check_writable());
  if (!writing) return Status::ok();
  return Status::invalid_argument(std::string(file->name()) + ": a table is being written");
}

Status Container::State::check_idle() const {
  FLOWDB_RETURN_IF_ERROR(check_no_writer());
  if (finished.empty()) return Status::ok();
  return Status::invalid_argument(std::string(file->name()) +
                                  ": finished tables are not added yet");
}

Status Container::State::cut_tail() {
  if (!tail) return Status::ok();
  FLOWDB_ASSIGN_OR_RETURN(const uint64_t size, file->size());
  if (size > end) FLOWDB_RETURN_IF_ERROR(file->truncate(end));
  tail = false;
  return Status::ok();
}

void Container::State::drop_tail() {
  tail = true;
  // When it fails, the next write begins with it.
  tail = !cut_tail().is_ok();
}

void Container::State::accept(std::string_view gap, std::string_view header, uint64_t new_end) {
  if (!gap.empty()) records_crc = extend_records_crc(records_crc, gap);
  records_crc = extend_records_crc(records_crc, header);
  end = new_end;
  unflushed = true;
}

Result<uint64_t> Container::State::append_record(std::string_view record) {
  FLOWDB_RETURN_IF_ERROR(cut_tail());
  const uint64_t offset = next_record_offset(end);
  const std::string gap = encode_gap(end, offset);
  Status status;
  if (gap.empty()) {
    status = file->write_at(offset, record);
  } else {
    status = file->write_at(end, gap + std::string(record));
  }
  if (!status.is_ok()) {
    drop_tail();
    return status;
  }
  accept(gap, record, offset + record.size());
  return offset;
}

Status Container::State::flush() {
  Status status = file->sync();
  if (!status.is_ok()) can_write = false;
  return status;
}

Status Container::State::commit(Superblock next) {
  next.generation = superblock.generation + 1;
  next.committed_end = end;
  next.records_crc = records_crc;
  if (unflushed) {
    FLOWDB_RETURN_IF_ERROR(flush());
    FLOWDB_RETURN_IF_ERROR(flush());
    unflushed = false;
  }
  if (Status status = file->write_at(superblock_offset(next.generation), encode_superblock(next));
      !status.is_ok()) {
    can_write = false;
    return status;
  }
  FLOWDB_RETURN_IF_ERROR(flush());
  FLOWDB_RETURN_IF_ERROR(flush());
  superblock = next;
  return Status::ok();
}

Status Container::State::commit_checkpoint(LiveTables next_tables, std::string next_manifest,
                                           bool next_changed) {
  const std::string record = encode_checkpoint(next_tables, next_manifest, superblock.database_id);
  FLOWDB_ASSIGN_OR_RETURN(const uint64_t offset, append_record(record));
  records_crc = 0;
  Superblock next = superblock;
  next.checkpoint_offset = offset;
  next.checkpoint_length = record.size();
  next.changed = next_changed;
  FLOWDB_RETURN_IF_ERROR(commit(next));
  tables = std::move(next_tables);
  manifest = std::move(next_manifest);
  changed = next_changed;
  return Status::ok();
}

Status Container::State::name_table(uint32_t id, const TableLocation& location) {
  const std::string header = encode_table_header(id, location.length);
  return file->write_at(location.offset - kRecordHeaderBytes + kLengthBytes,
                        std::string_view(header).substr(kLengthBytes));
}

}  // namespace flowdb
