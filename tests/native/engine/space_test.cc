// How large the files of a database become: at every moment while its records are overwritten, and
// during a compaction of everything.
#include <gtest/gtest.h>

#include <cstdio>
#include <map>

#include "engine/capped_file.h"
#include "engine/test_engine.h"

namespace flowdb {
namespace {

constexpr size_t kValueBytes = 1000;
constexpr size_t kSmallValueBytes = 128;

std::string key_of(size_t n) {
  char key[32];
  std::snprintf(key, sizeof key, "key_%08zu", n);
  return key;
}

// With the options that a browser uses, and files that count how large they are together.
class MeasuredDatabase {
 public:
  explicit MeasuredDatabase(uint64_t seed, size_t value_bytes = kValueBytes)
      : random_(seed), value_(value_bytes, 'v') {
    auto opened = Engine::open(
        std::make_unique<CappedFile>(std::make_shared<std::string>(), "flow.db", sizes_),
        std::make_unique<CappedFile>(std::make_shared<std::string>(), "flow.wal", sizes_),
        test_options(seed));
    EXPECT_TRUE(opened.is_ok()) << opened.status().to_string();
    engine_ = std::move(opened).value();
  }

  // Half of the value can be compressed.
  void put(size_t n) {
    const std::string key = key_of(n);
    for (size_t i = 0; i < value_.size() / 2; ++i) value_[i] = static_cast<char>(random_());
    batch_.put(key, value_);
    if (batch_.count() < 20) return;
    expect_ok(engine_->write(batch_, Durability::relaxed));
    batch_.clear();
  }
  void put_each(size_t records) {
    for (size_t n = 0; n < records; ++n) put(n);
  }
  // `count` of them, in no order.
  void overwrite(size_t records, size_t count) {
    for (size_t i = 0; i < count; ++i) put(static_cast<size_t>(random_() % records));
  }
  void maintain(Upkeep upkeep = Upkeep::all) {
    for (bool more = true; more;) {
      const Result<bool> pending = engine_->maintain(4000, upkeep);
      expect_ok(pending.status());
      more = pending.is_ok() && pending.value();
    }
  }
  Engine& engine() { return *engine_; }
  Quota& sizes() { return *sizes_; }

