// What to compact next: a pure function of the tables' sizes and key ranges. CompactionJob does the
// work.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "engine/version.h"

namespace flowdb {

struct CompactionLimits {
  size_t level0_tables_max = 4;
  uint64_t level1_bytes_max = 16 << 20;

  // Each level holds ten times as much as the one above. REQUIRES: level >= 1.
  uint64_t level_bytes_max(size_t level) const;
};

// Merge `upper` and `lower` into `output_level`. No other table of these levels overlaps them, none
// above output_level beside `upper` is older than what is in `upper`.
struct CompactionPlan {
  TableFiles upper;  // from level 0: may overlap each other
  TableFiles lower;  // from output_level
  uint8_t upper_level = 0;
  uint8_t output_level = 0;

  // One table that meets nothing below only needs another number in the manifest.
  bool is_move() const { return upper.size() == 1 && lower.empty(); }
};

// The level that exceeds its limit the most is relieved: level 0 of all its tables at once, another
// one of the table whose merge rewrites the least for what it frees. nullopt: every level is within
// its limit.
std::optional<CompactionPlan> pick_compaction(const Version& version,
                                              const CompactionLimits& limits);

// The tables, by id, whose records have all expired at `now_us`, and that hide nothing: no other
// table, unless it goes as well, may hold older records of their keys and times. They can be dropped
// without being read.
std::vector<uint32_t> expired_tables(const Version& version, int64_t now_us);

// Everything into one level, the first that holds it all. nullopt: there is no table.
std::optional<CompactionPlan> plan_full_compaction(const Version& version,
                                                   const CompactionLimits& limits);

}  // namespace flowdb
