// Records with times: the version at a time, series, latest versions, prefixes, and that a narrow
// time range reads few blocks.
#include <gtest/gtest.h>

#include <vector>

#include "engine/test_engine.h"

namespace flowdb {
namespace {

// "key@ts" of all that the walk meets.
std::vector<std::string> walk(Engine& engine, const ReadOptions& options, bool forward = true) {
  std::vector<std::string> found;
  auto iterator = engine.new_iterator(options);
  for (forward ? iterator->seek_to_first() : iterator->seek_to_last(); iterator->valid();
       forward ? iterator->next() : iterator->prev()) {
    found.push_back(std::string(iterator->key()) + "@" + std::to_string(iterator->ts()));
  }
  expect_ok(iterator->status());
  return found;
}
using Places = std::vector<std::string>;

Places reversed(Places places) { return {places.rbegin(), places.rend()}; }

class TimeRangeTest : public testing::Test {
 protected:
  void write(std::string_view key, int64_t ts, std::string_view value = "v") {
    WriteBatch batch;
    batch.put(key, value, ts);
    expect_ok(engine_->write(batch, Durability::relaxed));
  }
  std::string get(std::string_view key, const ReadOptions& options) {
    std::string value;
    const Status status = engine_->get(key, options, value);
    return status.is_ok() ? value : std::string(status_code_name(status.code()));
  }

