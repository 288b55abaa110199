// Opening by the rules of FORMAT.md. Three kinds of bytes are told apart: those that a superblock
// vouches for (a stop in them is corruption), those behind them (a stop is a torn tail), and a file
// without a superblock.
#include "storage/container_scan.h"

#include <algorithm>
#include <array>

#include "util/coding.h"

namespace flowdb {
namespace {

using Slots = std::array<SuperblockSlot, 2>;

Status check_file_header(File& file, std::string_view header) {
  if (header.substr(0, kContainerMagic.size()) != kContainerMagic) {
    return Status::corruption(file.name(), 0, "no container: the magic FLOWDB01 is missing");
  }
  if (const uint32_t version = load_be32(header.data() + kVersionOffset);
      version != kContainerVersion) {
    return Status::unsupported(std::string(file.name()) + " at " + std::to_string(kVersionOffset) +
                               ": container version " + std::to_string(version));
  }
  return Status::ok();
}

// The slots as far as `header`, the file's first bytes, holds them.
Result<Slots> read_slots(File& file, std::string_view header) {
  Slots slots;
  for (size_t i = 0; i < slots.size(); ++i) {
    if (header.size() < kSlotOffsets[i] + kSuperblockBytes) continue;
    const std::string_view sector = header.substr(kSlotOffsets[i], kSuperblockBytes);
    FLOWDB_ASSIGN_OR_RETURN(slots[i], decode_superblock(file.name(), kSlotOffsets[i], sector));
  }
  return slots;
}

const Superblock* newest(const Slots& slots) {
  const Superblock* found = nullptr;
  for (const SuperblockSlot& slot : slots) {
    if (slot.state != SuperblockSlot::State::whole) continue;
    if (found == nullptr || slot.superblock.generation > found->generation) {
      found = &slot.superblock;
    }
  }
  return found;
}

// Whether a superblock newer than `found` may have been lost. Only a container of the first
// generation has a slot that was never written.
bool newer_may_be_lost(const Slots& slots, const Superblock& found) {
  return std::any_of(slots.begin(), slots.end(), [&](const SuperblockSlot& slot) {
    return slot.state == SuperblockSlot::State::damaged ||
           (slot.state == SuperblockSlot::State::empty && found.generation > 1);
  });
}

// Where and why a pass over records can't go on.
struct Stop {
  ContainerRecord::Kind kind;  // cut_short, malformed or unknown_type
  uint64_t offset;
  Status status;  // corruption, with the offset
};

// A record that another version may have written is not damage, and not ours to cut off.
Status as_unsupported(const Stop& stop) { return Status::unsupported(stop.status.message()); }

// Reads records one behind the other and applies those that count.
class Scan {
 public:
  // `has_id`: the database's id in `content` is known, and checkpoints of another are refused.
  Scan(File& file, uint64_t file_bytes, bool has_id, ContainerContent& content)
      : file_(file), file_bytes_(file_bytes), has_id_(has_id), content_(content) {}

  // Rule 3: the checkpoint that the superblock names, and the records up to the committed end.
  // `newer_lost`: a newer superblock may have been there, and have cut off free room.
  Status read_committed(bool newer_lost);
  // Rule 4: what stands behind. `own_checkpoints`: those of ours count, because a superblock that
  // may have named them is damaged.
  Status read_tail(bool own_checkpoints);
  // Before it, where refuse_uncertain() is to look at the tail only.
  void begin_tail() { counted_at_.reset(); }
  // Errors: corruption when a record behind the committed end, or behind the newest checkpoint,
  // might count: without the newest superblock nothing tells.
  Status refuse_uncertain() const;
  // Rule 5: every record from the header on. Behind `vouched_end` one that can't be read is a torn
  // tail.
  Status read_all(uint64_t vouched_end);
  // Rule 6: every live table lies in the part that counts.
  Status check_regions() const;
  // Of the checkpoint that counts; 0 when it says nothing of it.
  uint64_t generation() const { return order_.generation; }

