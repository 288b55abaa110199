// When the pending flushes and compactions are done: in slices that somebody asks for, and by
// writers that get ahead of those.
#include <algorithm>
#include <utility>

#include "engine/engine_state.h"
#include "engine/job_step.h"
#include "util/features.h"

namespace flowdb {
namespace {

// For each byte written, so much of the work of a pending flush is done: it is over when the new
// memtable has taken a fraction of what the full one holds.
constexpr uint64_t kFlushPace = 4;
// Writers compact, too, once a level is so far above the size at which a compaction begins: at
// first so much for each byte, twice as much with each further step of the pressure, up to a limit.
constexpr double kPressureMin = 1.25;
constexpr double kPressureOfDoubling = 0.25;
constexpr uint64_t kCompactionPace = 4;
constexpr uint64_t kPaceDoublingsMax = 6;
// A large value is many bytes at once, and leaves little to compact, since most of its tables only
// move down: for each of its bytes two at first, and twice as much with each whole step.
constexpr double kPressureOfLargeDoubling = 1;
constexpr uint64_t kLargeCompactionPace = 2;
// A memtable that holds such a part of a full one is flushed when nothing else is to be done: each
// opening would read it from the log again.
constexpr size_t kUnreadPart = 8;
// A container that can become shorter by so many regions is worth two flushes of the file.
constexpr uint64_t kReclaimRegionsMin = 4;
// What a flush of the file may take: a slice that has no more time left leaves it to the next.
constexpr int64_t kFlushUs = 2000;

}  // namespace

bool Engine::State::is_maintenance_due(Upkeep upkeep) const {
  return commit_under_way || flush != nullptr || job != nullptr || may_have_dead_tables ||
         next_compaction().has_value() ||
         (kFullEngine && !expired_tables(*version, options.now_us()).empty()) ||
         (upkeep == Upkeep::all && is_untidy());
}

bool Engine::State::is_untidy() const {
  return hides_much() || takes_long_to_recover() ||
         storage->reclaimable_bytes() >= kReclaimRegionsMin * options.region_bytes_min ||
         (drop_filter && dead_records.is_due()) ||
         (is_sparse() &&
          (room_is_waiting || plan_drop().has_value() || plan_move_forward().has_value()));
}

// (1) A commit that is under way is ended. (2) The flush comes first: the log and the memory wait
// for it. One that has failed, for want of room most often, waits for the compactions. (3) A
// compaction that is under way goes on, (4) or the next one begins, after tables that are dead or
// have expired are gone. (5) When nothing else is to be done, the container is tidied, behind a
// flush when that lets much go or takes much from the log. Until the first write has made the
// checkpoint that is due nothing is done: a manifest before it would lose what the log has covered.
Result<uint64_t> Engine::State::step_maintenance(Upkeep upkeep) {
  if (checkpoint_due) return uint64_t{0};
  if (commit_under_way) return step_commit();
  if (flush != nullptr && (!flush_failed || compaction_failed)) return step_flush();
  if (job != nullptr) return step_compaction();
  if (Change change = change_of_dead_tables(); !change.removed.empty()) {
    return begin_commit(CommitOf::removal, std::move(change));
  }
  if (Change change = change_of_expired_tables(); !change.removed.empty()) {
    return begin_commit(CommitOf::expiry, std::move(change));
  }
  std::optional<CompactionPlan> plan = next_compaction();
  if (!plan) {
    if (flush != nullptr) return step_flush();
    return upkeep == Upkeep::all ? step_tidying() : Result<uint64_t>(uint64_t{0});
  }
  return begin(*std::move(plan));
}

Result<uint64_t> Engine::State::begin(CompactionPlan plan) {
  if (!plan.is_move()) {
    begin_compaction(std::move(plan));
    return step_compaction();
  }
  Change change = change_of_tables();
  for (const auto& file : plan.upper) change.moved.push_back(file->at_level(plan.output_level));
  Result<uint64_t> work = begin_commit(CommitOf::move, std::move(change));
  compaction_failed = !work.is_ok();
  return work;
}

Engine::State::Change Engine::State::change_of_dead_tables() {
  Change change = change_of_tables();
  if (std::exchange(may_have_dead_tables, false)) change.removed = dead_tables();
  change.has_dropped = true;
  return change;
}

std::vector<uint32_t> Engine::State::dead_tables() const {
  std::vector<uint32_t> dead;
  if (!drop_filter) return dead;
  for (const auto& file : version->all()) {
    const TableMeta& meta = file->meta();
    const KeyFate fate = drop_filter(meta.smallest_key);
    if (fate.is_dead && fate.holds_for(meta.largest_key)) dead.push_back(meta.id);
  }
  return dead;
}

Engine::State::Change Engine::State::change_of_expired_tables() const {
  Change change = change_of_tables();
  if (kFullEngine) change.removed = expired_tables(*version, options.now_us());
  return change;
}

bool Engine::State::hides_much() const {
  return !is_size_tiered() && hidden_by_memtable >= level_target(*version, compaction_limits(), 0);
}

bool Engine::State::takes_long_to_recover() const {
  return memtable->memory_bytes() >= options.memtable_bytes_max / kUnreadPart;
}

// A memtable that hides much, or holds much, is flushed. When much is dead, tables are written
// again without it, and the container's last ones move to the front; then what is free at its end
// goes.
Result<uint64_t> Engine::State::step_tidying() {
  // Compactions go by what is in tables.
  if (hides_much() || takes_long_to_recover()) {
    freeze(log->position());
    return step_flush();
  }
  if (drop_filter && dead_records.is_due()) {
    dead_records.look(*version, drop_filter);
    return kSkipWork;
  }
  const bool sparse = is_sparse();
  if (sparse && std::exchange(room_is_waiting, false)) {
    return begin_commit(CommitOf::reclaim, Change());
  }
  std::optional<CompactionPlan> plan;
  if (sparse) plan = plan_drop();
  if (sparse && !plan) plan = plan_move_forward();
  if (plan) return begin(*std::move(plan));
  const uint64_t reclaimable = storage->reclaimable_bytes();
  if (reclaimable < kReclaimRegionsMin * options.region_bytes_min) return uint64_t{0};
  return begin_commit(CommitOf::reclaim, Change());
}

uint64_t Engine::State::pace(bool of_large) const {
  if (flush_failed || compaction_failed) return 0;
  const uint64_t flush_pace = flush != nullptr ? kFlushPace : 0;
  const double pressure = compaction_urgency();
  if (pressure < kPressureMin) return flush_pace;
  const double step = of_large ? kPressureOfLargeDoubling : kPressureOfDoubling;
  const auto doublings = static_cast<uint64_t>((pressure - kPressureMin) / step);
  const uint64_t first = of_large ? kLargeCompactionPace : kCompactionPace;
  return flush_pace + (first << std::min(doublings, kPaceDoublingsMax));
}

Status Engine::State::keep_pace(uint64_t bytes, uint64_t large_bytes) {
  uint64_t pace_now = pace(false);
  work_due += bytes * pace_now;
  if (large_bytes > 0) work_due += large_bytes * pace(true);
  while (work_due >= kStepWork && pace_now > 0) {
    const Result<uint64_t> work = step_maintenance(Upkeep::due);
    // A failure shows in the call that maintains; a write fails only for its own reasons.
    const bool goes_on = work.is_ok() && work.value() > 0;
    work_due = goes_on ? work_due - std::min(work_due, work.value()) : 0;
    pace_now = pace(false);
  }
  if (pace_now == 0) work_due = 0;
  return storage->can_write() ? Status::ok() : check_writable();
}

Result<bool> Engine::maintain(int64_t budget_us, Upkeep upkeep) {
  State& s = *state_;
  FLOWDB_RETURN_IF_ERROR(s.check_writable());
  const int64_t begin_us = s.options.now_us();
  for (;;) {
    FLOWDB_ASSIGN_OR_RETURN(const uint64_t work, s.step_maintenance(upkeep));
    if (work == 0) return false;
    // Somebody may set this clock back: how long it has been is not known then.
    const int64_t now_us = s.options.now_us();
    const int64_t left_us = budget_us - (s.commit_under_way ? kFlushUs : 0);
    if (now_us < begin_us || now_us - begin_us >= left_us) break;
  }
  return s.is_maintenance_due(upkeep);
}

}  // namespace flowdb
