// What a superblock refers to that counts no more.
#include "storage/container_scan.h"
#include "storage/record_scan.h"

namespace flowdb {

Status read_older_references(File& file, uint64_t file_bytes, const Superblock& older,
                             Regions& tables, Regions& rest) {
  if (older.checkpoint_offset == 0) return Status::ok();
  ContainerContent content;
  content.superblock = older;
  RecordScan scan(file, file_bytes, true, content);
  // The newer one may have cut the file.
  const Status status = scan.read_committed(true);
  // Then nobody can go back to it.
  if (status.is(StatusCode::corruption)) return Status::ok();
  FLOWDB_RETURN_IF_ERROR(status);
  for (const auto& entry : content.tables) add_region(tables, table_region(entry.second));
  add_region(rest, checkpoint_region(older));
  add_region(rest, {older.scan_begin(), older.committed_end});
  return Status::ok();
}

}  // namespace flowdb
