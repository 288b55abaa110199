// From the memtable to tables of level 0, or 1.
#include <cassert>

#include "engine/engine_state.h"
#include "engine/job_step.h"
#include "engine/retention.h"
#include "engine/table_output.h"

namespace flowdb {

void Engine::State::insert(const Record& record) {
  // Counted once, however often it is written.
  if (memtable->insert(record)) hidden_by_memtable += version->hidden_bytes(record, inserted_at);
}

void Engine::State::freeze(const LogPosition& at) {
  assert(flush == nullptr);
  flush = std::make_unique<FlushJob>(std::move(memtable), last_sequence, at);
  memtable = std::make_shared<Memtable>();
  hidden_by_memtable = 0;
  flush_failed = false;
}

// (1) The table is written. (2) It is committed.
Result<uint64_t> Engine::State::step_flush() {
  const LatencyTimer timer(latencies.get(), &EngineLatencies::flush, options.clock_ns);
  if (commit_under_way) return step_commit();
  Result<uint64_t> work = flush->is_done() ? commit_flush() : write_flush();
  if (!work.is_ok()) flush->give_up();
  flush_failed = !work.is_ok();
  return work;
}

Result<uint64_t> Engine::State::write_flush() {
  if (!flush->has_begun()) {
    FLOWDB_RETURN_IF_ERROR(pause_compaction());
    flush->begin(
        Retention({pins.begin(), pins.end()}, options.now_us(), drop_filter), version,
        std::make_unique<TableOutput>(*storage, next_table_id, builder_options(0), UINT64_MAX,
                                      flush->memtable()->data_bytes(), split_into_groups()));
  }
  return step_writing(*flush);
}

Result<uint64_t> Engine::State::commit_flush() {
  Change change = change_of_tables();
  change.added = flush->outputs();
  change.sequence = flush->sequence();
  change.position = flush->position();
  // Without a commit of their own, unless a compaction reads them.
  if (job == nullptr) change.removed = dead_tables();
  // If nothing was written meanwhile, these tables and older ones hold all that makes anything
  // dead.
  const bool has_dropped = flush->take_has_dropped() || !change.removed.empty();
  change.has_dropped = has_dropped && memtable->count() > 0;
  place(change);
  return begin_commit(CommitOf::flush, std::move(change));
}

// A running compaction counts on what it has found in level 1.
void Engine::State::place(Change& change) {
  if (change.added.empty() || is_size_tiered() || (job != nullptr && job->plan().output_level == 1))
    return;
  const auto in_level0 = version->with(files_of(change.added), change.removed);
  for (const auto& file : movable_from_level0(*in_level0, compaction_limits())) {
    for (TableMeta& meta : change.added) {
      if (meta.id == file->meta().id) meta.level = 1;
    }
  }
}

Status Engine::State::finish_flush() {
  FLOWDB_RETURN_IF_ERROR(finish_commit());
  while (flush != nullptr) FLOWDB_RETURN_IF_ERROR(step_flush().status());
  return Status::ok();
}

Status Engine::State::checkpoint(const LogPosition& at) {
  FLOWDB_RETURN_IF_ERROR(finish_flush());
  freeze(at);
  return finish_flush();
}

}  // namespace flowdb