  StoredDatabase stored_;
  std::unique_ptr<Engine> engine_ = stored_.open(tiny_options());
};

TEST_F(TimeRangeTest, GetFindsTheVersionAtATime) {
  for (const bool flushed : {false, true}) {
    for (const int64_t ts : {10, 20, 30}) write("a", ts, "at " + std::to_string(ts));
    if (flushed) expect_ok(engine_->flush());
    ReadOptions options;
    EXPECT_EQ(get("a", options), "at 30");
    options.ts_max = 29;
    EXPECT_EQ(get("a", options), "at 20");
    options.ts_max = 20;
    EXPECT_EQ(get("a", options), "at 20");
    options.ts_min = 20;
    EXPECT_EQ(get("a", options), "at 20");
    options.ts_min = 21;
    EXPECT_EQ(get("a", options), "not_found");
    options = {};
    options.ts_max = 9;
    EXPECT_EQ(get("a", options), "not_found");
    WriteBatch batch;
    batch.remove("a", 20);
    expect_ok(engine_->write(batch, Durability::relaxed));
    options.ts_max = 25;
    EXPECT_EQ(get("a", options), "at 10");
  }
}

TEST_F(TimeRangeTest, WalksCombineAllBounds) {
  for (const char* key : {"a1", "a2", "b1", "b2", "c1"}) {
    for (int64_t ts = 1; ts <= 4; ++ts) write(key, ts);
    if (key[1] == '1') expect_ok(engine_->flush());
  }
  ReadOptions options;
  options.prefix = "b";
  options.ts_min = 2;
  options.ts_max = 3;
  Places expected{"b1@3", "b1@2", "b2@3", "b2@2"};
  EXPECT_EQ(walk(*engine_, options), expected);
  EXPECT_EQ(walk(*engine_, options, false), reversed(expected));
  options.versions = Versions::latest;
  expected = {"b1@3", "b2@3"};
  EXPECT_EQ(walk(*engine_, options), expected);
  EXPECT_EQ(walk(*engine_, options, false), reversed(expected));
  options.upper = "b2";
  EXPECT_EQ(walk(*engine_, options), Places{"b1@3"});
  options = {};
  options.lower = "a2";
  options.upper = "c";
  options.ts_min = 4;
  expected = {"a2@4", "b1@4", "b2@4"};
  EXPECT_EQ(walk(*engine_, options), expected);
  options.ts_min = 5;
  EXPECT_EQ(walk(*engine_, options), Places{});
}

TEST_F(TimeRangeTest, APrefixOfTheLargestBytesHasNoEnd) {
  write("\xff\xff", 1);
  write("\xff\xff\xff", 1);
  write("\xfe", 1);
  ReadOptions options;
  options.prefix = "\xff\xff";
  EXPECT_EQ(walk(*engine_, options), (Places{"\xff\xff@1", "\xff\xff\xff@1"}));
  options.prefix = "\xfe\xff";
  EXPECT_EQ(walk(*engine_, options), Places{});
}

TEST_F(TimeRangeTest, ANarrowRangeReadsFewBlocks) {
  // One series that fills many blocks and tables.
  constexpr int64_t kVersions = 20'000;
  for (int64_t ts = 1; ts <= kVersions; ts += 100) {
    WriteBatch batch;
    for (int64_t i = ts; i < ts + 100; ++i) {
      batch.put("sensor", "measured " + std::to_string(i), i);
      batch.put("turned " + std::to_string(1'000'000 - i), "far apart in key and time", i);
    }
    expect_ok(engine_->write(batch, Durability::relaxed));
  }
  expect_ok(engine_->compact_all());
  expect_ok(engine_->close());
  engine_ = stored_.open(tiny_options());
  const auto blocks_of = [&](const ReadOptions& options, bool forward, size_t expected) {
    const EngineStats before = engine_->stats();
    EXPECT_EQ(walk(*engine_, options, forward).size(), expected);
    const EngineStats after = engine_->stats();
    const uint64_t skipped = after.blocks_skipped - before.blocks_skipped;
    const uint64_t read = after.blocks_read + after.blocks_cached - before.blocks_read -
                          before.blocks_cached;
    return std::pair(read, skipped);
  };
  const uint64_t all = blocks_of({}, true, 2 * kVersions).first;
  ASSERT_GT(all, 500u);
  ReadOptions options;
  options.ts_min = 9000;
  options.ts_max = 9020;
  for (const bool forward : {true, false}) {
    const auto [read, skipped] = blocks_of(options, forward, 2 * 21);
    // Index blocks count, too.
    EXPECT_LT(read, 20u);
    EXPECT_GT(skipped, 100u);  // and whole tables
  }
  const EngineStats before = engine_->stats();
  options.ts_min = INT64_MIN;
  EXPECT_EQ(get("sensor", options), "measured 9020");
  const EngineStats after = engine_->stats();
  EXPECT_LE(after.blocks_read + after.blocks_cached - before.blocks_read - before.blocks_cached,
            4u);  // properties, filter, index, data
}

TEST_F(TimeRangeTest, TheLatestVersionsOfLongSeriesAreFoundBySeeks) {
  for (const char* key : {"a", "b", "c"}) {
    WriteBatch batch;
    for (int64_t ts = 1; ts <= 5000; ++ts) batch.put(key, "value of some length", ts);
    expect_ok(engine_->write(batch, Durability::relaxed));
  }
  expect_ok(engine_->compact_all());
  ReadOptions options;
  options.versions = Versions::latest;
  const EngineStats before = engine_->stats();
  EXPECT_EQ(walk(*engine_, options), (Places{"a@5000", "b@5000", "c@5000"}));
  const EngineStats after = engine_->stats();
  EXPECT_LT(after.blocks_read + after.blocks_cached - before.blocks_read - before.blocks_cached,
            30u);
  EXPECT_EQ(walk(*engine_, options, false), (Places{"c@5000", "b@5000", "a@5000"}));
}

TEST_F(TimeRangeTest, AVersionThatWasWrittenOftenIsPassed) {
  for (int i = 0; i < 100; ++i) write("a", 5);
  write("a", 4);
  write("b", 5);
  EXPECT_EQ(walk(*engine_, {}), (Places{"a@5", "a@4", "b@5"}));
  EXPECT_EQ(walk(*engine_, {}, false), (Places{"b@5", "a@4", "a@5"}));
}

}  // namespace
}  // namespace flowdb
