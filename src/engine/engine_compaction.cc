// Running compactions: which one, when, and the commit at its end.
#include "engine/engine_state.h"
#include "engine/job_step.h"
#include "util/rules.h"

namespace flowdb {

CompactionLimits Engine::State::compaction_limits() const {
  return {options.level0_tables_max, options.level1_bytes_max};
}

Status Engine::State::pause_compaction() {
  if (job == nullptr) return Status::ok();
  const Status status = job->pause();
  if (status.is_ok()) return status;
  // The compaction is lost, not the write that wanted it to pause.
  job.reset();
  compaction_failed = true;
  return container->can_write() ? Status::ok() : status;
}

void Engine::State::begin_compaction(CompactionPlan plan) {
  // Half a table is worth the room that it fills.
  auto output = std::make_unique<TableOutput>(*container, next_table_id,
                                              builder_options(plan.output_level),
                                              options.table_bytes_max, options.table_bytes_max / 2);
  Retention retention({pins.begin(), pins.end()}, options.now_us(), drop_filter);
  job = std::make_unique<CompactionJob>(std::move(plan), version, std::move(retention),
                                        std::move(output));
}

Result<uint64_t> Engine::State::step_compaction() {
  const LatencyTimer timer(latencies.get(), &EngineLatencies::compaction, options.clock_ns);
  if (!job->is_done()) {
    const Result<uint64_t> work = job->step();
    if (!work.is_ok()) job.reset();
    compaction_failed = !work.is_ok();
    return work;
  }
  // Whether it succeeds or not, this was its last step.
  const std::unique_ptr<CompactionJob> finished = std::move(job);
  // What the filter dropped is dead by commits that may be in the log only, and not flushed: a
  // power loss that took them back would leave references to it. Twice, because one of two flushes
  // may do nothing.
  Status status;
  for (const Rule rule : {Rule::dropped_log_flush, Rule::dropped_log_flush_again}) {
    if (status.is_ok() && drop_filter && holds(rule)) status = log->sync();
  }
  if (status.is_ok()) {
    Change change = change_of_tables();
    change.added = finished->outputs();
    change.removed = finished->inputs();
    status = commit(change);
  }
  compaction_failed = !status.is_ok();
  if (!status.is_ok()) return status;
  ++counters.compactions;
  return kStepWork;
}

Status Engine::compact_all() {
  State& s = *state_;
  FLOWDB_RETURN_IF_ERROR(s.check_writable());
  // A compaction that is under way would only be done again.
  s.job.reset();
  FLOWDB_RETURN_IF_ERROR(flush());
  std::optional<CompactionPlan> plan = plan_full_compaction(*s.version, s.compaction_limits());
  if (!plan) return Status::ok();
  s.begin_compaction(*std::move(plan));
  while (s.job != nullptr) FLOWDB_RETURN_IF_ERROR(s.step_compaction().status());
  return Status::ok();
}

}  // namespace flowdb
