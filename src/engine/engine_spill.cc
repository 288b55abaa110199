// Commits that are larger than the log or the memory: their tables are written first, and a
// checkpoint commits them all.
#include <algorithm>

#include "engine/engine_state.h"
#include "engine/spill.h"

namespace flowdb {
namespace {

// The newest version of each key, all under one sequence number. Puts without an expire_at get this
// one.
Status write_overlay(const Memtable& overlay, uint64_t sequence, int64_t expire_at,
                     const Version& version, TableOutput& output) {
  std::shared_ptr<const RangeRemoves> removes;
  if (overlay.has_range_removes()) {
    removes = overlay.range_removes();
    RangeRemoves renumbered;
    removes->each([&](std::string_view begin, std::string_view end, const auto&) {
      renumbered.add(begin, end, sequence);
    });
    output.set_range_removes(std::move(renumbered));
  }
  Memtable::Cursor cursor(overlay);
  cursor.seek_to_first();
  Version::Places near;
  while (cursor.valid()) {
    Record record = cursor.record();
    const bool removed =
        removes != nullptr && removes->removes(record.key, record.sequence, UINT64_MAX);
    record.sequence = sequence;
    const bool lasts = record.kind == RecordKind::put && record.expire_at == kNeverExpires;
    if (lasts) record.expire_at = expire_at;
    if (!removed) FLOWDB_RETURN_IF_ERROR(output.add(record, version.hidden_bytes(record, near)));
    do {
      cursor.next();
    } while (cursor.valid() && cursor.record().key == record.key &&
             cursor.record().ts == record.ts);
  }
  return output.finish();
}

}  // namespace

// The sequence number that the records carry is the one that they will have when no other commit
// comes first. Without our manifest it would still order the runs.
Status Engine::State::spill(const Memtable& overlay, int64_t expire_at, Spill& to) {
  FLOWDB_RETURN_IF_ERROR(check_writable());
  if (overlay.count() == 0) return Status::ok();
  FLOWDB_RETURN_IF_ERROR(keep_pace(overlay.data_bytes(), 0));
  // The container takes one table at a time.
  FLOWDB_RETURN_IF_ERROR(finish_flush());
  FLOWDB_RETURN_IF_ERROR(pause_compaction());
  Spill::Run run;
  run.output = std::make_unique<TableOutput>(
      *storage, next_table_id, builder_options(0), options.table_bytes_max,
      std::min<uint64_t>(options.table_bytes_max / 2, overlay.data_bytes()), table_split);
  const uint64_t sequence = last_sequence + 1 + to.runs.size();
  FLOWDB_RETURN_IF_ERROR(write_overlay(overlay, sequence, expire_at, *version, *run.output));
  run.files = files_of(run.output->tables());
  to.runs.push_back(std::move(run));
  return Status::ok();
}

Status Engine::spill(const Memtable& overlay, Spill& spill) {
  return state_->spill(overlay, state_->expiry(state_->options.default_ttl_us), spill);
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
  s.place(change);
  FLOWDB_RETURN_IF_ERROR(s.commit(change));
  s.last_sequence = change.sequence;
  spill.runs.clear();
  return Status::ok();
}

Status Engine::write_as_tables(const std::vector<const Memtable*>& overlays, int64_t expire_at) {
  Spill spill;
  for (const Memtable* overlay : overlays) {
    FLOWDB_RETURN_IF_ERROR(state_->spill(*overlay, expire_at, spill));
  }
  return write_spill(spill);
}

}  // namespace flowdb
