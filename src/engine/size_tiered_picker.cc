// Looks for a stretch of tables of similar size.
#include "engine/size_tiered_picker.h"

#include <algorithm>
#include <cassert>

namespace flowdb {
namespace {

// Of level 0, from the newest table on; one more is all that stands below.
struct Stretch {
  size_t begin = 0;
  size_t end = 0;
};

uint64_t bytes_below(const Version& version) {
  uint64_t bytes = 0;
  for (size_t level = 1; level < kLevels; ++level) bytes += version.level_bytes(level);
  return bytes;
}

Stretch find_stretch(const Version& version, size_t tables_min) {
  assert(tables_min >= 2);
  std::vector<uint64_t> sizes;
  for (const auto& file : version.level(0)) sizes.push_back(file->bytes());
  if (const uint64_t below = bytes_below(version); below > 0) sizes.push_back(below);
  for (size_t begin = 0; begin + tables_min <= sizes.size(); ++begin) {
    uint64_t sum = sizes[begin];
    size_t end = begin + 1;
    while (end < sizes.size() && sizes[end] <= sum) sum += sizes[end++];
    if (end - begin >= tables_min) return {begin, end};
  }
  return {};
}

}  // namespace

std::optional<CompactionPlan> pick_size_tiered(const Version& version, size_t tables_min) {
  const Stretch stretch = find_stretch(version, tables_min);
  if (stretch.end == 0) return std::nullopt;
  const TableFiles& level0 = version.level(0);
  const size_t end = std::min(stretch.end, level0.size());
  CompactionPlan plan;
  plan.upper.assign(level0.begin() + static_cast<ptrdiff_t>(stretch.begin),
                    level0.begin() + static_cast<ptrdiff_t>(end));
  if (stretch.end <= level0.size()) {
    plan.older_beside = end < level0.size();
    return plan;
  }
  const size_t deepest = version.deepest_level();
  for (size_t level = 1; level < deepest; ++level) {
    plan.upper.insert(plan.upper.end(), version.level(level).begin(), version.level(level).end());
  }
  plan.lower = version.level(deepest);
  plan.output_level = static_cast<uint8_t>(deepest);
  return plan;
}

double size_tiered_pressure(const Version& version, size_t tables_min) {
  const Stretch stretch = find_stretch(version, tables_min);
  return static_cast<double>(stretch.end - stretch.begin) / static_cast<double>(tables_min);
}

}  // namespace flowdb
