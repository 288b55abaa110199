// What a superblock refers to that counts no more.
#include "storage/container_scan.h"
#include "storage/record_scan.h"

namespace flowdb {

Status read_older_references(File& file, uint64_t file_bytes, ContainerContent& content) {
  const Superblock& superblock = content.older;
  if (superblock.checkpoint_offset == 0) return Status::ok();
  ContainerContent older;
  older.superblock = superblock;
  RecordScan scan(file, file_bytes, true, older);
  // The newer one may have cut the file.
  const Status status = scan.read_committed(true);
  // Then nobody can go back to it.
  if (status.is(StatusCode::corruption)) return Status::ok();
  FLOWDB_RETURN_IF_ERROR(status);
  content.older_tables = std::move(older.tables);
  add_region(content.older_rest, checkpoint_region(superblock));
  add_region(content.older_rest, {superblock.scan_begin(), superblock.committed_end});
  return Status::ok();
}

}  // namespace flowdb