 private:
  // Goes on to `limit`, or to a record that can't be passed.
  Result<std::optional<Stop>> pass(uint64_t limit, bool own_checkpoints);
  void apply(const ContainerRecord& record);
  void apply(const ContainerRecord& record, Checkpoint checkpoint);
  Stop stop(const ContainerRecord& record, ContainerRecord::Kind kind, std::string_view what) const;
  Result<bool> only_zeros_from(uint64_t offset) const;

  File& file_;
  const uint64_t file_bytes_;
  bool has_id_;
  ContainerContent& content_;
  uint64_t position_ = kFileHeaderBytes;
  // Of all records passed, also of those that don't count unless one behind them does.
  uint32_t crc_ = 0;
  // Of the newest checkpoint so far.
  CheckpointOrder order_;
  // Where the first record behind it stands that changes what it says.
  std::optional<uint64_t> counted_at_;
};

Stop Scan::stop(const ContainerRecord& record, ContainerRecord::Kind kind,
                std::string_view what) const {
  return {kind, record.offset, Status::corruption(file_.name(), record.offset, what)};
}

Result<std::optional<Stop>> Scan::pass(uint64_t limit, bool own_checkpoints) {
  while (position_ < limit) {
    FLOWDB_ASSIGN_OR_RETURN(const ContainerRecord record, read_record(file_, position_, limit));
    switch (record.kind) {
      case ContainerRecord::Kind::cut_short:
        return {stop(record, record.kind, "record cut short")};
      case ContainerRecord::Kind::malformed:
      case ContainerRecord::Kind::unknown_type:
        return {stop(record, record.kind, record.problem)};
      default:
        break;
    }
    const std::string_view header(record.header.data(), record.header.size());
    crc_ = record.offset < order_.file_end ? 0 : extend_records_crc(crc_, header);
    position_ = record.end;
    if (record.kind != ContainerRecord::Kind::checkpoint) {
      apply(record);
      continue;
    }
    Result<Checkpoint> checkpoint = read_checkpoint(file_, record);
    if (checkpoint.status().is(StatusCode::corruption)) {
      return {Stop{ContainerRecord::Kind::malformed, record.offset, checkpoint.status()}};
    }
    if (!checkpoint.is_ok()) return checkpoint.status();
    if (checkpoint->own && has_id_ && checkpoint->database_id != content_.superblock.database_id) {
      return {stop(record, ContainerRecord::Kind::malformed, "checkpoint of another database")};
    }
    if (checkpoint->own && !own_checkpoints) continue;  // a commit that was not acknowledged
    apply(record, std::move(checkpoint).value());
  }
  return std::optional<Stop>();
}

void Scan::apply(const ContainerRecord& record) {
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

void Scan::apply(const ContainerRecord& record, Checkpoint checkpoint) {
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
    has_id_ = true;
    crc_ = 0;
  }
  content_.records_crc = crc_;
}

Status Scan::read_committed(bool newer_lost) {
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
    FLOWDB_ASSIGN_OR_RETURN(std::optional<Stop> stopped, pass(record.end, true));
    if (stopped.has_value()) return stopped->status;
    if (content_.changed) {
      return Status::corruption(file_.name(), record.offset, "checkpoint without a manifest");
    }
  }
  content_.changed = superblock.changed;
  order_.file_end = 0;  // the superblock says what is newer
  position_ = std::min(superblock.scan_begin(), end);
  crc_ = 0;
  FLOWDB_ASSIGN_OR_RETURN(std::optional<Stop> stopped, pass(end, false));
  if (stopped.has_value()) return stopped->status;
  if (crc_ != superblock.records_crc) {
    return Status::corruption(file_.name(), end,
                              "records before the committed end: checksum " + std::to_string(crc_) +
                                  ", expected " + std::to_string(superblock.records_crc));
  }
  content_.end = end;
  content_.records_crc = crc_;
  return Status::ok();
}

Status Scan::read_tail(bool own_checkpoints) {
  FLOWDB_ASSIGN_OR_RETURN(std::optional<Stop> stopped, pass(file_bytes_, own_checkpoints));
  if (stopped.has_value() && stopped->kind == ContainerRecord::Kind::unknown_type) {
    return as_unsupported(*stopped);
  }
  return Status::ok();
}

Status Scan::read_all(uint64_t vouched_end) {
  FLOWDB_ASSIGN_OR_RETURN(std::optional<Stop> stopped, pass(file_bytes_, true));
  if (stopped.has_value() && stopped->kind == ContainerRecord::Kind::unknown_type) {
    return as_unsupported(*stopped);
  }
  if (stopped.has_value() && stopped->kind != ContainerRecord::Kind::cut_short &&
      stopped->offset < vouched_end) {
    // A file that had grown when the power failed ends in zeros.
    FLOWDB_ASSIGN_OR_RETURN(const bool zeros, only_zeros_from(stopped->offset));
    if (!zeros) return stopped->status;
  }
  if (order_.generation != 0) {
    // Its tables may stand behind it, or behind the last record that counts.
    content_.end = position_;
    content_.records_crc = crc_;
    Superblock& superblock = content_.superblock;
    superblock.generation = std::max(superblock.generation, order_.generation);
    superblock.reused = true;
    superblock.reused_scan_begin = std::min(order_.file_end, position_);
  }
  return Status::ok();
}

Status Scan::refuse_uncertain() const {
  if (!counted_at_) return Status::ok();
  return Status::corruption(file_.name(), *counted_at_,
                            "a superblock is damaged: whether this record counts is not known");
}

Result<bool> Scan::only_zeros_from(uint64_t offset) const {
  std::string buffer;
  for (; offset < file_bytes_; offset += buffer.size()) {
    buffer.resize(static_cast<size_t>(std::min<uint64_t>(file_bytes_ - offset, 64 << 10)));
    FLOWDB_RETURN_IF_ERROR(read_exactly(file_, offset, buffer.data(), buffer.size()));
    if (buffer.find_first_not_of('\0') != std::string::npos) return false;
  }
  return true;
}

Status Scan::check_regions() const {
  for (const auto& [id, location] : content_.tables) {
    if (location.offset >= kFileHeaderBytes && location.offset <= content_.end &&
        location.length <= content_.end - location.offset) {
      continue;
    }
    return Status::corruption(file_.name(), location.offset,
                              "table " + std::to_string(id) + " of " +
                                  std::to_string(location.length) + " bytes is not in the file");
  }
  return Status::ok();
}

}  // namespace

