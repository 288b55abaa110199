// Seeks with the help of numbers end where a walk over all entries does, whatever the keys: short,
// long, with zeros at their ends, alike in more than the eight bytes that a number holds.
#include "sst/block_search.h"

#include <gtest/gtest.h>

#include <map>
#include <optional>
#include <random>

#include "buffer_of.h"
#include "sst/block_builder.h"
#include "sst/block_cursor.h"

namespace flowdb {
namespace {

std::string random_key(std::mt19937_64& random) {
  std::string key = random() % 4 == 0 ? "p" : "prefix";
  if (random() % 2 == 0) key += "-as-long-as-no-number";
  for (size_t left = random() % 12; left > 0; --left) {
    key.push_back(random() % 3 == 0 ? '\0' : static_cast<char>('a' + random() % 3));
  }
  return key;
}

// Distinct keys in order, each with one to three versions.
std::map<std::string, int> random_keys(std::mt19937_64& random) {
  std::map<std::string, int> keys;
  for (size_t count = 1 + random() % 60; count > 0; --count) {
    keys[random_key(random)] = 1 + static_cast<int>(random() % 3);
  }
  return keys;
}

std::string block_of(const std::map<std::string, int>& keys) {
  BlockBuilder builder;
  for (const auto& [key, versions] : keys) {
    for (int ts = versions; ts > 0; --ts) {
      builder.add_record({key, "value", ts, kNeverExpires, 7, RecordKind::put});
    }
  }
  return std::string(builder.finish());
}

// The place as it appears in a failure.
std::string shown(const BlockCursor& cursor) {
  if (!cursor.valid()) return "end";
  return std::string(cursor.record().key) + "@" + std::to_string(cursor.record().ts);
}

class BlockSearchTest : public ::testing::Test {
 protected:
  const uint64_t seed_ = std::random_device()();
  std::mt19937_64 random_{seed_};
};

TEST_F(BlockSearchTest, SeeksEndWhereAWalkDoes) {
  SCOPED_TRACE("seed " + std::to_string(seed_));
  for (int round = 0; round < 300; ++round) {
    const std::map<std::string, int> keys = random_keys(random_);
    Block block(buffer_of(block_of(keys)), BlockKind::data);
    ASSERT_TRUE(block.parse());
    BlockCursor cursor(block);
    cursor.seek(place_before(""));
    cursor.seek(place_before(""));
    ASSERT_NE(block.search(), nullptr) << "made at the second seek";
    for (int i = 0; i < 50; ++i) {
      const std::string key = random_key(random_);
      const Record place = place_before(key, static_cast<int64_t>(random_() % 5));
      BlockCursor walk(block);
      walk.seek_to_first();
      while (walk.valid() && compare_records(walk.record(), place) < 0) walk.next();
      cursor.seek(place);
      ASSERT_EQ(shown(cursor), shown(walk)) << key;
      if (!cursor.valid()) continue;
      walk.next();
      cursor.next();
      ASSERT_EQ(shown(cursor), shown(walk)) << "behind " << key;
    }
  }
}

TEST_F(BlockSearchTest, FindsEachKeyAndNoOther) {
  SCOPED_TRACE("seed " + std::to_string(seed_));
  for (int round = 0; round < 300; ++round) {
    const std::map<std::string, int> keys = random_keys(random_);
    Block block(buffer_of(block_of(keys)), BlockKind::data);
    ASSERT_TRUE(block.parse());
    BlockCursor(block).seek(place_before(""));
    const BlockSearch* const search = block.search();
    ASSERT_NE(search, nullptr);
    size_t found = 0;
    Record record;
    for (const auto& [key, versions] : keys) {
      if (!search->read_first(key, record)) continue;
      ++found;
      ASSERT_EQ(record.ts, versions) << key;
      ASSERT_EQ(record.value, "value") << key;
    }
    // Others are alike in the eight bytes that tell them apart.
    ASSERT_GE(found, 1u);
    for (int i = 0; i < 50; ++i) {
      const std::string key = random_key(random_);
      if (keys.count(key) != 0) continue;
      ASSERT_FALSE(search->read_first(key, record)) << key;
    }
  }
}

TEST_F(BlockSearchTest, RunsAreWhatAWalkFindsBelowTheirBound) {
  SCOPED_TRACE("seed " + std::to_string(seed_));
  size_t runs = 0;
  for (int round = 0; round < 300; ++round) {
    // With and without ts, and with numbers of all lengths.
    std::map<std::string, int> keys = random_keys(random_);
    const bool has_versions = round % 5 == 0;
    BlockBuilder builder;
    for (const auto& [key, versions] : keys) {
      const std::string value(random_() % 200 * (random_() % 8 == 0 ? 200 : 1), 'v');
      const auto ts = static_cast<int64_t>(random_() >> random_() % 64);
      builder.add_record({key, value, ts, kNeverExpires, random_() >> (1 + random_() % 63), {}});
      if (!has_versions || versions == 1) continue;
      builder.add_record({key, value, ts, kNeverExpires, 0, {}});
    }
    Block block(buffer_of(std::string(builder.finish())), BlockKind::data);
    ASSERT_TRUE(block.parse());
    for (int i = 0; i < 20; ++i) {
      const std::string upper = random_key(random_);
      BlockCursor walk(block);
      walk.seek_to_first();
      BlockCursor cursor(block);
      cursor.seek_to_first();
      for (size_t steps = random_() % keys.size(); steps > 0; --steps, walk.next()) cursor.next();
      const bool bounded = random_() % 4 != 0;
      if (!cursor.begin_run(UINT64_MAX,
                            bounded ? std::optional<std::string_view>(upper) : std::nullopt)) {
        continue;
      }
      ++runs;
      while (cursor.next_in_run()) {
        walk.next();
        ASSERT_TRUE(walk.valid());
        ASSERT_EQ(cursor.record().key, walk.record().key);
        ASSERT_EQ(cursor.record().value, walk.record().value);
        ASSERT_EQ(cursor.record().ts, walk.record().ts);
        ASSERT_EQ(cursor.entry_offset(), walk.entry_offset());
        ASSERT_TRUE(!bounded || walk.record().key < upper);
      }
      cursor.next();
      walk.next();
      ASSERT_EQ(shown(cursor), shown(walk)) << "behind the run";
      ASSERT_TRUE(bounded || !walk.valid());
    }
  }
  ASSERT_GT(runs, 100u);
}

TEST_F(BlockSearchTest, RunsBackwardAreWhatAWalkFindsBehindTheFirstRecord) {
  SCOPED_TRACE("seed " + std::to_string(seed_));
  size_t runs = 0;
  for (int round = 0; round < 300; ++round) {
    BlockBuilder builder;
    const std::map<std::string, int> keys = random_keys(random_);
    for (const auto& [key, versions] : keys) {
      const auto ts = static_cast<int64_t>(random_() >> random_() % 64);
      builder.add_record({key, key, ts, kNeverExpires, random_() >> 1, {}});
    }
    Block block(buffer_of(std::string(builder.finish())), BlockKind::data);
    ASSERT_TRUE(block.parse());
    for (int i = 0; i < 20; ++i) {
      BlockCursor walk(block);
      walk.seek_to_last();
      BlockCursor cursor(block);
      cursor.seek_to_last();
      for (size_t steps = random_() % keys.size(); steps > 0; --steps, walk.prev()) cursor.prev();
      if (!cursor.begin_run_back(UINT64_MAX)) {
        ASSERT_TRUE(i == 0 || walk.entry_offset() == 0);
        continue;
      }
      ++runs;
      while (cursor.prev_in_run()) {
        walk.prev();
        ASSERT_TRUE(walk.valid());
        ASSERT_EQ(shown(cursor), shown(walk));
        ASSERT_EQ(cursor.record().value, walk.record().value);
        ASSERT_EQ(cursor.entry_offset(), walk.entry_offset());
      }
      cursor.prev();
      walk.prev();
      ASSERT_EQ(shown(cursor), shown(walk)) << "before the run";
      ASSERT_EQ(cursor.entry_offset(), 0u);
    }
  }
  ASSERT_GT(runs, 100u);
}

TEST_F(BlockSearchTest, OnlyPlainRecordsRun) {
  const auto runs = [](const Record& second, uint64_t sequence_max) {
    BlockBuilder builder;
    builder.add_record({"a", "1", 0, kNeverExpires, 7, RecordKind::put});
    builder.add_record(second);
    Block block(buffer_of(std::string(builder.finish())), BlockKind::data);
    EXPECT_TRUE(block.parse());
    BlockCursor cursor(block);
    cursor.seek_to_first();
    EXPECT_FALSE(cursor.begin_run(sequence_max, std::nullopt)) << "not known at the first visit";
    cursor.open(block);
    cursor.seek_to_last();
    const bool back = cursor.begin_run_back(sequence_max);
    cursor.seek_to_first();
    EXPECT_EQ(cursor.begin_run(sequence_max, std::nullopt), back);
    return back;
  };
  EXPECT_TRUE(runs({"b", "2", 5, kNeverExpires, 9, RecordKind::put}, 9));
  EXPECT_FALSE(runs({"b", "2", 5, kNeverExpires, 9, RecordKind::put}, 8)) << "not seen";
  EXPECT_FALSE(runs({"b", "", 5, kNeverExpires, 9, RecordKind::remove}, 9));
  EXPECT_FALSE(runs({"b", "2", 5, 1000, 9, RecordKind::put}, 9)) << "may have expired";
  EXPECT_FALSE(runs({"a", "2", -5, kNeverExpires, 9, RecordKind::put}, 9)) << "an older version";
}

}  // namespace
}  // namespace flowdb
