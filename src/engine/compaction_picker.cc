// Leveled compaction's choice.
#include "engine/compaction_picker.h"

#include <algorithm>
#include <array>
#include <limits>
#include <string_view>

#include "util/insertion_sort.h"

namespace flowdb {
namespace {

// The level above the deepest may hold a part of what that one holds, and a tenth of it each one
// further up; all of them may be so large in any case.
constexpr uint64_t kUpperLevelShare = 10;
constexpr uint64_t kLevelBytesMin = 1 << 20;
// The same of level 0, and of a single table.
constexpr uint64_t kLevel0Share = 16;
constexpr uint64_t kTableShare = 128;
constexpr uint64_t kTableBytesMin = 256 << 10;
// A compaction ends with a commit, and keeps what it reads of the upper level until then: small
// tables go down together, up to this.
constexpr uint64_t kUpperBytesMax = 1 << 20;
// Tables of level 0 are read beside each other, with a block of each in memory: so many bytes.
constexpr uint64_t kOpenBlockBytesMax = 8 << 20;
constexpr uint64_t kOpenBlockBytesMin = 8 << 10;
// A table is small below this part of what a compaction's tables should have.
constexpr uint64_t kTableMinShare = 4;
// Behind the split key tables are small for their own sake, and not merged.
constexpr uint64_t kLargeTableBytes = 256 << 10;
// A single commit may hide very much. Writers don't wait until all of it is gone.
constexpr double kHiddenPressureMax = 1.5;

// The sorted level's tables with keys in [smallest, largest].
TableFiles overlapping(const TableFiles& level, std::string_view smallest,
                       std::string_view largest) {
  TableFiles found;
  for (size_t i = find_table(level, smallest); i < level.size(); ++i) {
    if (!level[i]->overlaps(smallest, largest)) break;
    found.push_back(level[i]);
  }
  return found;
}

uint64_t bytes_of(const TableFiles& files) {
  uint64_t bytes = 0;
  for (const auto& file : files) bytes += file->bytes();
  return bytes;
}

// A table that is larger is worth a move.
uint64_t moved_bytes_min(const TableFile& file, const Version& version,
                         const CompactionLimits& limits) {
  const uint64_t bytes = table_bytes_min(version, limits);
  const bool is_behind =
      !limits.table_split_key.empty() && file.meta().smallest_key >= limits.table_split_key;
  return is_behind ? std::min(bytes, kLargeTableBytes) : bytes;
}

// On which sides of the split key a table has keys.
enum class Side : uint8_t { below, behind, both };

Side side_of(const TableFile& file, std::string_view split_key) {
  if (file.meta().largest_key < split_key) return Side::below;
  return file.meta().smallest_key < split_key ? Side::both : Side::behind;
}

// The tables of level 0 that are merged together: those of the side with more of them, which the
// others don't meet. All of them, when one has keys on both sides.
struct Level0Share {
  Side side = Side::both;
  size_t tables = 0;
};

Level0Share level0_share(const Version& version, const CompactionLimits& limits) {
  std::array<size_t, 3> count{};
  for (const auto& file : version.level(0)) {
    ++count[static_cast<size_t>(side_of(*file, limits.table_split_key))];
  }
  const auto [below, behind, both] = count;
  if (both > 0) return {Side::both, version.level(0).size()};
  return below > behind ? Level0Share{Side::below, below} : Level0Share{Side::behind, behind};
}

// What meets nothing goes first, also when it is the dead room below that is too large: meanwhile
// more comes together that frees it, and in the end less is written. REQUIRES: the level's weight
// is above its target.
CompactionPlan plan_level(const Version& version, size_t level, uint64_t target) {
  const uint64_t weight_now = version.level_bytes(level) + version.hidden_bytes(level);
  const uint64_t wanted = std::min(weight_now - target, kUpperBytesMax);
  const TableFiles& files = version.level(level);
  std::vector<uint64_t> weights;
  for (const auto& file : files) weights.push_back(file->bytes() + version.hidden_bytes(*file));
  CompactionPlan best;
  double best_cost = 0;
  for (size_t first = 0; first < files.size(); ++first) {
    CompactionPlan plan;
    uint64_t bytes = 0;
    uint64_t weight = 0;
    for (size_t i = first; i < files.size() && weight < wanted; ++i) {
      if (i > first && bytes + files[i]->bytes() > kUpperBytesMax) break;
      plan.upper.push_back(files[i]);
      bytes += files[i]->bytes();
      weight += weights[i];
    }
    plan.lower = overlapping(version.level(level + 1), files[first]->meta().smallest_key,
                             plan.upper.back()->meta().largest_key);
    plan.upper_level = static_cast<uint8_t>(level);
    plan.output_level = static_cast<uint8_t>(level + 1);
    const double cost = static_cast<double>(bytes_of(plan.lower)) / static_cast<double>(weight);
    if (best.upper.empty() || cost < best_cost) {
      best = std::move(plan);
      best_cost = cost;
    }
  }
  // The commit costs the same for all that can be moved.
  if (best.is_move()) {
    best.upper.clear();
    for (const auto& file : files) {
      const TableMeta& meta = file->meta();
      if (overlapping(version.level(level + 1), meta.smallest_key, meta.largest_key).empty()) {
        best.upper.push_back(file);
      }
    }
  }
  return best;
}

// Whether all that both may hold is newer in `file`.
bool is_newer(const TableFile& file, const TableFile& than) {
  return file.meta().smallest_sequence > than.meta().largest_sequence ||
         !file.overlaps(than.meta().smallest_key, than.meta().largest_key);
}

// Of tables of level 0, the oldest that can be read at once go by themselves: what stays has to be
// newer. Where tables of all levels were taken for such of level 0 (recovery.cc), it may not be.
void keep_oldest(TableFiles& files) {
  uint64_t block_bytes = 0;
  size_t first = files.size();
  while (first > 0 && block_bytes < kOpenBlockBytesMax) {
    block_bytes += std::max(files[--first]->record_bytes(), kOpenBlockBytesMin);
  }
  for (size_t stays = first; stays-- > 0;) {
    for (size_t i = first; i < files.size(); ++i) {
      if (!is_newer(*files[stays], *files[i])) first = stays;
    }
  }
  files.erase(files.begin(), files.begin() + static_cast<ptrdiff_t>(first));
}

// Whether the table `below` may hold older records than `file`, of the same keys and times.
bool may_be_hidden(const TableMeta& below, const TableFile& file) {
  const TableMeta& meta = file.meta();
  const bool is_older =
      below.level > meta.level || (below.level == meta.level && below.id != meta.id &&
                                   below.smallest_sequence < meta.largest_sequence);
  return is_older && file.overlaps(below.smallest_key, below.largest_key) &&
         below.min_ts <= meta.max_ts && meta.min_ts <= below.max_ts;
}

}  // namespace

// By key, a table meets another one when it meets the one before it that reaches the farthest, or
// the one behind it.
TableFiles movable_from_level0(const Version& version, const CompactionLimits& limits) {
  // Where keys are written in order, the newest, which is the first, has the largest.
  TableFiles by_key(version.level(0).rbegin(), version.level(0).rend());
  insertion_sort(by_key, [](const auto& a, const auto& b) {
    return a->meta().smallest_key < b->meta().smallest_key;
  });
  TableFiles movable;
  std::string_view reached;
  for (size_t i = 0; i < by_key.size(); ++i) {
    const TableFile& file = *by_key[i];
    const std::string_view smallest = file.meta().smallest_key;
    const std::string_view largest = file.meta().largest_key;
    const bool meets_before = i > 0 && reached >= smallest;
    const bool meets_behind =
        i + 1 < by_key.size() && by_key[i + 1]->meta().smallest_key <= largest;
    reached = i == 0 ? largest : std::max(reached, largest);
    if (meets_before || meets_behind) continue;
    if (file.bytes() < moved_bytes_min(file, version, limits)) continue;
    if (overlapping(version.level(1), smallest, largest).empty()) movable.push_back(by_key[i]);
  }
  return movable;
}

CompactionPlan plan_level0(const Version& version, const CompactionLimits& limits) {
  CompactionPlan plan;
  plan.output_level = 1;
  plan.upper = movable_from_level0(version, limits);
  if (!plan.upper.empty()) return plan;
  const Side side = level0_share(version, limits).side;
  for (const auto& file : version.level(0)) {
    if (side == Side::both || side == side_of(*file, limits.table_split_key)) {
      plan.upper.push_back(file);
    }
  }
  keep_oldest(plan.upper);
  std::string_view smallest = plan.upper.front()->meta().smallest_key;
  std::string_view largest = plan.upper.front()->meta().largest_key;
  for (const auto& file : plan.upper) {
    smallest = std::min<std::string_view>(smallest, file->meta().smallest_key);
    largest = std::max<std::string_view>(largest, file->meta().largest_key);
  }
  plan.lower = overlapping(version.level(1), smallest, largest);
  // Where keys are written in order, what came before them may be small, too.
  const size_t at = find_table(version.level(1), smallest);
  if (plan.lower.empty() && at > 0) {
    const auto& before = version.level(1)[at - 1];
    const bool is_near = (before->meta().largest_key < limits.table_split_key) ==
                         (smallest < limits.table_split_key);
    if (is_near && before->bytes() < moved_bytes_min(*before, version, limits)) {
      plan.lower = {before};
    }
  }
  plan.merges = plan.upper.size() > 1;
  return plan;
}

std::vector<uint32_t> expired_tables(const Version& version, int64_t now_us) {
  std::vector<uint32_t> expired;
  // The oldest first, so that it is known of what lies below whether it goes.
  TableFiles left;
  const TableFiles all = version.all();
  for (auto file = all.rbegin(); file != all.rend(); ++file) {
    const auto hides = [&](const auto& below) { return may_be_hidden(below->meta(), **file); };
    const bool goes =
        (*file)->meta().max_expire_at <= now_us && std::none_of(left.begin(), left.end(), hides);
    if (goes) {
      expired.push_back((*file)->meta().id);
    } else {
      left.push_back(*file);
    }
  }
  return expired;
}

uint64_t CompactionLimits::level_bytes_max(size_t level) const {
  uint64_t bytes = level1_bytes_max;
  for (size_t i = 1; i < level; ++i) bytes = bytes > UINT64_MAX / 10 ? UINT64_MAX : bytes * 10;
  return bytes;
}

uint64_t level_target(const Version& version, const CompactionLimits& limits, size_t level) {
  const size_t deepest = version.deepest_level();
  const uint64_t bytes = version.level_bytes(deepest);
  if (level == 0) {
    return std::max(limits.level0_bytes_min, deepest == 0 ? 0 : bytes / kLevel0Share);
  }
  const uint64_t limit = limits.level_bytes_max(level);
  if (level >= deepest) return limit;
  uint64_t share = bytes / kUpperLevelShare;
  for (size_t i = level + 1; i < deepest; ++i) share /= 10;
  return std::min(limit, std::max(share, kLevelBytesMin));
}

uint64_t table_target(const Version& version, const CompactionLimits& limits) {
  const uint64_t bytes = version.level_bytes(version.deepest_level());
  return std::min(limits.table_bytes_max, std::max(bytes / kTableShare, kTableBytesMin));
}

uint64_t table_bytes_min(const Version& version, const CompactionLimits& limits) {
  return table_target(version, limits) / kTableMinShare;
}

bool CompactionPlan::is_move() const {
  if (merges || !lower.empty() || output_level == upper_level) return false;
  for (size_t i = 0; i < upper.size(); ++i) {
    for (size_t k = 0; k < i; ++k) {
      if (upper[k]->overlaps(upper[i]->meta().smallest_key, upper[i]->meta().largest_key)) {
        return false;
      }
    }
  }
  return true;
}

namespace {

struct Pressure {
  size_t level = 0;
  double score = 0;
};

// Of level 0's tables, the bytes of all but the largest.
uint64_t bytes_beside_largest(const TableFiles& level0) {
  uint64_t bytes = 0;
  uint64_t largest = 0;
  for (const auto& file : level0) {
    bytes += file->bytes();
    largest = std::max(largest, file->bytes());
  }
  return bytes - largest;
}

// `tables_max`, `bytes0`: of level 0, how many tables it may have, and what counts of its own
// bytes. What a level hides makes its score no larger than `hidden_score_max`.
Pressure worst_level(const Version& version, const CompactionLimits& limits, size_t tables_max,
                     uint64_t bytes0, double hidden_score_max) {
  // `bytes`: what counts of the level's own.
  const auto score_of = [&](size_t level, uint64_t bytes) {
    const auto target = static_cast<double>(level_target(version, limits, level));
    const uint64_t weight = bytes + version.hidden_bytes(level);
    return std::max(static_cast<double>(bytes) / target,
                    std::min(static_cast<double>(weight) / target, hidden_score_max));
  };
  Pressure worst;
  // Few tables make no compaction, however large they are.
  worst.score =
      static_cast<double>(level0_share(version, limits).tables) / static_cast<double>(tables_max);
  worst.score = std::max(worst.score, score_of(0, bytes0));
  for (size_t level = 1; level + 1 < kLevels; ++level) {
    const double score = score_of(level, version.level_bytes(level));
    // A level may hold exactly its target; level 0 is relieved when it reaches it.
    if (score > 1 && score > worst.score) worst = {level, score};
  }
  return worst;
}

}  // namespace

double compaction_pressure(const Version& version, const CompactionLimits& limits) {
  // Many small tables take no room.
  return worst_level(version, limits, 2 * limits.level0_tables_max,
                     bytes_beside_largest(version.level(0)), kHiddenPressureMax)
      .score;
}

std::optional<CompactionPlan> pick_compaction(const Version& version,
                                              const CompactionLimits& limits) {
  // A single table counts by what it hides.
  const uint64_t bytes0 = version.level(0).size() > 1 ? version.level_bytes(0) : 0;
  const Pressure worst = worst_level(version, limits, limits.level0_tables_max, bytes0,
                                     std::numeric_limits<double>::infinity());
  if (worst.score < 1) return std::nullopt;
  if (worst.level == 0) return plan_level0(version, limits);
  return plan_level(version, worst.level, level_target(version, limits, worst.level));
}

std::optional<CompactionPlan> plan_full_compaction(const Version& version,
                                                   const CompactionLimits& limits) {
  const TableFiles all = version.all();
  if (all.empty()) return std::nullopt;
  const uint64_t bytes = bytes_of(all);
  size_t output = std::max<size_t>(version.deepest_level(), 1);
  while (output + 1 < kLevels && limits.level_bytes_max(output) < bytes) ++output;
  CompactionPlan plan;
  plan.lower = version.level(output);
  plan.output_level = static_cast<uint8_t>(output);
  plan.merges = true;
  for (const auto& file : all) {
    if (file->meta().level != output) plan.upper.push_back(file);
  }
  return plan;
}

}  // namespace flowdb
