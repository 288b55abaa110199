// One file replaces another by its name, so that a change is there or is not.
#include "storage/checkpoint_file.h"

#include "storage/sst_files.h"
#include "util/rules.h"

namespace flowdb {
namespace {

constexpr char kName[] = "CHECKPOINT";
constexpr char kTemporaryName[] = "CHECKPOINT.tmp";

// What stands in place of a container's generation.
constexpr uint64_t kChanged = 1;
constexpr uint64_t kDeleted = 2;
constexpr uint64_t kHasEpoch = 4;  // always, now: without any of them nothing would be stored
constexpr uint64_t kKnown = kChanged | kDeleted | kHasEpoch;

}  // namespace

Result<bool> has_checkpoint_file(Directory& root) {
  const Result<std::unique_ptr<File>> opened = root.open_file(kName);
  if (opened.status().is(StatusCode::not_found)) return false;
  return opened.is_ok() ? Result<bool>(true) : opened.status();
}

Result<std::optional<Committed>> read_checkpoint_file(Directory& root, Directory& tables) {
  Result<std::unique_ptr<File>> opened = root.open_file(kName);
  if (opened.status().is(StatusCode::not_found)) return std::optional<Committed>();
  if (!opened.is_ok()) return opened.status();
  File& file = *opened.value();
  FLOWDB_ASSIGN_OR_RETURN(const uint64_t size, file.size());
  if (size == 0) return Status::corruption(file.name(), 0, "an empty checkpoint");
  FLOWDB_ASSIGN_OR_RETURN(const ContainerRecord record, read_record(file, 0, size));
  if (record.kind != ContainerRecord::Kind::checkpoint || record.end != size) {
    return Status::corruption(file.name(), 0, "no checkpoint");
  }
  FLOWDB_ASSIGN_OR_RETURN(Checkpoint checkpoint, read_checkpoint(file, record));
  if (!checkpoint.own) return Status::corruption(file.name(), 0, "a checkpoint without a checksum");
  const uint64_t flags = checkpoint.order.generation;
  if ((flags & ~kKnown) != 0) {
    return Status::unsupported(std::string(file.name()) + ": unknown flags " +
                               std::to_string(flags));
  }
  Committed committed;
  committed.database_id = checkpoint.database_id;
  committed.tables = std::move(checkpoint.tables);
  committed.manifest = std::move(checkpoint.manifest);
  committed.changed = (flags & kChanged) != 0;
  committed.deleted = (flags & kDeleted) != 0;
  committed.epoch = checkpoint.order.file_end;
  for (auto& [id, location] : committed.tables) {
    if (location.length != kEitherLength) continue;
    committed.found_either = true;
    const Result<std::unique_ptr<File>> table = tables.open_file(sst_name(id));
    if (table.status().is(StatusCode::not_found)) {
      return Status::corruption(file.name(), 0, "names a table without a file: " + sst_name(id));
    }
    if (!table.is_ok()) return table.status();
    FLOWDB_ASSIGN_OR_RETURN(location.length, table.value()->size());
  }
  return std::optional<Committed>(std::move(committed));
}

Status prepare_checkpoint_file(Directory& root, const Committed& committed) {
  CheckpointOrder order;
  order.generation =
      kHasEpoch | (committed.changed ? kChanged : 0) | (committed.deleted ? kDeleted : 0);
  order.file_end = committed.epoch;
  FLOWDB_ASSIGN_OR_RETURN(const auto file, root.create_file(kTemporaryName));
  FLOWDB_RETURN_IF_ERROR(file->write_at(
      0, encode_checkpoint(committed.tables, committed.manifest, committed.database_id, order)));
  if (holds(Rule::checkpoint_file_flush)) FLOWDB_RETURN_IF_ERROR(file->sync());
  if (holds(Rule::checkpoint_file_flush_again)) FLOWDB_RETURN_IF_ERROR(file->sync());
  return Status::ok();
}

Status replace_checkpoint_file(Directory& root) { return root.rename(kTemporaryName, kName); }

Status remove_prepared_checkpoint_file(Directory& root) { return root.remove(kTemporaryName); }

}  // namespace flowdb
