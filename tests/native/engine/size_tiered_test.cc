// Size-tiered compaction: its choice, on tables that exist in name only, and an engine that uses
// it.
#include <gtest/gtest.h>

#include <map>

#include "engine/size_tiered_picker.h"
#include "engine/test_engine.h"

namespace flowdb {
namespace {

// Level 0 with tables of these sizes, the newest first, whose ids count down to 1; below it, one
// table a level of `below`.
std::shared_ptr<const Version> version_of(const std::vector<uint64_t>& sizes,
                                          const std::vector<uint64_t>& below = {}) {
  TableFiles files;
  const auto add = [&](uint32_t id, size_t level, uint64_t bytes) {
    TableMeta meta;
    meta.id = id;
    meta.level = static_cast<uint8_t>(level);
    meta.smallest_key = "a";
    meta.largest_key = "z";
    meta.largest_sequence = id;
    files.push_back(std::make_shared<TableFile>(meta, TableLocation{0, bytes}, TableSource{}));
  };
  for (size_t i = 0; i < sizes.size(); ++i) {
    add(static_cast<uint32_t>(sizes.size() - i), 0, sizes[i]);
  }
  for (size_t i = 0; i < below.size(); ++i) add(static_cast<uint32_t>(100 + i), i + 1, below[i]);
  return Version().with(files, {});
}

using Ids = std::vector<uint32_t>;
Ids ids(const TableFiles& files) {
  Ids result;
  for (const auto& file : files) result.push_back(file->meta().id);
  return result;
}

TEST(SizeTieredPickerTest, WaitsForEnoughTablesOfSimilarSize) {
  EXPECT_FALSE(pick_size_tiered(Version(), 4));
  EXPECT_FALSE(pick_size_tiered(*version_of({10, 10, 10}), 4));
  EXPECT_FALSE(pick_size_tiered(*version_of({10, 11, 22, 44, 88, 176}), 4));
  EXPECT_EQ(size_tiered_pressure(*version_of({10, 11, 22, 44}), 4), 0);
}

TEST(SizeTieredPickerTest, TakesTheNewestThatFollowEachOther) {
  const auto plan = pick_size_tiered(*version_of({10, 10, 12, 9, 500, 400}), 4);
  ASSERT_TRUE(plan);
  EXPECT_EQ(ids(plan->upper), (Ids{6, 5, 4, 3}));
  EXPECT_TRUE(plan->lower.empty());
  EXPECT_EQ(plan->output_level, 0);
  EXPECT_TRUE(plan->older_beside);
  EXPECT_FALSE(plan->is_move());
}

TEST(SizeTieredPickerTest, PassesASmallTableThatIsNewer) {
  const auto plan = pick_size_tiered(*version_of({1, 100, 90, 100}), 3);
  ASSERT_TRUE(plan);
  EXPECT_EQ(ids(plan->upper), (Ids{3, 2, 1}));
  EXPECT_FALSE(plan->older_beside);
  EXPECT_EQ(size_tiered_pressure(*version_of({1, 100, 90, 100}), 3), 1);
}

TEST(SizeTieredPickerTest, TakesWhatIsBelowAsOneTable) {
  // Too large yet.
  auto plan = pick_size_tiered(*version_of({10, 10, 10}, {0, 1000}), 3);
  ASSERT_TRUE(plan);
  EXPECT_EQ(ids(plan->upper), (Ids{3, 2, 1}));
  EXPECT_FALSE(plan->older_beside);
  EXPECT_EQ(plan->output_level, 0);
  plan = pick_size_tiered(*version_of({10, 10, 10}, {5, 25}), 3);
  ASSERT_TRUE(plan);
  EXPECT_EQ(ids(plan->upper), (Ids{3, 2, 1, 100}));
  EXPECT_EQ(ids(plan->lower), (Ids{101}));
  EXPECT_EQ(plan->output_level, 2);
}

TEST(SizeTieredPickerTest, KeepsTheirNumberLogarithmic) {
  std::mt19937_64 random(5);
  std::vector<uint64_t> sizes;
  uint64_t written = 0;
  for (int i = 0; i < 5000; ++i) {
    sizes.insert(sizes.begin(), 50 + random() % 100);
    written += sizes.front();
    while (const auto plan = pick_size_tiered(*version_of(sizes), 4)) {
      const size_t begin = sizes.size() - plan->upper.front()->meta().id;
      uint64_t sum = 0;
      for (const auto& file : plan->upper) sum += file->bytes();
      written += sum;
      const auto first = sizes.begin() + static_cast<ptrdiff_t>(begin);
      *first = sum;
      sizes.erase(first + 1, first + static_cast<ptrdiff_t>(plan->upper.size()));
    }
    ASSERT_LE(sizes.size(), 30u);
  }
  EXPECT_LT(written, 5000u * 100 * 10) << "each byte is written once for each doubling at most";
}

EngineOptions size_tiered_options(uint64_t seed = 1) {
  EngineOptions options = tiny_options(seed);
  options.compaction_style = CompactionStyle::size_tiered;
  options.level0_tables_max = 3;
  return options;
}

TEST(SizeTieredTest, MergesWithoutLevelsAndForgetsNothing) {
  StoredDatabase stored;
  auto engine = stored.open(size_tiered_options());
  std::map<std::string, std::string> model;
  std::mt19937_64 random(9);
  for (int n = 0; n < 20'000; ++n) {
    WriteBatch batch;
    const std::string key = "key" + std::to_string(random() % 3000);
    if (n % 3 == 0) {
      batch.remove(key);
      model.erase(key);
    } else {
      model[key] = std::to_string(n) + std::string(50, 'v');
      batch.put(key, model[key]);
    }
    expect_ok(engine->write(batch, Durability::relaxed));
    if (n % 7000 == 0) {
      expect_ok(engine->close());
      engine = stored.open(size_tiered_options(static_cast<uint64_t>(n) + 2));
    }
  }
  while (engine->maintain(1'000'000).value()) {
  }
  EXPECT_GT(engine->stats().compactions, 5u);
  EXPECT_LT(engine->stats().tables, 20u);
  std::map<std::string, std::string> found;
  auto iterator = engine->new_iterator({});
  for (iterator->seek_to_first(); iterator->valid(); iterator->next()) {
    found[std::string(iterator->key())] = iterator->value();
  }
  EXPECT_EQ(found, model);
  EXPECT_TRUE(engine->verify().empty());
}

}  // namespace
}  // namespace flowdb
