// Running compactions: which one, when, and the commit at its end.
#include <algorithm>

#include "engine/engine_state.h"
#include "engine/job_step.h"
#include "engine/size_tiered_picker.h"
#include "storage/free_space.h"
#include "util/features.h"

namespace flowdb {
namespace {

// A part of a compaction costs a commit; smaller ones leave fewer gaps behind, and keep less room
// from being used again, which tells in a small database. In a large one it is such a share of what
// is stored.
constexpr uint64_t kPartBytesMin = 1 << 20;
constexpr uint64_t kPartBytesMax = 2 << 20;
constexpr uint64_t kPartShare = 32;
constexpr uint64_t kPartBytesMinOfAll = 512 << 10;
// Tables of groups are small while little is stored, and large when there would be too many.
constexpr uint64_t kGroupTableBytesMin = 512 << 10;
constexpr uint64_t kGroupTableBytesMax = 2 << 20;
// Free room is used when it takes such a part of a table.
constexpr uint64_t kPartsOfTableMax = 8;
// Less dead room is left as it is.
constexpr uint64_t kDeadRegionsMin = 16;
// A table of which less than such a part is dead is not written again for that.
constexpr uint64_t kDroppedPart = 4;

}  // namespace

CompactionLimits Engine::State::compaction_limits() const {
  return {options.level0_tables_max, options.level1_bytes_max, options.table_bytes_max,
          options.log_extent_bytes_max, table_split.key};
}

TableSplit Engine::State::split_into_groups() const {
  TableSplit split = table_split;
  split.table_bytes = std::min<uint64_t>(options.table_bytes_max,
                                         std::clamp(table_target(*version, compaction_limits()) / 2,
                                                    kGroupTableBytesMin, kGroupTableBytesMax));
  return split;
}

std::optional<CompactionPlan> Engine::State::next_compaction() const {
  if (is_size_tiered()) {
    return pick_size_tiered(*version, options.level0_tables_max);
  }
  return pick_compaction(*version, compaction_limits());
}

double Engine::State::compaction_urgency() const {
  if (is_size_tiered()) {
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
  give_up_compaction();
  return storage->can_write() ? Status::ok() : status;
}

void Engine::State::begin_compaction(CompactionPlan plan, bool of_all) {
  uint64_t table_bytes = table_target(*version, compaction_limits());
  uint64_t expected_bytes = table_bytes / kPartsOfTableMax;
  uint64_t kept_bytes_min = UINT64_MAX;
  if (!of_all && !plan.is_relocation()) {
    kept_bytes_min = table_bytes_min(*version, compaction_limits());
  }
  moved_from = UINT64_MAX;
  if (plan.is_relocation()) {
    // Tables that are moved stay whole, as far as there is room for them.
    uint64_t whole = 0;
    for (const auto& file : plan.lower) whole = std::max(whole, room_to_move(file->bytes()));
    table_bytes = std::max(table_bytes, whole);
    if (plan.dropped_bytes > 0) {
      expected_bytes = 0;
      for (const auto& file : plan.lower) expected_bytes += file->bytes();
      expected_bytes = room_to_move(expected_bytes - plan.dropped_bytes);
    } else if (!of_all) {
      expected_bytes = whole;
      moved_from = 0;
      for (const auto& file : plan.lower) {
        moved_from = std::max(moved_from, file->location().offset);
      }
    }
  } else if (kFullEngine && plan.output_level == 0) {
    // In level 0, what is merged stays one table, in one place.
    table_bytes = UINT64_MAX;
    expected_bytes = 0;
    for (const auto& file : plan.upper) expected_bytes += file->bytes();
  }
  // What is moved stays whole.
  const TableSplit split = plan.is_relocation() ? table_split : split_into_groups();
  auto output =
      std::make_unique<TableOutput>(*storage, next_table_id, builder_options(plan.output_level),
                                    table_bytes, expected_bytes, split);
  const uint64_t stored = version->level_bytes(version->deepest_level());
  const uint64_t part_bytes_min =
      of_all ? kPartBytesMinOfAll : std::clamp(stored / kPartShare, kPartBytesMin, kPartBytesMax);
  Retention retention({pins.begin(), pins.end()}, options.now_us(), drop_filter);
  job = std::make_unique<CompactionJob>(std::move(plan), *version, std::move(retention),
                                        std::move(output),
                                        std::max(table_bytes / 2, part_bytes_min), kept_bytes_min);
}

Result<uint64_t> Engine::State::step_compaction() {
  const LatencyTimer timer(latencies.get(), &EngineLatencies::compaction, options.clock_ns);
  if (commit_under_way) return step_commit();
  const bool commits = job->is_done() || job->has_part();
  const Result<uint64_t> work = commits ? commit_part() : step_writing(*job);
  compaction_failed = !work.is_ok();
  if (compaction_failed) give_up_compaction();
  return work;
}

void Engine::State::give_up_compaction() {
  compaction_failed = true;
  if (job == nullptr) return;
  last_move_failed |= job->plan().is_relocation() && job->plan().dropped_bytes == 0;
  for (const TableFiles* files : {&job->plan().upper, &job->plan().lower}) {
    for (const auto& file : *files) {
      if (file != nullptr) dead_records.forget(file->meta().id);
    }
  }
  job.reset();
}

Result<uint64_t> Engine::State::commit_part() {
  CompactionJob::Part part = job->take_part();
  const bool is_last = job->is_done();
  const bool moves = job->plan().is_relocation() && job->plan().dropped_bytes == 0;
  // Its hold on what the commit makes free ends here.
  if (is_last) job.reset();
  Change change = change_of_tables();
  change.added = std::move(part.added);
  change.removed = std::move(part.removed);
  change.has_dropped = part.has_dropped;
  change.moves_forward = moves;
  if (moves && !change.added.empty()) {
    last_move_failed = storage->hold_table(change.added.front().id)->offset > moved_from;
  }
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
  const uint64_t in_tables = dead_records.bytes();
  const uint64_t dead_bytes = stats.dead_bytes + in_tables;
  return dead_bytes > (stats.live_bytes - in_tables) / 4 &&
         dead_bytes > kDeadRegionsMin * options.region_bytes_min;
}

std::optional<CompactionPlan> Engine::State::plan_drop() const {
  if (dead_records.bytes() == 0 || is_size_tiered()) return std::nullopt;
  // What is written for what is freed.
  struct Share {
    uint64_t left = 1;
    uint64_t dropped = 0;
  };
  const auto share_of = [&](const TableFile& file) {
    const uint64_t dropped = dead_records.bytes_of(file.meta().id);
    return dropped < file.bytes() / kDroppedPart ? Share() : Share{file.bytes() - dropped, dropped};
  };
  Share best;
  CompactionPlan plan;
  size_t first = 0;
  for (uint8_t level = 0; level < kLevels; ++level) {
    const TableFiles& files = version->level(level);
    for (size_t at = 0; at < files.size(); ++at) {
      const Share share = share_of(*files[at]);
      if (share.dropped * best.left <= best.dropped * share.left) continue;
      best = share;
      plan.upper_level = plan.output_level = level;
      first = at;
    }
  }
  if (best.dropped == 0) return std::nullopt;
  if (plan.output_level == 0) return plan_level0(*version, compaction_limits());
  // What is left of several becomes one table.
  const TableFiles& files = version->level(plan.output_level);
  const uint64_t left_max = table_target(*version, compaction_limits());
  const auto takes = [&](const TableFile& file) {
    const Share share = share_of(file);
    if (share.dropped == 0 || best.left + share.left > left_max) return false;
    best.left += share.left;
    best.dropped += share.dropped;
    return true;
  };
  size_t end = first + 1;
  while (end < files.size() && takes(*files[end])) ++end;
  while (first > 0 && takes(*files[first - 1])) --first;
  for (size_t at = first; at < end; ++at) plan.lower.push_back(files[at]);
  plan.dropped_bytes = best.dropped;
  return plan;
}

std::optional<CompactionPlan> Engine::State::plan_move_forward(uint64_t part_bytes) const {
  if (last_move_failed && part_bytes == UINT64_MAX) return std::nullopt;
  const std::optional<uint32_t> id = storage->table_to_move(part_bytes);
  if (!id) return std::nullopt;
  if (part_bytes == UINT64_MAX && !is_size_tiered()) {
    for (const auto& file : version->level(0)) {
      if (file->meta().id == *id) return plan_level0(*version, compaction_limits());
    }
  }
  for (uint8_t level = 1; level < kLevels; ++level) {
    const TableFiles& files = version->level(level);
    for (size_t at = 0; at < files.size(); ++at) {
      if (files[at]->meta().id != *id) continue;
      CompactionPlan plan;
      plan.lower = {files[at]};
      plan.upper_level = plan.output_level = level;
      if (part_bytes == UINT64_MAX) add_neighbors(files, at, plan.lower);
      return plan;
    }
  }
  return std::nullopt;
}

// Tables that stand beside it in the order of keys, and behind room for all of them together, move
// with it: that takes fewer commits.
void Engine::State::add_neighbors(const TableFiles& files, size_t at, TableFiles& moved) const {
  uint64_t bytes = files[at]->bytes();
  uint64_t offset = files[at]->location().offset;
  const auto takes = [&](const TableFiles::value_type& file) {
    const uint64_t all = bytes + file->bytes();
    const uint64_t first = std::min(offset, file->location().offset);
    if (all > options.table_bytes_max || !storage->has_room_before(first, room_to_move(all)))
      return false;
    bytes = all;
    offset = first;
    return true;
  };
  for (size_t i = at; i > 0 && takes(files[i - 1]); --i) moved.insert(moved.begin(), files[i - 1]);
  for (size_t i = at + 1; i < files.size() && takes(files[i]); ++i) moved.push_back(files[i]);
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
