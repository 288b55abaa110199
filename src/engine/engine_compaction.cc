// Running compactions: which one, when, and the commit at its end.
#include "engine/engine_state.h"

namespace flowdb {
namespace {

// A writer that flushes waits once level 0 has this many times the tables at which a compaction
// begins.
constexpr size_t kLevel0StopFactor = 3;
constexpr int64_t kNoBudget = INT64_MAX / 2;

}  // namespace

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

Status Engine::State::begin_compaction(CompactionPlan plan) {
  auto output = std::make_unique<TableOutput>(
      *container, next_table_id, builder_options(plan.output_level), options.table_bytes_max);
  Retention retention({pins.begin(), pins.end()}, options.now_us(), drop_filter);
  job = std::make_unique<CompactionJob>(std::move(plan), version, std::move(retention),
                                        std::move(output), options.now_us);
  return Status::ok();
}

Result<bool> Engine::State::step_compaction(int64_t budget_us) {
  Result<bool> done = job->step(budget_us);
  if (done.is_ok() && !done.value()) return false;
  // Whether it succeeds or not, this was its last step.
  const std::unique_ptr<CompactionJob> finished = std::move(job);
  Status status = done.status();
  // What the filter dropped is dead by commits that may be in the log only, and not flushed: a power
  // loss that took them back would leave references to it.
  if (status.is_ok() && drop_filter) status = log->sync();
  if (status.is_ok()) {
    Change change = change_of_tables();
    change.added = finished->outputs();
    change.removed = finished->inputs();
    status = commit(change);
  }
  compaction_failed = !status.is_ok();
  if (!status.is_ok()) return status;
  ++counters.compactions;
  return true;
}

Status Engine::State::relieve_level0() {
  const size_t limit = options.level0_tables_max * kLevel0StopFactor;
  while (version->level(0).size() >= limit && !compaction_failed) {
    if (job == nullptr) {
      std::optional<CompactionPlan> plan = pick_compaction(*version, compaction_limits());
      FLOWDB_RETURN_IF_ERROR(begin_compaction(*std::move(plan)));
    }
    // A failure shows in the call that maintains; a write fails only for its own reasons.
    if (const Result<bool> done = step_compaction(kNoBudget); !done.is_ok()) break;
  }
  return container->can_write() ? Status::ok() : check_writable();
}

Result<bool> Engine::maintain(int64_t budget_us) {
  State& s = *state_;
  FLOWDB_RETURN_IF_ERROR(s.check_writable());
  if (s.job == nullptr) {
    std::optional<CompactionPlan> plan = pick_compaction(*s.version, s.compaction_limits());
    if (!plan) return false;
    if (plan->is_move()) {
      State::Change change = s.change_of_tables();
      change.moved = {plan->upper.front()->at_level(plan->output_level)};
      FLOWDB_RETURN_IF_ERROR(s.commit(change));
    } else {
      FLOWDB_RETURN_IF_ERROR(s.begin_compaction(*std::move(plan)));
    }
  }
  if (s.job != nullptr) {
    FLOWDB_ASSIGN_OR_RETURN(const bool done, s.step_compaction(budget_us));
    if (!done) return true;
  }
  return pick_compaction(*s.version, s.compaction_limits()).has_value();
}

Status Engine::compact_all() {
  State& s = *state_;
  FLOWDB_RETURN_IF_ERROR(s.check_writable());
  // A compaction that is under way would only be done again.
  s.job.reset();
  FLOWDB_RETURN_IF_ERROR(flush());
  std::optional<CompactionPlan> plan = plan_full_compaction(*s.version, s.compaction_limits());
  if (!plan) return Status::ok();
  FLOWDB_RETURN_IF_ERROR(s.begin_compaction(*std::move(plan)));
  return s.step_compaction(kNoBudget).status();
}

}  // namespace flowdb
