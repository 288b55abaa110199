// What the superblock refers to that counts no more.
#include "storage/container_scan.h"

namespace flowdb {

Status read_older_references(File& file, uint64_t file_bytes, const Superblock& older,
                             Regions& tables, Regions& rest) {
  if (older.checkpoint_offset == 0 || older.checkpoint_end() > file_bytes) return Status::ok();
  FLOWDB_ASSIGN_OR_RETURN(const ContainerRecord record,
                          read_record(file, older.checkpoint_offset, file_bytes));
  if (record.kind != ContainerRecord::Kind::checkpoint) return Status::ok();
  const Result<Checkpoint> checkpoint = read_checkpoint(file, record);
  if (checkpoint.status().is(StatusCode::corruption)) return Status::ok();
  if (!checkpoint.is_ok()) return checkpoint.status();
  for (const auto& entry : checkpoint->tables) add_region(tables, table_region(entry.second));
  add_region(rest, checkpoint_region(older));
  add_region(rest, {older.scan_begin(), older.committed_end});
  return Status::ok();
}

}  // namespace flowdb
