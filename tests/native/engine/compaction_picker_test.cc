// The choice of what to compact: a pure function, tested on tables that exist in name only.
#include "engine/compaction_picker.h"

#include <gtest/gtest.h>

namespace flowdb {
namespace {

std::shared_ptr<const TableFile> table(uint32_t id, uint8_t level, std::string smallest,
                                       std::string largest, uint64_t bytes = 1000) {
  TableMeta meta;
  meta.id = id;
  meta.level = level;
  meta.smallest_key = std::move(smallest);
  meta.largest_key = std::move(largest);
  meta.smallest_sequence = meta.largest_sequence = id;
  return std::make_shared<TableFile>(meta, TableLocation{0, bytes}, TableSource{});
}

std::shared_ptr<const Version> version_of(const TableFiles& files) {
  auto version = Version().with(files, {});
  EXPECT_NE(version, nullptr);
  return version;
}

std::vector<uint32_t> ids(const TableFiles& files) {
  std::vector<uint32_t> result;
  for (const auto& file : files) result.push_back(file->meta().id);
  return result;
}
using Ids = std::vector<uint32_t>;

const CompactionLimits kLimits{4, 3000};

TEST(CompactionPickerTest, LevelsGrowTenfold) {
  EXPECT_EQ(kLimits.level_bytes_max(1), 3000u);
  EXPECT_EQ(kLimits.level_bytes_max(3), 300'000u);
  EXPECT_EQ(CompactionLimits({4, UINT64_MAX / 2}).level_bytes_max(6), UINT64_MAX);
}

TEST(CompactionPickerTest, NothingToDo) {
  EXPECT_FALSE(pick_compaction(Version(), kLimits));
  EXPECT_FALSE(pick_compaction(*version_of({table(1, 0, "a", "z"), table(2, 0, "a", "z"),
                                            table(3, 0, "a", "z"), table(4, 1, "a", "z", 3000)}),
                               kLimits));
}

TEST(CompactionPickerTest, Level0GoesAsAWholeWithWhatItMeets) {
  const auto version =
      version_of({table(1, 0, "c", "d"), table(2, 0, "k", "m"), table(3, 0, "c", "c"),
                  table(4, 0, "d", "f"), table(5, 1, "a", "b"), table(6, 1, "c", "g"),
                  table(7, 1, "m", "n", 500), table(8, 1, "o", "z", 500), table(9, 2, "a", "z")});
  const auto plan = pick_compaction(*version, kLimits);
  ASSERT_TRUE(plan);
  EXPECT_EQ(ids(plan->upper), (Ids{4, 3, 2, 1}));
  EXPECT_EQ(ids(plan->lower), (Ids{6, 7}));
  EXPECT_EQ(plan->upper_level, 0);
  EXPECT_EQ(plan->output_level, 1);
  EXPECT_FALSE(plan->is_move());
}

TEST(CompactionPickerTest, WhatMeetsNothingInLevel0GoesDownAsItIs) {
  const auto version =
      version_of({table(1, 0, "c", "d", kLimits.table_bytes_max), table(2, 0, "k", "m"),
                  table(3, 0, "r", "s", kLimits.table_bytes_max), table(4, 0, "w", "x"),
                  table(5, 0, "x", "z", kLimits.table_bytes_max), table(6, 1, "s", "t")});
  const auto plan = pick_compaction(*version, kLimits);
  ASSERT_TRUE(plan);
  EXPECT_EQ(ids(plan->upper), Ids{1}) << "2 is small, 3 and 5 meet 6 and 4";
  EXPECT_TRUE(plan->is_move());
  EXPECT_EQ(plan->upper_level, 0);
  EXPECT_EQ(plan->output_level, 1);
}

TEST(CompactionPickerTest, SmallTablesThatMeetNothingAreMergedWithASmallOneInFront) {
  TableFiles files = {table(1, 0, "p", "q"), table(2, 0, "r", "s"), table(3, 0, "t", "u"),
                      table(4, 0, "v", "w"), table(5, 1, "a", "c"), table(6, 1, "x", "z")};
  const CompactionLimits limits;
  auto plan = pick_compaction(*version_of(files), limits);
  ASSERT_TRUE(plan);
  EXPECT_EQ(ids(plan->upper), (Ids{4, 3, 2, 1}));
  EXPECT_EQ(ids(plan->lower), Ids{5});
  files[4] = table(5, 1, "a", "c", limits.table_bytes_max);
  plan = pick_compaction(*version_of(files), limits);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->upper.size(), 4u);
  EXPECT_TRUE(plan->lower.empty());
  EXPECT_FALSE(plan->is_move());
}

TEST(CompactionPickerTest, EachSideOfTheSplitKeyIsCompactedByItself) {
  CompactionLimits limits = kLimits;
  limits.table_split_key = "p";
  TableFiles files = {table(1, 0, "a", "o"), table(2, 0, "p", "z"), table(3, 0, "a", "o"),
                      table(4, 0, "p", "z"), table(5, 0, "a", "o"), table(6, 0, "p", "z"),
                      table(7, 1, "b", "c"), table(8, 1, "r", "s")};
  EXPECT_FALSE(pick_compaction(*version_of(files), limits));
  files.push_back(table(9, 0, "q", "r"));
  auto plan = pick_compaction(*version_of(files), limits);
  ASSERT_TRUE(plan);
  EXPECT_EQ(ids(plan->upper), (Ids{9, 6, 4, 2}));
  EXPECT_EQ(ids(plan->lower), Ids{8});
  files.erase(files.begin() + 7);
  EXPECT_TRUE(pick_compaction(*version_of(files), limits)->lower.empty())
      << "7 is on the other side";
  files.push_back(table(10, 0, "n", "n"));
  files.push_back(table(11, 0, "n", "n"));
  plan = pick_compaction(*version_of(files), limits);
  ASSERT_TRUE(plan);
  EXPECT_EQ(ids(plan->upper), (Ids{11, 10, 5, 3, 1}));
  EXPECT_EQ(ids(plan->lower), Ids{7});
  // One that meets both.
  files.push_back(table(12, 0, "o", "p"));
  plan = pick_compaction(*version_of(files), limits);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->upper.size(), 10u);
}

TEST(CompactionPickerTest, ALevelIsRelievedWhereItCostsLeast) {
  const auto version = version_of({table(1, 1, "a", "c", 2000), table(2, 1, "d", "f", 2000),
                                   table(3, 2, "a", "b", 1000), table(4, 2, "c", "c", 1000),
                                   table(5, 2, "e", "e", 1000)});
  const auto plan = pick_compaction(*version, kLimits);
  ASSERT_TRUE(plan);
  EXPECT_EQ(ids(plan->upper), Ids{2});
  EXPECT_EQ(ids(plan->lower), Ids{5});
  EXPECT_EQ(plan->output_level, 2);
}

TEST(CompactionPickerTest, NeighboursGoDownTogetherAsManyAsItTakes) {
  TableFiles files = {table(1, 1, "a", "c"),      table(2, 1, "d", "f"),
                      table(3, 1, "g", "i"),      table(4, 1, "j", "l"),
                      table(5, 1, "m", "o"),      table(6, 2, "a", "c", 2000),
                      table(7, 2, "e", "e", 300), table(8, 2, "h", "h", 100)};
  // 2000 bytes too many.
  auto plan = pick_compaction(*version_of(files), kLimits);
  ASSERT_TRUE(plan);
  EXPECT_EQ(ids(plan->upper), (Ids{4, 5}));
  EXPECT_TRUE(plan->is_move());

  files[4] = table(5, 1, "m", "o", 500);
  files.push_back(table(9, 2, "k", "m", 3000));
  plan = pick_compaction(*version_of(files), kLimits);
  ASSERT_TRUE(plan);
  EXPECT_EQ(ids(plan->upper), (Ids{2, 3}));
  EXPECT_EQ(ids(plan->lower), (Ids{7, 8}));
}

TEST(CompactionPickerTest, LargeNeighboursGoDownOneByOne) {
  const uint64_t bytes = 700 << 10;
  const auto version =
      version_of({table(1, 1, "a", "c", bytes), table(2, 1, "d", "f", bytes),
                  table(3, 1, "g", "i", bytes), table(4, 2, "a", "e"), table(5, 2, "j", "k")});
  const auto plan = pick_compaction(*version, {4, 3000});
  ASSERT_TRUE(plan);
  EXPECT_EQ(ids(plan->upper), Ids{3});
}

TEST(CompactionPickerTest, ATableThatMeetsNothingIsMoved) {
  const auto version = version_of(
      {table(1, 1, "a", "c", 2000), table(2, 1, "d", "f", 2000), table(3, 2, "a", "b", 1000)});
  const auto plan = pick_compaction(*version, kLimits);
  ASSERT_TRUE(plan);
  EXPECT_EQ(ids(plan->upper), Ids{2});
  EXPECT_TRUE(plan->is_move());
}

TEST(CompactionPickerTest, AllThatMeetNothingAreMovedWithOneCommit) {
  const auto version =
      version_of({table(1, 1, "a", "c"), table(2, 1, "d", "f"), table(3, 1, "g", "i"),
                  table(4, 1, "j", "l"), table(5, 2, "d", "e")});
  const auto plan = pick_compaction(*version, kLimits);
  ASSERT_TRUE(plan);
  EXPECT_EQ(ids(plan->upper), (Ids{1, 3, 4}));
  EXPECT_TRUE(plan->is_move());
}

TEST(CompactionPickerTest, TheFullestLevelComesFirst) {
  const auto version = version_of({table(1, 0, "a", "c"), table(2, 0, "a", "c"),
                                   table(3, 0, "a", "c"), table(4, 0, "a", "c"),
                                   table(5, 1, "a", "c", 3500), table(6, 2, "a", "c", 90'000)});
  EXPECT_EQ(pick_compaction(*version, kLimits)->upper_level, 2);
  // The last level holds what it has to.
  EXPECT_FALSE(pick_compaction(*version_of({table(1, 6, "a", "b", UINT64_MAX / 2)}), kLimits));
}

constexpr uint64_t kMiB = 1 << 20;
const CompactionLimits kWideLimits{4, 16 * kMiB, 4 * kMiB};

TEST(CompactionPickerTest, TheDeepestLevelSetsTheTargets) {
  const auto version = version_of({table(1, 1, "a", "b", kMiB), table(2, 2, "a", "b", 8 * kMiB),
                                   table(3, 3, "a", "b", 600 * kMiB)});
  EXPECT_EQ(level_target(*version, kWideLimits, 0), 75 * kMiB / 2);
  EXPECT_EQ(level_target(*version, kWideLimits, 1), 6 * kMiB);
  EXPECT_EQ(level_target(*version, kWideLimits, 2), 60 * kMiB);
  EXPECT_EQ(level_target(*version, kWideLimits, 3), 1600 * kMiB);
  EXPECT_EQ(table_target(*version, kWideLimits), 4 * kMiB);
}

TEST(CompactionPickerTest, TargetsHaveALeastAndALargestSize) {
  const auto small = version_of({table(1, 1, "a", "b"), table(2, 2, "a", "b", kMiB)});
  EXPECT_EQ(level_target(*small, kWideLimits, 0), 2 * kMiB);
  EXPECT_EQ(level_target(*small, kWideLimits, 1), kMiB);
  EXPECT_EQ(level_target(*small, kLimits, 1), 3000u);
  EXPECT_EQ(table_target(*small, kWideLimits), kMiB / 4);
  const auto large = version_of({table(1, 1, "a", "b"), table(2, 2, "a", "b", 1000 * kMiB)});
  EXPECT_EQ(level_target(*large, kWideLimits, 1), 16 * kMiB);
  EXPECT_EQ(level_target(Version(), kWideLimits, 0), 2 * kMiB);
}

TEST(CompactionPickerTest, ALevelThatHasBecomeTheLastButOneIsRelieved) {
  const auto version = version_of({table(1, 1, "a", "c", 8 * kMiB), table(2, 1, "d", "f", 7 * kMiB),
                                   table(3, 2, "d", "f", 20 * kMiB)});
  const auto plan = pick_compaction(*version, kWideLimits);
  ASSERT_TRUE(plan);
  EXPECT_EQ(ids(plan->upper), Ids{1});
  EXPECT_TRUE(plan->is_move());
  EXPECT_DOUBLE_EQ(compaction_pressure(*version, kWideLimits), 7.5);
}

TEST(CompactionPickerTest, Level0IsRelievedWhenItIsLarge) {
  const TableFiles one = {table(1, 0, "a", "c", 9 * kMiB)};
  EXPECT_FALSE(pick_compaction(*version_of(one), kWideLimits));
  const auto two = version_of({table(1, 0, "a", "c", 2 * kMiB), table(2, 0, "b", "c", kMiB)});
  const auto plan = pick_compaction(*two, kWideLimits);
  ASSERT_TRUE(plan);
  EXPECT_EQ(ids(plan->upper), (Ids{2, 1}));
  EXPECT_FALSE(plan->is_move());
}

TEST(CompactionPickerTest, WritersDontWaitForTheLargestTableOfLevel0) {
  const auto large = table(1, 0, "a", "c", 9 * kMiB);
  const auto two = version_of({large, table(2, 0, "b", "c", kMiB)});
  EXPECT_TRUE(pick_compaction(*two, kWideLimits));
  EXPECT_DOUBLE_EQ(compaction_pressure(*two, kWideLimits), 0.5);
  const auto three =
      version_of({table(3, 0, "b", "c", 5 * kMiB), large, table(2, 0, "b", "c", kMiB)});
  EXPECT_DOUBLE_EQ(compaction_pressure(*three, kWideLimits), 3);
}

// A table that hides so much.
std::shared_ptr<const TableFile> hiding(uint32_t id, uint8_t level, uint64_t hidden_bytes,
                                        std::string smallest = "a", std::string largest = "m") {
  TableMeta meta = table(id, level, std::move(smallest), std::move(largest))->meta();
  meta.hidden_bytes = hidden_bytes;
  return std::make_shared<TableFile>(meta, TableLocation{0, 1000}, TableSource{});
}

TEST(CompactionPickerTest, WhatATableHidesWeighsAsItsOwnBytes) {
  const auto large = table(1, 2, "b", "m", 40 * kMiB);
  auto version = version_of({large, hiding(2, 1, 4 * kMiB - 1000)});
  EXPECT_EQ(version->hidden_bytes(1), 4 * kMiB - 1000);
  EXPECT_FALSE(pick_compaction(*version, kWideLimits)) << "a tenth";

  TableFiles files = {large, hiding(2, 1, 4 * kMiB, "a", "c"), table(3, 1, "d", "e", kMiB),
                      table(4, 1, "n", "p", kMiB)};
  version = version_of(files);
  EXPECT_EQ(version->hidden_bytes(1), 4 * kMiB);
  auto plan = pick_compaction(*version, kWideLimits);
  ASSERT_TRUE(plan);
  EXPECT_EQ(ids(plan->upper), Ids{4}) << "the move costs nothing";
  files.pop_back();
  plan = pick_compaction(*version_of(files), kWideLimits);
  ASSERT_TRUE(plan);
  EXPECT_EQ(ids(plan->upper), Ids{2});
  EXPECT_EQ(ids(plan->lower), Ids{1});

  // Writers are held back, but not the more for what is hidden at once.
  EXPECT_DOUBLE_EQ(compaction_pressure(*version_of({large, hiding(2, 1, 30 * kMiB)}), kWideLimits),
                   1.5);
  // No more than there is, which may be less than there was.
  EXPECT_EQ(version_of({large, hiding(2, 1, 90 * kMiB)})->hidden_bytes(1), 40 * kMiB);
  EXPECT_EQ(version_of({large, hiding(2, 1, kMiB, "n", "z")})->hidden_bytes(1), 0u);
  EXPECT_EQ(version_of({large, hiding(2, 3, kMiB)})->hidden_bytes(3), 0u);
}

TEST(CompactionPickerTest, ASingleTableOfLevel0GoesDownForWhatItHides) {
  const uint64_t target = 40 * kMiB / 16;
  TableFiles files = {table(1, 2, "a", "m", 40 * kMiB), hiding(2, 0, target - 1),
                      table(3, 1, "c", "d")};
  EXPECT_FALSE(pick_compaction(*version_of(files), kWideLimits));
  files[1] = hiding(2, 0, target);
  const auto plan = pick_compaction(*version_of(files), kWideLimits);
  ASSERT_TRUE(plan);
  EXPECT_EQ(ids(plan->upper), Ids{2});
  EXPECT_EQ(ids(plan->lower), Ids{3});
}

TEST(VersionTest, ARecordHidesAMuchLargerOne) {
  const auto with_records = [](const std::shared_ptr<const TableFile>& file, uint64_t records) {
    TableMeta meta = file->meta();
    meta.records = records;
    return std::make_shared<TableFile>(meta, file->location(), TableSource{});
  };
  const auto version = version_of({with_records(table(1, 1, "a", "m", 8000 * 100), 100),
                                   with_records(table(2, 2, "n", "p", 100 * 10), 10),
                                   with_records(table(3, 2, "q", "r", 256 << 10), 1)});
  Record record;
  Version::Places near;
  record.key = "c";
  const std::string value(2000, 'v');
  record.value = std::string_view(value).substr(1);
  EXPECT_EQ(version->hidden_bytes(record, near), 0u);
  record.value = std::string_view(value).substr(2);
  EXPECT_EQ(version->hidden_bytes(record, near), 8000u);
  record.value = {};
  record.key = "o";
  EXPECT_EQ(version->hidden_bytes(record, near), 0u) << "may be a new one";
  record.kind = RecordKind::remove;
  EXPECT_EQ(version->hidden_bytes(record, near), 100u);
  record.key = "c";
  EXPECT_EQ(version->hidden_bytes(record, near), 8000u);
  const std::string long_key = "o" + std::string(24, 'o');
  record.key = long_key;
  EXPECT_EQ(version->hidden_bytes(record, near), 0u) << "it says enough itself";
  record.key = "q";
  EXPECT_EQ(version->hidden_bytes(record, near), 3u * (256 << 10));
  record.key = "s";
  EXPECT_EQ(version->hidden_bytes(record, near), 0u);
  EXPECT_EQ(Version().hidden_bytes(record, near), 0u);

  // Wherever the record before belonged.
  for (const char* before : {"a", "b", "m", "mm", "n", "p", "pp", "q", "r", "s"}) {
    for (const char* key : {"a", "b", "m", "mm", "n", "p", "pp", "q", "r", "s"}) {
      record.key = before;
      version->hidden_bytes(record, near);
      record.key = key;
      Version::Places unknown;
      EXPECT_EQ(version->hidden_bytes(record, near), version->hidden_bytes(record, unknown))
          << key << " behind " << before;
    }
  }
}

TEST(CompactionPickerTest, TablesThatMeetNeitherEachOtherAreMovedTogether) {
  const uint64_t bytes = 64 << 10;
  const auto version = version_of({table(1, 0, "c", "d", bytes), table(2, 0, "e", "e", bytes),
                                   table(3, 0, "f", "g", bytes), table(4, 0, "a", "b", bytes)});
  const auto plan = pick_compaction(*version, kLimits);
  ASSERT_TRUE(plan);
  EXPECT_EQ(ids(plan->upper), (Ids{4, 1, 2, 3}));
  EXPECT_TRUE(plan->is_move());
  const auto meeting = version_of(
      {table(1, 0, "c", "d"), table(2, 0, "d", "e"), table(3, 0, "f", "g"), table(4, 0, "a", "b")});
  EXPECT_FALSE(pick_compaction(*meeting, kLimits)->is_move());
}

// With blocks of 256 KiB.
TableFiles many_large(uint32_t count) {
  TableFiles files;
  for (uint32_t id = 1; id <= count; ++id) files.push_back(table(id, 0, "a", "z", 256 << 10));
  return files;
}

TEST(CompactionPickerTest, OfManyTablesInLevel0TheOldestGoFirst) {
  TableFiles files = many_large(40);
  files.push_back(table(100, 1, "b", "c"));
  const auto plan = pick_compaction(*version_of(files), kLimits);
  ASSERT_TRUE(plan);
  Ids oldest;
  for (uint32_t id = 32; id > 0; --id) oldest.push_back(id);
  EXPECT_EQ(ids(plan->upper), oldest);
  EXPECT_EQ(ids(plan->lower), Ids{100});
  TableFiles small;
  for (uint32_t id = 1; id <= 400; ++id) small.push_back(table(id, 0, "a", "z"));
  EXPECT_EQ(pick_compaction(*version_of(small), kLimits)->upper.size(), 400u);
}

// As when they had stood in several levels.
TEST(CompactionPickerTest, WhatHoldsSomethingOlderGoesWithTheOldest) {
  TableMeta meta;
  meta.id = 50;
  meta.smallest_key = "b";
  meta.largest_key = "c";
  meta.smallest_sequence = 3;
  meta.largest_sequence = 36;
  TableFiles files = many_large(40);
  files.push_back(std::make_shared<TableFile>(meta, TableLocation{0, 1000}, TableSource{}));
  const auto plan = pick_compaction(*version_of(files), kLimits);
  ASSERT_TRUE(plan);
  EXPECT_EQ(plan->upper.size(), 37u);
  EXPECT_EQ(plan->upper.front()->meta().id, 50u) << "35 and 36 are newer than that";
}

// Also one that reaches over others, and is neither the one before nor the one behind.
TEST(CompactionPickerTest, WhatAnyOtherTableMeetsIsNotMoved) {
  const uint64_t bytes = 64 << 10;
  const auto version = version_of({table(1, 0, "c", "m", bytes), table(2, 0, "d", "e", bytes),
                                   table(3, 0, "f", "g", bytes), table(4, 0, "n", "o", bytes),
                                   table(5, 0, "a", "b", bytes), table(6, 1, "b", "b", bytes)});
  EXPECT_EQ(ids(movable_from_level0(*version, kLimits)), Ids{4});
}

TEST(CompactionPickerTest, AFullCompactionEndsWhereItFits) {
  EXPECT_FALSE(plan_full_compaction(Version(), kLimits));
  const auto small = plan_full_compaction(*version_of({table(1, 0, "a", "c")}), kLimits);
  EXPECT_EQ(small->output_level, 1);
  const auto large = plan_full_compaction(
      *version_of({table(1, 0, "a", "c", 2000), table(2, 1, "a", "c", 2000)}), kLimits);
  EXPECT_EQ(large->output_level, 2);
  EXPECT_EQ(ids(large->upper), (Ids{1, 2}));
  const auto deep = plan_full_compaction(
      *version_of({table(1, 3, "a", "c"), table(2, 1, "a", "c"), table(3, 3, "d", "e")}), kLimits);
  EXPECT_EQ(deep->output_level, 3);
  EXPECT_EQ(ids(deep->upper), Ids{2});
  EXPECT_EQ(ids(deep->lower), (Ids{1, 3}));
}

TEST(VersionTest, OverlapsBelowLevel0AreRefused) {
  EXPECT_EQ(Version().with({table(1, 1, "a", "c"), table(2, 1, "c", "d")}, {}), nullptr);
  EXPECT_NE(Version().with({table(1, 0, "a", "c"), table(2, 0, "c", "d")}, {}), nullptr);
}

TEST(VersionTest, RemovesAndMoves) {
  const auto version = version_of({table(1, 0, "a", "c"), table(2, 1, "d", "e")});
  const auto next = version->with({version->level(1).front()->at_level(2)}, {1, 2});
  ASSERT_NE(next, nullptr);
  EXPECT_EQ(ids(next->all()), Ids{2});
  EXPECT_EQ(next->deepest_level(), 2u);
  EXPECT_EQ(ids(version->all()), (Ids{1, 2}));
}

}  // namespace
}  // namespace flowdb
