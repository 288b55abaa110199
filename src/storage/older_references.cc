// What the superblock refers to that counts no more.
#include "storage/container_scan.h"
#include "storage/superblock_slots.h"

namespace flowdb {

Result<OlderReferences> read_older_references(File& file, uint64_t file_bytes,
                                              uint64_t checkpoint_offset) {
  std::string header(kFileHeaderBytes, '\0');
  FLOWDB_RETURN_IF_ERROR(read_exactly(file, 0, header.data(), header.size()));
  FLOWDB_ASSIGN_OR_RETURN(const SuperblockSlots slots, decode_slots(file.name(), header));
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
