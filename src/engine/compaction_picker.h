// What to compact next: a pure function of the tables' sizes and key ranges. CompactionJob does the
// work.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "engine/version.h"

namespace flowdb {

struct CompactionLimits {
  size_t level0_tables_max = 4;
  uint64_t level1_bytes_max = 16 << 20;
  uint64_t table_bytes_max = 4 << 20;     // of what a compaction writes
  uint64_t level0_bytes_min = 2 << 20;    // level 0 may hold this much in any case
  std::string_view table_split_key = {};  // Engine::set_table_split

  // Each level holds ten times as much as the one above. REQUIRES: level >= 1.
  uint64_t level_bytes_max(size_t level) const;
};

// What a level of this version may hold, in bytes: not above the limits, and so little that what is
// stored twice stays a fraction of the whole. The deepest level holds what is visible, those above
// it, level 0 included, may hold newer versions of the same records.
uint64_t level_target(const Version& version, const CompactionLimits& limits, size_t level);
// How large the tables of a compaction should be: what it reads is freed table by table.
uint64_t table_target(const Version& version, const CompactionLimits& limits);
// A table of so many bytes stays as it is where it meets nothing. Smaller ones are merged, so that
// they don't become many.
uint64_t table_bytes_min(const Version& version, const CompactionLimits& limits);
// How far the level that is the farthest above its target is, 1 at the target; and level 0, above
// twice its number of tables. What they hide below counts up to a limit, and of the bytes of level
// 0 the largest table does not: writers would stop for all of them when the second one comes.
double compaction_pressure(const Version& version, const CompactionLimits& limits);

// Merge `upper` and `lower` into `output_level`. No other table of these levels overlaps them, none
// above output_level beside `upper` is older than what is in `upper`.
struct CompactionPlan {
  TableFiles upper;  // from level 0: may overlap each other
  TableFiles lower;  // from output_level
  uint8_t upper_level = 0;
  uint8_t output_level = 0;
  // Tables that could be moved are merged all the same: they are small.
  bool merges = false;
  // Tables of the same level that are older stay beside what is written (size_tiered_picker.h).
  bool older_beside = false;
  // What is dropped of tables that are written again for that (Engine::set_drop_filter), about.
  uint64_t dropped_bytes = 0;

  // Tables that meet nothing, each other neither, only need another number in the manifest.
  bool is_move() const;
  // Tables of one level are written again by themselves, to stand elsewhere or to become smaller.
  bool is_relocation() const { return upper.empty() && !merges; }
};

// The tables of level 0 that are not small and meet nothing there, whatever is newer or older, and
// nothing in level 1: they need only be moved. What they meet below is older.
TableFiles movable_from_level0(const Version& version, const CompactionLimits& limits);

// Level 0 alone, whatever its size: of the tables that need only be moved, or else of all on the
// split key's side with more tables; of the oldest, when these would take much memory. REQUIRES:
// there is one.
CompactionPlan plan_level0(const Version& version, const CompactionLimits& limits);

// The level that exceeds its limit the most is relieved: level 0 as above, another one of the
// neighbours, as many as it takes and a few MiB at most, whose merge rewrites the least for what it
// frees; or else, of all that need only be moved.
// nullopt: every level is within its limit.
std::optional<CompactionPlan> pick_compaction(const Version& version,
                                              const CompactionLimits& limits);

// The tables, by id, whose records have all expired at `now_us`, and that hide nothing: no other
// table, unless it goes as well, may hold older records of their keys and times. They can be
// dropped without being read.
std::vector<uint32_t> expired_tables(const Version& version, int64_t now_us);

// Everything into one level, the first that holds it all. nullopt: there is no table.
std::optional<CompactionPlan> plan_full_compaction(const Version& version,
                                                   const CompactionLimits& limits);

}  // namespace flowdb