Result<ContainerPresence> find_container(File& file, uint64_t file_bytes) {
  if (file_bytes == 0) return ContainerPresence::absent;
  std::string header(static_cast<size_t>(std::min<uint64_t>(file_bytes, kFileHeaderBytes)), '\0');
  FLOWDB_RETURN_IF_ERROR(read_exactly(file, 0, header.data(), header.size()));
  if (header.size() == kFileHeaderBytes) return ContainerPresence::present;

  // Too short: a creation that was cut off, unless it is something else or the rest of a container
  // with data.
  const std::string_view magic = std::string_view(header).substr(0, kContainerMagic.size());
  const bool zeros = magic.find_first_not_of('\0') == std::string_view::npos;
  if (!zeros && magic != kContainerMagic.substr(0, magic.size())) {
    return Status::corruption(file.name(), 0, "no container: the magic FLOWDB01 is missing");
  }
  FLOWDB_ASSIGN_OR_RETURN(const Slots slots, read_slots(file, header));
  const Superblock* const superblock = newest(slots);
  if (superblock != nullptr && superblock->generation > 1) {
    return Status::corruption(file.name(), file_bytes, "the file ends inside of its header");
  }
  return ContainerPresence::absent;
}

Result<ContainerContent> scan_container(File& file, uint64_t file_bytes, const DatabaseId& new_id) {
  std::string header(kFileHeaderBytes, '\0');
  FLOWDB_RETURN_IF_ERROR(read_exactly(file, 0, header.data(), header.size()));
  FLOWDB_RETURN_IF_ERROR(check_file_header(file, header));
  FLOWDB_ASSIGN_OR_RETURN(const Slots slots, read_slots(file, header));
  ContainerContent content;
  const Superblock* const superblock = newest(slots);
  if (superblock != nullptr) {
    content.superblock = *superblock;
  } else {
    content.superblock.database_id = new_id;
  }
  Scan scan(file, file_bytes, superblock != nullptr, content);
  if (superblock != nullptr) {
    const bool newer_lost = newer_may_be_lost(slots, *superblock);
    FLOWDB_RETURN_IF_ERROR(scan.read_committed(newer_lost));
    if (newer_lost) {
      // What it named may stand anywhere.
      ContainerContent newer;
      newer.superblock = *superblock;
      Scan all(file, file_bytes, true, newer);
      FLOWDB_RETURN_IF_ERROR(all.read_all(superblock->committed_end));
      if (all.generation() > superblock->generation) {
        FLOWDB_RETURN_IF_ERROR(all.refuse_uncertain());
        FLOWDB_RETURN_IF_ERROR(all.check_regions());
        newer.superblock.generation = superblock->generation;
        newer.beyond_superblock = true;
        return newer;
      }
    }
    if (!superblock->reused) {
      FLOWDB_RETURN_IF_ERROR(scan.read_tail(newer_lost));
    } else if (newer_lost || superblock->closed) {
      scan.begin_tail();
      FLOWDB_RETURN_IF_ERROR(scan.read_tail(false));
      if (newer_lost) FLOWDB_RETURN_IF_ERROR(scan.refuse_uncertain());
    }
  } else {
    FLOWDB_RETURN_IF_ERROR(scan.read_all(UINT64_MAX));
    if (content.superblock.reused) FLOWDB_RETURN_IF_ERROR(scan.refuse_uncertain());
  }
  FLOWDB_RETURN_IF_ERROR(scan.check_regions());
  content.beyond_superblock = content.end > content.superblock.committed_end;
  return content;
}

