// Leveled compaction's choice.
#include "engine/compaction_picker.h"

#include <algorithm>
#include <string_view>

namespace flowdb {
namespace {

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

CompactionPlan plan_level0(const Version& version) {
  CompactionPlan plan;
  plan.upper = version.level(0);
  plan.output_level = 1;
  std::string_view smallest = plan.upper.front()->meta().smallest_key;
  std::string_view largest = plan.upper.front()->meta().largest_key;
  for (const auto& file : plan.upper) {
    smallest = std::min<std::string_view>(smallest, file->meta().smallest_key);
    largest = std::max<std::string_view>(largest, file->meta().largest_key);
  }
  plan.lower = overlapping(version.level(1), smallest, largest);
  return plan;
}

CompactionPlan plan_level(const Version& version, size_t level) {
  CompactionPlan best;
  double best_cost = 0;
  for (const auto& file : version.level(level)) {
    CompactionPlan plan;
    plan.upper = {file};
    plan.lower =
        overlapping(version.level(level + 1), file->meta().smallest_key, file->meta().largest_key);
    plan.upper_level = static_cast<uint8_t>(level);
    plan.output_level = static_cast<uint8_t>(level + 1);
    const double cost =
        static_cast<double>(bytes_of(plan.lower)) / static_cast<double>(file->bytes());
    if (best.upper.empty() || cost < best_cost) {
      best = std::move(plan);
      best_cost = cost;
    }
  }
  return best;
}

// Whether the table `below` may hold older records than `file`, of the same keys and times.
bool may_be_hidden(const TableMeta& below, const TableFile& file) {
  const TableMeta& meta = file.meta();
  const bool is_older = below.level > meta.level ||
                        (below.level == meta.level && below.id != meta.id &&
                         below.smallest_sequence < meta.largest_sequence);
  return is_older && file.overlaps(below.smallest_key, below.largest_key) &&
         below.min_ts <= meta.max_ts && meta.min_ts <= below.max_ts;
}

}  // namespace

std::vector<uint32_t> expired_tables(const Version& version, int64_t now_us) {
  std::vector<uint32_t> expired;
  // The oldest first, so that it is known of what lies below whether it goes.
  TableFiles left;
  const TableFiles all = version.all();
  for (auto file = all.rbegin(); file != all.rend(); ++file) {
    const auto hides = [&](const auto& below) { return may_be_hidden(below->meta(), **file); };
    const bool goes = (*file)->meta().max_expire_at <= now_us &&
                      std::none_of(left.begin(), left.end(), hides);
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

std::optional<CompactionPlan> pick_compaction(const Version& version,
                                              const CompactionLimits& limits) {
  size_t worst = 0;
  double worst_score =
      static_cast<double>(version.level(0).size()) / static_cast<double>(limits.level0_tables_max);
  for (size_t level = 1; level + 1 < kLevels; ++level) {
    const double score = static_cast<double>(version.level_bytes(level)) /
                         static_cast<double>(limits.level_bytes_max(level));
    // A level may hold exactly its limit; level 0 is relieved when it reaches it.
    if (score > 1 && score > worst_score) {
      worst = level;
      worst_score = score;
    }
  }
  if (worst_score < 1) return std::nullopt;
  return worst == 0 ? plan_level0(version) : plan_level(version, worst);
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
  for (const auto& file : all) {
    if (file->meta().level != output) plan.upper.push_back(file);
  }
  return plan;
}

}  // namespace flowdb
