// From the memtable, and from commits that are too large for the log, to tables of level 0.
#include <cassert>

#include "engine/engine_state.h"
#include "engine/job_step.h"
#include "engine/retention.h"
#include "engine/table_output.h"

namespace flowdb {

void Engine::State::freeze(const LogPosition& at) {
  assert(flush == nullptr);
  flush = std::make_unique<FlushJob>(std::move(memtable), last_sequence, at);
  memtable = std::make_shared<Memtable>();
  flush_failed = false;
}

// (1) The table is written. (2) It is committed.
Result<uint64_t> Engine::State::step_flush() {
  const Result<uint64_t> work = flush->is_done() ? commit_flush() : write_flush();
  if (!work.is_ok() && flush != nullptr) flush->give_up();
  flush_failed = !work.is_ok();
  return work;
}

Result<uint64_t> Engine::State::write_flush() {
  if (!flush->has_begun()) {
    FLOWDB_RETURN_IF_ERROR(pause_compaction());
    flush->begin(Retention({pins.begin(), pins.end()}, options.now_us(), nullptr),
                 std::make_unique<TableOutput>(*container, next_table_id, builder_options(0),
                                               UINT64_MAX));
  }
  return flush->step();
}

Result<uint64_t> Engine::State::commit_flush() {
  Change change = change_of_tables();
  change.added = flush->outputs();
  change.sequence = flush->sequence();
  change.position = flush->position();
  FLOWDB_RETURN_IF_ERROR(commit(change));
  if (flush->memtable()->count() > 0) ++counters.flushes;
  flush.reset();
  return kStepWork;
}

Status Engine::State::finish_flush() {
  while (flush != nullptr) FLOWDB_RETURN_IF_ERROR(step_flush().status());
  return Status::ok();
}

Status Engine::State::checkpoint(const LogPosition& at) {
  FLOWDB_RETURN_IF_ERROR(finish_flush());
  freeze(at);
  return finish_flush();
}

Status Engine::State::commit_as_tables(const std::vector<const Memtable*>& overlays) {
  uint64_t bytes = 0;
  for (const Memtable* overlay : overlays) bytes += overlay->data_bytes();
  FLOWDB_RETURN_IF_ERROR(keep_pace(bytes));
  // What is in the memtable is older, so it goes below.
  if (flush != nullptr || memtable->count() > 0) {
    FLOWDB_RETURN_IF_ERROR(checkpoint(log->position()));
  }
  FLOWDB_RETURN_IF_ERROR(pause_compaction());
  Change change = change_of_tables();
  change.sequence = last_sequence;
  change.position = log->position();
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
  return Status::ok();
}

}  // namespace flowdb