Result<OlderReferences> read_older_references(File& file, uint64_t file_bytes,
                                              uint64_t checkpoint_offset) {
  std::string header(kFileHeaderBytes, '\0');
  FLOWDB_RETURN_IF_ERROR(read_exactly(file, 0, header.data(), header.size()));
  FLOWDB_ASSIGN_OR_RETURN(const Slots slots, read_slots(file, header));
  const Superblock* const newer = newest(slots);
  OlderReferences found;
  for (const SuperblockSlot& slot : slots) {
    const Superblock& older = slot.superblock;
    if (slot.state != SuperblockSlot::State::whole) continue;
    if (&older == newer && older.checkpoint_offset == checkpoint_offset) continue;
    if (older.checkpoint_offset == 0 || older.checkpoint_end() > file_bytes) continue;
    FLOWDB_ASSIGN_OR_RETURN(const ContainerRecord record,
                            read_record(file, older.checkpoint_offset, file_bytes));
    if (record.kind != ContainerRecord::Kind::checkpoint) continue;
    const Result<Checkpoint> checkpoint = read_checkpoint(file, record);
    if (checkpoint.status().is(StatusCode::corruption)) continue;
    if (!checkpoint.is_ok()) return checkpoint.status();
    for (const auto& entry : checkpoint->tables) {
      found.tables.push_back(table_region(entry.second));
    }
    found.rest.push_back(checkpoint_region(older));
    if (older.scan_begin() < older.committed_end) {
      found.rest.push_back({older.scan_begin(), older.committed_end});
    }
  }
  return found;
}

}  // namespace flowdb
