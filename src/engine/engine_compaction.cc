// Running compactions: which one, when, and the commit at its end.
#include <algorithm>

#include "engine/engine_state.h"
#include "engine/job_step.h"
#include "engine/size_tiered_picker.h"
#include "storage/free_space.h"
#include "util/features.h"

namespace flowdb {
namespace {

// A part of a compaction costs a commit; smaller ones leave fewer gaps behind.
constexpr uint64_t kPartBytesMin = 1 << 20;
constexpr uint64_t kPartBytesMinOfAll = 512 << 10;
// Free room is used when it takes such a part of a table.
constexpr uint64_t kPartsOfTableMax = 8;
// Less dead room is left as it is.
constexpr uint64_t kDeadRegionsMin = 16;

}  // namespace

CompactionLimits Engine::State::compaction_limits() const {
  return {options.level0_tables_max, options.level1_bytes_max, options.table_bytes_max,
          options.log_extent_bytes_max};
}

std::optional<CompactionPlan> Engine::State::next_compaction() const {
  if (kFullEngine && options.compaction_style == CompactionStyle::size_tiered) {
    return pick_size_tiered(*version, options.level0_tables_max);
  }
  return pick_compaction(*version, compaction_limits());
}

double Engine::State::compaction_urgency() const {
  if (kFullEngine && options.compaction_style == CompactionStyle::size_tiered) {
    return size_tiered_pressure(*version, options.level0_tables_max);
  }
  return compaction_pressure(*version, compaction_limits());
}

Status Engine::State::pause_compaction() {
  FLOWDB_RETURN_IF_ERROR(finish_commit());
  if (job == nullptr) return Status::ok();
  const Status status = job->pause();
  if (status.is_ok()) return status;
  // The compaction is lost, not the write that wanted it to pause.
  job.reset();
  compaction_failed = true;
  return storage->can_write() ? Status::ok() : status;
}

void Engine::State::begin_compaction(CompactionPlan plan, bool of_all) {
  uint64_t table_bytes = table_target(*version, compaction_limits());
  uint64_t expected_bytes = table_bytes / kPartsOfTableMax;
  if (plan.upper.empty()) {
    // A table that is moved stays whole, as far as there is room for it.
    const uint64_t whole = room_to_move(plan.lower.front()->bytes());
    table_bytes = std::max(table_bytes, whole);
    if (!of_all) expected_bytes = whole;
  } else if (kFullEngine && plan.output_level == 0) {
    // In level 0, what is merged stays one table, in one place.
    table_bytes = UINT64_MAX;
    expected_bytes = 0;
    for (const auto& file : plan.upper) expected_bytes += file->bytes();
  }
  auto output = std::make_unique<TableOutput>(
      *storage, next_table_id, builder_options(plan.output_level), table_bytes, expected_bytes);
  const uint64_t part_bytes_min = of_all ? kPartBytesMinOfAll : kPartBytesMin;
  Retention retention({pins.begin(), pins.end()}, options.now_us(), drop_filter);
  job =
      std::make_unique<CompactionJob>(std::move(plan), *version, std::move(retention),
                                      std::move(output), std::max(table_bytes / 2, part_bytes_min));
}

Result<uint64_t> Engine::State::step_compaction() {
  const LatencyTimer timer(latencies.get(), &EngineLatencies::compaction, options.clock_ns);
  if (commit_under_way) return step_commit();
  const bool commits = job->is_done() || job->has_part();
  const Result<uint64_t> work = commits ? commit_part() : step_writing(*job);
  compaction_failed = !work.is_ok();
  if (compaction_failed) job.reset();
  return work;
}

Result<uint64_t> Engine::State::commit_part() {
  CompactionJob::Part part = job->take_part();
  const bool is_last = job->is_done();
  // Its hold on what the commit makes free ends here.
  if (is_last) job.reset();
  Change change = change_of_tables();
  change.added = std::move(part.added);
  change.removed = std::move(part.removed);
  change.has_dropped = part.has_dropped;
  return begin_commit(is_last ? CommitOf::last_part : CommitOf::part, std::move(change));
}

Status Engine::State::finish_compaction() {
  while (job != nullptr || commit_under_way) {
    FLOWDB_RETURN_IF_ERROR(step_compaction().status());
  }
  return Status::ok();
}

bool Engine::State::is_sparse() const {
  if (storage->has_waiting_tables()) return false;
  const StorageStats stats = storage->stats();
  return stats.dead_bytes > stats.live_bytes / 4 &&
         stats.dead_bytes > kDeadRegionsMin * options.region_bytes_min;
}

std::optional<CompactionPlan> Engine::State::plan_move_forward(uint64_t part_bytes) const {
  const std::optional<uint32_t> id = storage->table_to_move(part_bytes);
  if (!id) return std::nullopt;
  // The tables of level 0 are soon merged into others.
  for (uint8_t level = 1; level < kLevels; ++level) {
    for (const auto& file : version->level(level)) {
      if (file->meta().id != *id) continue;
      CompactionPlan plan;
      plan.lower = {file};
      plan.upper_level = plan.output_level = level;
      return plan;
    }
  }
  return std::nullopt;
}

Status Engine::State::move_forward() {
  // Of a transaction that is still open.
  if (storage->has_waiting_tables()) return Status::ok();
  for (bool more = true; more;) {
    FLOWDB_RETURN_IF_ERROR(storage->reclaim());
    if (std::optional<CompactionPlan> plan = plan_move_forward()) {
      begin_compaction(*std::move(plan));
      FLOWDB_RETURN_IF_ERROR(finish_compaction());
    } else {
      FLOWDB_ASSIGN_OR_RETURN(more, fill_room());
    }
  }
  // The checkpoint moves to the front, and then the room that it had is free.
  return storage->reclaim();
}

Result<bool> Engine::State::fill_room() {
  // Whoever reads would keep the room of the whole table.
  if (version.use_count() > 1) return false;
  std::optional<CompactionPlan> plan =
      plan_move_forward(table_target(*version, compaction_limits()) / kPartsOfTableMax);
  if (!plan) return false;
  const uint64_t stood_at = plan->lower.front()->location().offset;
  begin_compaction(*std::move(plan), true);
  while (!job->is_done()) FLOWDB_RETURN_IF_ERROR(step_compaction().status());
  const std::vector<TableMeta>& written = job->written();
  if (!written.empty() && storage->hold_table(written.front().id)->offset > stood_at) {
    // Its first record alone is too large for that room.
    job.reset();
    return false;
  }
  FLOWDB_RETURN_IF_ERROR(finish_compaction());
  return true;
}

Status Engine::compact_all() {
  State& s = *state_;
  FLOWDB_RETURN_IF_ERROR(s.check_writable());
  // A compaction that is under way would only be done again.
  s.job.reset();
  FLOWDB_RETURN_IF_ERROR(flush());
  std::optional<CompactionPlan> plan = plan_full_compaction(*s.version, s.compaction_limits());
  if (!plan) return Status::ok();
  s.begin_compaction(*std::move(plan), true);
  FLOWDB_RETURN_IF_ERROR(s.finish_compaction());
  return s.move_forward();
}

}  // namespace flowdb
