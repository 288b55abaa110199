// From the memtable, and from commits that are too large for the log, to tables of level 0.
#include "engine/engine_state.h"
#include "engine/retention.h"
#include "engine/table_output.h"

namespace flowdb {

Status Engine::State::write_memtable(std::vector<TableMeta>& added) {
  if (memtable->count() == 0) return Status::ok();
  TableOutput output(*container, next_table_id, builder_options(0), UINT64_MAX);
  Retention retention({pins.begin(), pins.end()}, options.now_us(), nullptr);
  Memtable::Cursor cursor(*memtable);
  for (cursor.seek_to_first(); cursor.valid(); cursor.next()) {
    Record record = cursor.record();
    const Retention::Verdict verdict = retention.judge(record, /*older_below=*/true);
    if (verdict == Retention::Verdict::drop) continue;
    if (verdict == Retention::Verdict::keep_as_remove) record = removal_of(record);
    FLOWDB_RETURN_IF_ERROR(output.add(record));
  }
  FLOWDB_RETURN_IF_ERROR(output.end_table());
  added.insert(added.end(), output.tables().begin(), output.tables().end());
  return Status::ok();
}

Status Engine::State::checkpoint(const LogPosition& at) {
  FLOWDB_RETURN_IF_ERROR(pause_compaction());
  Change change = change_of_all(at);
  FLOWDB_RETURN_IF_ERROR(write_memtable(change.added));
  FLOWDB_RETURN_IF_ERROR(commit(change));
  if (memtable->count() > 0) {
    // Iterators may still walk the old one.
    memtable = std::make_shared<Memtable>();
    ++counters.flushes;
  }
  return Status::ok();
}

Status Engine::State::commit_as_tables(const std::vector<const Memtable*>& overlays) {
  FLOWDB_RETURN_IF_ERROR(relieve_level0());
  FLOWDB_RETURN_IF_ERROR(pause_compaction());
  Change change = change_of_all(log->position());
  // What is in the memtable is older, so it goes below, in the same commit.
  FLOWDB_RETURN_IF_ERROR(write_memtable(change.added));
  for (const Memtable* overlay : overlays) {
    ++change.sequence;
    TableOutput output(*container, next_table_id, builder_options(0), options.table_bytes_max);
    Memtable::Cursor cursor(*overlay);
    cursor.seek_to_first();
    while (cursor.valid()) {
      Record record = cursor.record();
      record.sequence = change.sequence;
      FLOWDB_RETURN_IF_ERROR(output.add(record));
      // Only the newest version counts.
      do {
        cursor.next();
      } while (cursor.valid() && cursor.record().key == record.key &&
               cursor.record().ts == record.ts);
    }
    FLOWDB_RETURN_IF_ERROR(output.end_table());
    change.added.insert(change.added.end(), output.tables().begin(), output.tables().end());
  }
  FLOWDB_RETURN_IF_ERROR(commit(change));
  last_sequence = change.sequence;
  if (memtable->count() > 0) {
    memtable = std::make_shared<Memtable>();
    ++counters.flushes;
  }
  return Status::ok();
}

}  // namespace flowdb
