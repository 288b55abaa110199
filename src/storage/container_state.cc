// Appending and committing. Of two consecutive flushes one may do nothing (a disk that lies), so
// what a superblock is to vouch for is flushed twice before it is written, and it itself is flushed
// twice before a change is acknowledged and what it freed may be used again.
#include "storage/container_state.h"

#include "storage/record.h"
#include "util/coding.h"
#include "util/rules.h"

namespace flowdb {

Status Container::State::check_writable() const {
  if (can_write) return Status::ok();
  return Status::closed(std::string(file->name()) +
                        ": an earlier write failed, open the database again");
}

Status Container::State::check_no_writer() const {
  FLOWDB_RETURN_IF_ERROR(check_writable());
  if (!writing && under_way == nullptr) return Status::ok();
  return Status::invalid_argument(std::string(file->name()) + ": a table " +
                                  (writing ? "is being written" : "commit is under way"));
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
  if (size > end && holds(Rule::tail_cut)) FLOWDB_RETURN_IF_ERROR(file->truncate(end));
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

Status Container::State::write_fillers(const Regions& regions) {
  for (const Region& region : regions) {
    FLOWDB_RETURN_IF_ERROR(
        file->write_at(region.begin, encode_filler_header(region.begin, region.end)));
  }
  return Status::ok();
}

void Container::State::forget_free() {
  free.clear();
  settled = false;
}

Status Container::State::frame(const Plan& plan) {
  Status framed;
  if (holds(Rule::regions_framed_first)) framed = write_fillers(plan.framed);
  if (framed.is_ok() && holds(Rule::hidden_shown_first)) framed = write_fillers(hidden);
  if (framed.is_ok() && !holds(Rule::regions_shown_last)) framed = write_fillers(covers);
  if (!holds(Rule::tail_cut_last) && plan.file_end < end) {
    FLOWDB_RETURN_IF_ERROR(file->truncate(plan.file_end));
  }
  if (!framed.is_ok()) {
    // One of the headers may be there in part.
    forget_free();
    framing_unknown = true;
    return framed;
  }
  unflushed = unflushed || !plan.framed.empty() || !hidden.empty();
  return Status::ok();
}

Status Container::State::write_superblock(const Plan& plan) {
  Status written = write_fillers(covers);
  if (written.is_ok()) {
    written = file->write_at(superblock_offset(plan.next.generation), encode_superblock(plan.next));
  }
  if (!written.is_ok()) can_write = false;
  return written;
}

void Container::State::accept_commit(Plan& plan) {
  if (!holds(Rule::regions_framed_first)) static_cast<void>(write_fillers(plan.framed));
  covers.clear();
  hidden.clear();
  older.clear();
  framing_unknown = framing_unknown && plan.keeps_free;
  counting = counting && plan.next.checkpoint_offset == superblock.checkpoint_offset;
  superblock = plan.next;
  if (!plan.keeps_free) free.swap(plan.free);
  settled = plan.settles;
  records_crc = superblock.records_crc;
  end = plan.file_end;
  cut_short_at = plan.is_cut_short ? end : 0;
  if (!writing && (reused || tail)) drop_tail();
}

Status Container::State::commit_record(LiveTables next_tables) {
  counting = true;
  Plan plan;
  plan.next = superblock;
  plan.next.changed = true;
  plan.tables = &next_tables;
  Status status = plan_space(plan);
  if (status.is_ok()) status = commit(std::move(plan));
  if (!status.is_ok()) {
    // The record is there, and the next superblock would vouch for it.
    can_write = false;
    return status;
  }
  tables.swap(next_tables);
  changed = true;
  return Status::ok();
}

Status Container::State::name_table(uint32_t id, const TableLocation& location) {
  const std::string header = encode_table_header(id, location.length);
  return file->write_at(location.offset - kRecordHeaderBytes + kLengthBytes,
                        std::string_view(header).substr(kLengthBytes));
}

}  // namespace flowdb