 private:
  std::mt19937_64 random_;
  std::string value_;
  std::shared_ptr<Quota> sizes_ = std::make_shared<Quota>(Quota{UINT64_MAX, 0, 0});
  std::unique_ptr<Engine> engine_;
  WriteBatch batch_;
};

class SpaceTest : public testing::TestWithParam<size_t> {};

// 1.5 times a fresh load of the same records, and 8 MiB.
uint64_t limit_of(size_t records, size_t value_bytes) {
  MeasuredDatabase fresh(1, value_bytes);
  fresh.put_each(records);
  fresh.maintain();
  expect_ok(fresh.engine().close());
  return fresh.sizes().bytes * 3 / 2 + (8 << 20);
}

TEST_P(SpaceTest, OverwritingForEverStaysWithinItsLimit) {
  const size_t records = GetParam() * 1'000'000 / kValueBytes;
  const uint64_t limit = limit_of(records, kValueBytes);

  MeasuredDatabase database(2);
  database.put_each(records);
  database.overwrite(records, 3 * records);
  EXPECT_LE(database.sizes().bytes_most, limit * 95 / 100);
  database.maintain();
  EXPECT_LE(database.sizes().bytes, limit * 95 / 100);
}

// A worker's slices: now and then one while the page is busy; all that is due, and then all of the
// upkeep, when it is not.
TEST(SmallValuesSpaceTest, OverwritingForEverStaysWithinItsLimit) {
#ifdef __SANITIZE_ADDRESS__
  constexpr size_t kBytes = 20'000'000;
#else
  constexpr size_t kBytes = 60'000'000;
#endif
  constexpr size_t kRecords = kBytes / kSmallValueBytes;
  constexpr size_t kRecordsOfASlice = 2000;
  const uint64_t limit = limit_of(kRecords, kSmallValueBytes);
  MeasuredDatabase database(5, kSmallValueBytes);
  database.put_each(kRecords);
  for (int round = 0; round < 3; ++round) {
    for (size_t done = 0; done < kRecords; done += kRecordsOfASlice) {
      database.overwrite(kRecords, kRecordsOfASlice);
      expect_ok(database.engine().maintain(0, Upkeep::due).status());
    }
    if (round != 1) continue;
    database.maintain(Upkeep::due);
    database.maintain();
  }
  EXPECT_LE(database.sizes().bytes_most, limit);
}

INSTANTIATE_TEST_SUITE_P(Megabytes, SpaceTest, testing::Values(1, 8, 24));

// Of each group of neighbours one stays; no table dies as a whole.
class DroppedSpaceTest : public testing::TestWithParam<size_t> {};

TEST_P(DroppedSpaceTest, WhatIsDeadBesideOthersTakesNoRoom) {
  constexpr size_t kRecords = 40'000;
  constexpr size_t kRecordsOfGroup = 20;
  const size_t period = GetParam() * kRecordsOfGroup;
  const uint64_t limit = limit_of(kRecords / GetParam(), kValueBytes);
  bool are_dead = false;
  MeasuredDatabase database(6);
  database.engine().set_drop_filter([&](std::string_view key) -> KeyFate {
    if (!are_dead) return {};
    const auto n = static_cast<size_t>(std::stoul(std::string(key.substr(4))));
    const bool is_dead = n % period >= kRecordsOfGroup;
    return {is_dead, key_of(n - n % period + (is_dead ? period : kRecordsOfGroup))};
  });
  database.put_each(kRecords);
  database.maintain();
  ASSERT_GT(database.sizes().bytes, limit) << "nothing to show";
  database.sizes().bytes_most = 0;
  const uint64_t before = database.sizes().bytes;
  are_dead = true;
  database.engine().drop_filter_changed();
  // What is due drops nothing: no table is dead as a whole.
  database.maintain(Upkeep::due);
  EXPECT_EQ(database.sizes().bytes, before);
  database.maintain();
  EXPECT_LE(database.sizes().bytes, limit);
  EXPECT_LE(database.sizes().bytes_most, before + (4 << 20));
  size_t left = 0;
  const auto it = database.engine().new_iterator({});
  for (it->seek_to_first(); it->valid(); it->next()) {
    left += std::stoul(std::string(it->key().substr(4))) % period < kRecordsOfGroup ? 1u : 0u;
  }
  EXPECT_EQ(left, kRecords / GetParam());
  EXPECT_TRUE(database.engine().verify().empty());
}

INSTANTIATE_TEST_SUITE_P(Periods, DroppedSpaceTest, testing::Values(2, 4, 16));

TEST(FullCompactionSpaceTest, CompactingEverythingNeedsNoSecondCopy) {
  MeasuredDatabase database(3);
  database.put_each(8000);
  database.overwrite(8000, 8000);
  database.maintain();
  const uint64_t before = database.sizes().bytes;
  database.sizes().bytes_most = 0;
  expect_ok(database.engine().compact_all());
  // What is visible are 4.5 MB of it.
  EXPECT_LE(database.sizes().bytes_most, before + (3 << 20));
  expect_ok(database.engine().close());
  MeasuredDatabase fresh(1);
  fresh.put_each(8000);
  fresh.maintain();
  expect_ok(fresh.engine().close());
  EXPECT_LE(database.sizes().bytes, fresh.sizes().bytes * 21 / 20 + (256 << 10));
}

// Tables end with a page; what their moves leave is filled with parts of the last one.
TEST(FullCompactionSpaceTest, CompactingEverythingLeavesNoHoles) {
  MeasuredDatabase database(4);
  database.put_each(16'000);
  expect_ok(database.engine().compact_all());
  const EngineStats stats = database.engine().stats();
  EXPECT_LE(stats.dead_bytes, stats.tables * (4 << 10) + (64 << 10));
}

// Records that a hole takes none of.
TEST(FullCompactionSpaceTest, RecordsThatFitNoHoleStayBehindIt) {
  constexpr size_t kRecords = 60;
  StoredDatabase stored;
  const auto engine = stored.open(test_options());
  std::mt19937_64 random(5);
  std::map<std::string, std::string> model;
  const auto put = [&](size_t n) {
    std::string value(200'000 + random() % 5000, '\0');
    for (char& c : value) c = static_cast<char>(random());
    const std::string key = "key_" + std::to_string(100 + n);
    WriteBatch batch;
    batch.put(key, value);
    expect_ok(engine->write(batch, Durability::relaxed));
    model[key] = std::move(value);
  };
  for (size_t n = 0; n < kRecords; ++n) put(n);
  for (size_t i = 0; i < kRecords; ++i) put(static_cast<size_t>(random() % kRecords));
  expect_ok(engine->compact_all());
  const size_t once = stored.container->size();
  for (int i = 0; i < 2; ++i) {
    expect_ok(engine->compact_all());
    EXPECT_LE(stored.container->size(), once * 11 / 10);
  }
  for (const auto& [key, value] : model) {
    std::string found;
    expect_ok(engine->get(key, {}, found));
    EXPECT_EQ(found, value);
  }
}

}  // namespace
}  // namespace flowdb
