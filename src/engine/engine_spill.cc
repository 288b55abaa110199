// Commits that are larger than the log or the memory: their tables are written first, and a
// checkpoint commits them all.
#include "engine/engine_state.h"
#include "engine/spill.h"

namespace flowdb {
namespace {

// The newest version of each key, all under one sequence number.
Status write_overlay(const Memtable& overlay, uint64_t sequence, TableOutput& output) {
  Memtable::Cursor cursor(overlay);
  cursor.seek_to_first();
  while (cursor.valid()) {
    Record record = cursor.record();
    record.sequence = sequence;
    FLOWDB_RETURN_IF_ERROR(output.add(record));
    do {
      cursor.next();
    } while (cursor.valid() && cursor.record().key == record.key &&
             cursor.record().ts == record.ts);
  }
  return output.end_table();
}

}  // namespace

// The sequence number that the records carry is the one that they will have when no other commit
// comes first. Without our manifest it would still order the runs.
Status Engine::spill(const Memtable& overlay, Spill& spill) {
  State& s = *state_;
  FLOWDB_RETURN_IF_ERROR(s.check_writable());
  if (overlay.count() == 0) return Status::ok();
  FLOWDB_RETURN_IF_ERROR(s.keep_pace(overlay.data_bytes()));
  // The container takes one table at a time.
  FLOWDB_RETURN_IF_ERROR(s.finish_flush());
  FLOWDB_RETURN_IF_ERROR(s.pause_compaction());
  Spill::Run run;
  run.output = std::make_unique<TableOutput>(*s.container, s.next_table_id, s.builder_options(0),
                                             s.options.table_bytes_max);
  const uint64_t sequence = s.last_sequence + 1 + spill.runs.size();
  FLOWDB_RETURN_IF_ERROR(write_overlay(overlay, sequence, *run.output));
  run.files = s.files_of(run.output->tables());
  spill.runs.push_back(std::move(run));
  return Status::ok();
}

Status Engine::write_spill(Spill& spill) {
  State& s = *state_;
  FLOWDB_RETURN_IF_ERROR(s.check_writable());
  if (spill.runs.empty()) return Status::ok();
  // What is in the memtable is older, so it goes below.
  if (s.flush != nullptr || s.memtable->count() > 0) {
    FLOWDB_RETURN_IF_ERROR(s.checkpoint(s.log->position()));
  }
  FLOWDB_RETURN_IF_ERROR(s.pause_compaction());
  State::Change change = s.change_of_tables();
  change.sequence = s.last_sequence;
  change.position = s.log->position();
  for (const Spill::Run& run : spill.runs) {
    ++change.sequence;
    for (TableMeta meta : run.output->tables()) {
      if (meta.largest_sequence != change.sequence) meta.assign_sequence(change.sequence);
      change.added.push_back(std::move(meta));
    }
  }
  FLOWDB_RETURN_IF_ERROR(s.commit(change));
  s.last_sequence = change.sequence;
  spill.runs.clear();
  return Status::ok();
}

Status Engine::write_as_tables(const std::vector<const Memtable*>& overlays) {
  Spill spill;
  for (const Memtable* overlay : overlays) {
    FLOWDB_RETURN_IF_ERROR(this->spill(*overlay, spill));
  }
  return write_spill(spill);
}

}  // namespace flowdb
