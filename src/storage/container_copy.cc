// The canonical form of a container: every live table once, then a checkpoint, and nothing else.
#include <algorithm>

#include "storage/container_state.h"
#include "storage/record.h"
#include "util/rules.h"

namespace flowdb {
namespace {

constexpr size_t kPieceBytes = 64 << 10;

// Copies the raw bytes at `from`, framed as the table `id`, behind `end`. Result: where they are.
Result<TableLocation> copy_table(File& source, uint32_t id, const TableLocation& from, File& target,
                                 uint64_t end) {
  const uint64_t record_offset = next_record_offset(end);
  std::string piece = encode_gap(end, record_offset) + encode_table_header(id, from.length);
  uint64_t written_to = end;
  for (uint64_t done = 0;;) {
    const size_t length = static_cast<size_t>(std::min<uint64_t>(from.length - done, kPieceBytes));
    const size_t front = piece.size();
    piece.resize(front + length);
    FLOWDB_RETURN_IF_ERROR(read_exactly(source, from.offset + done, piece.data() + front, length));
    FLOWDB_RETURN_IF_ERROR(target.write_at(written_to, piece));
    written_to += piece.size();
    done += length;
    if (done == from.length) break;
    piece.clear();
  }
  return TableLocation{record_offset + kRecordHeaderBytes, from.length};
}

}  // namespace

Status Container::copy_to(File& target) const {
  const State& s = *state_;
  FLOWDB_ASSIGN_OR_RETURN(const uint64_t size, target.size());
  if (size != 0) return Status::invalid_argument("the target of a copy is not empty");
  LiveTables copies;
  uint64_t end = kFileHeaderBytes;
  for (const auto& [id, location] : s.tables) {
    FLOWDB_ASSIGN_OR_RETURN(copies[id], copy_table(*s.file, id, location, target, end));
    end = copies[id].offset + copies[id].length;
  }
  const uint64_t checkpoint_offset = next_record_offset(end);
  const std::string checkpoint =
      encode_checkpoint(copies, s.manifest, s.superblock.database_id, {});
  FLOWDB_RETURN_IF_ERROR(target.write_at(end, encode_gap(end, checkpoint_offset) + checkpoint));

  Superblock superblock = s.superblock;
  superblock.generation = 1;
  superblock.reused = false;
  superblock.checkpoint_offset = checkpoint_offset;
  superblock.checkpoint_length = checkpoint.size();
  superblock.committed_end = checkpoint_offset + checkpoint.size();
  superblock.records_crc = 0;
  superblock.changed = s.changed;
  const std::string header = encode_file_header(superblock);
  if (!holds(Rule::copy_header_last)) FLOWDB_RETURN_IF_ERROR(target.write_at(0, header));
  if (holds(Rule::copy_flush)) FLOWDB_RETURN_IF_ERROR(target.sync());
  if (holds(Rule::copy_flush_again)) FLOWDB_RETURN_IF_ERROR(target.sync());
  if (holds(Rule::copy_header_last)) FLOWDB_RETURN_IF_ERROR(target.write_at(0, header));
  if (holds(Rule::copy_header_flush)) FLOWDB_RETURN_IF_ERROR(target.sync());
  return holds(Rule::copy_header_flush_again) ? target.sync() : Status::ok();
}

}  // namespace flowdb
