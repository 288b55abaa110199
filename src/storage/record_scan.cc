// Which records count.
#include "storage/record_scan.h"

#include <algorithm>

namespace flowdb {

void RecordScan::stop_at(const ContainerRecord& record, ContainerRecord::Kind kind,
                         std::string_view what) {
  stop_ = {kind, record.offset, Status::corruption(file_.name(), record.offset, what)};
}

Status RecordScan::pass(uint64_t limit, bool own_checkpoints) {
  using Kind = ContainerRecord::Kind;
  stop_ = Stop();
  while (position_ < limit && stop_.status.is_ok()) {
    FLOWDB_ASSIGN_OR_RETURN(const ContainerRecord record, read_record(file_, position_, limit));
    if (!record.is_whole()) {
      const bool cut_short = record.kind == Kind::cut_short;
      stop_at(record, record.kind, cut_short ? "record cut short" : record.problem);
      // Then no header stood there, as end_of() counts on.
      if (lost_headers_of_ != 0 && record.offset == order_.file_end) counted_at_ = record.offset;
      break;
    }
    if (doubts_tables_) {
      FLOWDB_ASSIGN_OR_RETURN(const bool chance, is_chance(record, limit));
      if (chance) {
        stop_at(record, Kind::malformed, "too short to be a table");
        break;
      }
    }
    const uint32_t crc_before = crc_;
    const std::string_view header(record.header.data(), record.header.size());
    position_ = end_of(record);
    if (record.offset < order_.file_end) {
      crc_ = 0;
      crc_begin_ = position_;
    } else {
      crc_ = extend_records_crc(crc_, header);
    }
    if (mixed_ && (record.kind == Kind::filler || record.kind == Kind::checkpoint)) {
      doubts_tables_ = true;
    }
    if (record.kind != Kind::checkpoint) {
      apply(record);
      continue;
    }
    Result<Checkpoint> checkpoint = read_checkpoint(file_, record);
    if (checkpoint.status().is(StatusCode::corruption)) {
      stop_ = {Kind::malformed, record.offset, checkpoint.status()};
    } else if (!checkpoint.is_ok()) {
      return checkpoint.status();
    } else if (checkpoint->own && has_id_ &&
               checkpoint->database_id != content_.superblock.database_id) {
      stop_at(record, Kind::malformed, "checkpoint of another database");
    } else if (!checkpoint->own || own_checkpoints) {
      apply(record, std::move(checkpoint).value());
    }  // else a commit that was not acknowledged
    if (!stop_.status.is_ok()) {
      position_ = record.offset;
      crc_ = crc_before;
    }
  }
  return Status::ok();
}

uint64_t RecordScan::end_of(const ContainerRecord& record) const {
  const bool may_be_lost = lost_headers_of_ != 0 && order_.generation == lost_headers_of_;
  if (!may_be_lost || record.kind != ContainerRecord::Kind::filler ||
      record.offset >= order_.file_end || record.end <= order_.file_end) {
    return record.end;
  }
  for (const auto& entry : content_.tables) {
    const Region table = table_region(entry.second);
    if (table.begin >= record.offset && table.end <= order_.file_end) return order_.file_end;
  }
  return record.end;
}

Status RecordScan::refuse_unknown_type() const {
  if (stop_.status.is_ok() || stop_.kind != ContainerRecord::Kind::unknown_type)
    return Status::ok();
  return Status::unsupported(std::string(stop_.status.message()));
}

void RecordScan::apply(const ContainerRecord& record) {
  if (record.kind == ContainerRecord::Kind::filler) return;
  if (record.offset < order_.file_end) return;  // older than the checkpoint
  if (!counted_at_) counted_at_ = record.offset;
  if (record.kind == ContainerRecord::Kind::table) {
    content_.tables[record.id] = {record.offset + kRecordHeaderBytes,
                                  record.end - record.offset - kRecordHeaderBytes};
    content_.changed = true;
  } else if (content_.tables.erase(record.id) != 0) {
    content_.changed = true;
  }
  content_.end = record.end;
  content_.records_crc = crc_;
}

void RecordScan::apply(const ContainerRecord& record, Checkpoint checkpoint) {
  if (checkpoint.own ? checkpoint.order.generation < order_.generation
                     : record.offset < order_.file_end) {
    return;
  }
  counted_at_.reset();
  if (!checkpoint.own) counted_at_ = record.offset;
  content_.tables = std::move(checkpoint.tables);
  content_.end = record.end;
  content_.changed = !checkpoint.own;
  if (checkpoint.own) {
    content_.manifest = std::move(checkpoint.manifest);
    content_.superblock.database_id = checkpoint.database_id;
    content_.superblock.checkpoint_offset = record.offset;
    content_.superblock.checkpoint_length = record.end - record.offset;
    order_ = checkpoint.order;
    // No writer puts a checkpoint behind the end that it names.
    if (order_.generation != 0) order_.file_end = std::max(order_.file_end, record.end);
    has_id_ = true;
    crc_ = 0;
    crc_begin_ = record.end;
  }
  content_.records_crc = crc_;
}

Status RecordScan::read_committed(bool newer_lost) {
  const Superblock superblock = content_.superblock;
  uint64_t end = superblock.committed_end;
  // Nothing that counts is behind the checkpoint's tables; those are looked at for themselves.
  if (newer_lost && superblock.reused && superblock.scan_begin() == end) {
    end = std::min(end, file_bytes_);
  }
  if (end > file_bytes_) {
    return Status::corruption(file_.name(), file_bytes_,
                              "the file ends before its committed end, " + std::to_string(end));
  }
  if (superblock.checkpoint_offset != 0) {
    position_ = superblock.checkpoint_offset;
    if (superblock.checkpoint_end() > end) {
      return Status::corruption(file_.name(), position_, "the file ends inside of its checkpoint");
    }
    FLOWDB_ASSIGN_OR_RETURN(const ContainerRecord record, read_record(file_, position_, end));
    if (record.kind != ContainerRecord::Kind::checkpoint ||
        record.end != superblock.checkpoint_end()) {
      return Status::corruption(file_.name(), position_,
                                "no checkpoint where the superblock says that one is");
    }
    FLOWDB_RETURN_IF_ERROR(pass(record.end, true));
    FLOWDB_RETURN_IF_ERROR(stop_.status);
    if (content_.changed) {
      return Status::corruption(file_.name(), record.offset, "checkpoint without a manifest");
    }
  }
  content_.changed = superblock.changed;
  order_.file_end = 0;  // the superblock says what is newer
  position_ = std::min(superblock.scan_begin(), end);
  crc_ = 0;
  FLOWDB_RETURN_IF_ERROR(pass(end, false));
  FLOWDB_RETURN_IF_ERROR(stop_.status);
  if (crc_ != superblock.records_crc) {
    return Status::corruption(file_.name(), end,
                              "records before the committed end: checksum " + std::to_string(crc_) +
                                  ", expected " + std::to_string(superblock.records_crc));
  }
  content_.end = end;
  content_.records_crc = crc_;
  return Status::ok();
}

Status RecordScan::read_tail(bool own_checkpoints, bool mixed) {
  mixed_ = mixed;
  FLOWDB_RETURN_IF_ERROR(pass(file_bytes_, own_checkpoints));
  return refuse_unknown_type();
}

Status RecordScan::read_all(uint64_t vouched_end) {
  FLOWDB_RETURN_IF_ERROR(pass(file_bytes_, true));
  FLOWDB_RETURN_IF_ERROR(refuse_unknown_type());
  if (!stop_.status.is_ok() && stop_.kind != ContainerRecord::Kind::cut_short &&
      stop_.offset < vouched_end) {
    // A file that had grown when the power failed ends in zeros.
    FLOWDB_ASSIGN_OR_RETURN(const bool zeros, only_zeros_from(stop_.offset));
    if (!zeros) return stop_.status;
  }
  if (order_.generation != 0) {
    // Its tables may stand behind it, or behind the last record that counts.
    content_.end = position_;
    content_.records_crc = crc_;
    Superblock& superblock = content_.superblock;
    superblock.generation = std::max(superblock.generation, order_.generation);
    superblock.reused = true;
    // The end that the checkpoint names, unless a filler reaches over it: one that would lead there
    // may not have been written.
    superblock.reused_scan_begin = crc_begin_;
  }
  return Status::ok();
}

Result<bool> RecordScan::is_chance(const ContainerRecord& record, uint64_t limit) {
  if (record.kind != ContainerRecord::Kind::table) return false;
  if (record.end - record.offset >= kRecordHeaderBytes + kShortestTableBytes) return false;
  for (uint64_t at = record.end; at < limit;) {
    FLOWDB_ASSIGN_OR_RETURN(const ContainerRecord next, read_record(file_, at, limit));
    if (next.kind == ContainerRecord::Kind::unknown_type) break;  // refused when it is reached
    if (!next.is_whole()) return true;
    at = next.end;
  }
  mixed_ = doubts_tables_ = false;
  return false;
}

Status RecordScan::refuse_uncertain() const {
  if (!counted_at_) return Status::ok();
  return Status::corruption(file_.name(), *counted_at_,
                            "a superblock is damaged: whether this record counts is not known");
}

Result<bool> RecordScan::only_zeros_from(uint64_t offset) const {
  std::string buffer;
  for (; offset < file_bytes_; offset += buffer.size()) {
    buffer.resize(static_cast<size_t>(std::min<uint64_t>(file_bytes_ - offset, 64 << 10)));
    FLOWDB_RETURN_IF_ERROR(read_exactly(file_, offset, buffer.data(), buffer.size()));
    if (buffer.find_first_not_of('\0') != std::string::npos) return false;
  }
  return true;
}

}  // namespace flowdb
