// Records that expire: of themselves, by a batch's TTL, by the default one; and tables that go as a
// whole when all in them has expired.
#include <gtest/gtest.h>

#include "engine/test_engine.h"

namespace flowdb {
namespace {

class ExpiryTest : public testing::Test {
 protected:
  EngineOptions options(int64_t default_ttl_us = 0) {
    EngineOptions result = tiny_options();
    result.now_us = [now = now_] { return *now; };
    result.default_ttl_us = default_ttl_us;
    return result;
  }
  void open(int64_t default_ttl_us = 0) { engine_ = stored_.open(options(default_ttl_us)); }
  bool has(std::string_view key) {
    std::string value;
    const Status status = engine_->get(key, {}, value);
    auto iterator = engine_->new_iterator({});
    iterator->seek(key);
    EXPECT_EQ(iterator->valid() && iterator->key() == key, status.is_ok()) << key;
    return status.is_ok();
  }
  void write(const WriteBatch& batch) { expect_ok(engine_->write(batch, Durability::relaxed)); }
  void maintain() {
    for (bool more = true; more;) {
      const Result<bool> result = engine_->maintain(1000);
      expect_ok(result.status());
      more = result.is_ok() && result.value();
    }
  }
  // A table of level 0 with these keys, all of which expire at that time.
  void write_table(const std::string& prefix, int64_t expire_at, int64_t ts = 0) {
    WriteBatch batch;
    for (int n = 0; n < 5; ++n) batch.put(prefix + std::to_string(n), "v", ts, expire_at);
    write(batch);
    expect_ok(engine_->flush());
  }

  std::shared_ptr<int64_t> now_ = std::make_shared<int64_t>(1000);
  StoredDatabase stored_;
  std::unique_ptr<Engine> engine_ = stored_.open(options());
};

TEST_F(ExpiryTest, ABatchsTtlCountsForWhatHasNone) {
  WriteBatch batch;
  batch.put("own, short", "v", 0, 1050);
  batch.put("own, long", "v", 0, 5000);
  batch.put("none", "v");
  batch.remove("removed");
  batch.remove_range("x", "y");
  batch.set_ttl(100);
  write(batch);
  EXPECT_TRUE(has("own, short"));
  *now_ = 1050;
  EXPECT_FALSE(has("own, short"));
  *now_ = 1099;
  EXPECT_TRUE(has("none"));
  *now_ = 1100;
  EXPECT_FALSE(has("none"));
  EXPECT_TRUE(has("own, long"));
  // clear() forgets it.
  batch.clear();
  batch.put("later", "v");
  write(batch);
  *now_ = 1'000'000;
  EXPECT_TRUE(has("later"));
}

TEST_F(ExpiryTest, TheDefaultCountsUnlessABatchHasItsOwn) {
  open(100);
  WriteBatch batch;
  batch.put("default", "v");
  write(batch);
  batch.clear();
  batch.put("never", "v");
  batch.set_ttl(0);
  write(batch);
  Memtable overlay;
  overlay.insert({"overlay", "v", 0, kNeverExpires, 1, RecordKind::put});
  expect_ok(engine_->write_overlays({&overlay}, Durability::relaxed));
  const std::string large(20'000, 'x');  // more than the log takes
  overlay.insert({"large overlay", large, 0, kNeverExpires, 1, RecordKind::put});
  expect_ok(engine_->write_overlays({&overlay}, Durability::relaxed));
  batch.clear();
  batch.put("large batch", large);
  write(batch);
  batch.clear();
  batch.put("large never", large);
  batch.set_ttl(0);
  write(batch);
  *now_ = 1099;
  for (const char* key : {"default", "never", "overlay", "large overlay", "large batch"}) {
    EXPECT_TRUE(has(key)) << key;
  }
  *now_ = 1100;
  for (const char* key : {"default", "overlay", "large overlay", "large batch"}) {
    EXPECT_FALSE(has(key)) << key;
  }
  EXPECT_TRUE(has("never"));
  EXPECT_TRUE(has("large never"));
  // What is replayed from the log has it, too.
  const StoredDatabase found = stored_.copy();
  stored_ = found;
  open(100);
  EXPECT_FALSE(has("default"));
  EXPECT_TRUE(has("never"));
}

TEST_F(ExpiryTest, ATtlBeyondAllTimeIsNone) {
  WriteBatch batch;
  batch.put("a", "v");
  batch.set_ttl(INT64_MAX);
  write(batch);
  *now_ = INT64_MAX - 1;
  EXPECT_TRUE(has("a"));
}

TEST_F(ExpiryTest, ANegativeTtlIsRefused) {
  for (const int64_t ttl_us : {int64_t{-1}, INT64_MIN}) {
    WriteBatch batch;
    batch.put("a", "v");
    batch.set_ttl(ttl_us);
    const Status status = engine_->write(batch, Durability::relaxed);
    EXPECT_EQ(status.code(), StatusCode::invalid_argument);
    EXPECT_NE(status.message().find(std::to_string(ttl_us)), std::string::npos);
  }
  EXPECT_FALSE(has("a"));
}

// The newest version is removed, or has expired; the one before tells its own.
TEST_F(ExpiryTest, EveryReadTellsWhenARecordExpires) {
  WriteBatch batch;
  batch.put("a", "older", 1, 5000);
  batch.put("a", "newer", 2, 1010);
  batch.put("b", "lasts", 7);
  write(batch);
  *now_ = 1010;
  for (const char* const state : {"memtable", "table"}) {
    SCOPED_TRACE(state);
    std::string value;
    int64_t expire_at = 0;
    expect_ok(engine_->get("a", {}, value, &expire_at));
    EXPECT_EQ(value, "older");
    EXPECT_EQ(expire_at, 5000);
    expect_ok(engine_->get("b", {}, value, &expire_at));
    EXPECT_EQ(expire_at, kNeverExpires);
    auto iterator = engine_->new_iterator({});
    iterator->seek_to_first();
    ASSERT_TRUE(iterator->valid());
    EXPECT_EQ(iterator->expire_at(), 5000);
    iterator->next();
    ASSERT_TRUE(iterator->valid());
    EXPECT_EQ(iterator->expire_at(), kNeverExpires);
    iterator->prev();
    ASSERT_TRUE(iterator->valid());
    EXPECT_EQ(iterator->expire_at(), 5000);
    expect_ok(engine_->flush());
  }
}

TEST_F(ExpiryTest, AnExpiredTableIsDroppedUnread) {
  write_table("a", 2000);
  write_table("b", 3000);
  expect_ok(engine_->close());
  open();
  ASSERT_EQ(engine_->stats().tables, 2u);
  *now_ = 2500;
  const EngineStats before = engine_->stats();
  maintain();
  const EngineStats after = engine_->stats();
  EXPECT_EQ(after.tables, 1u);
  EXPECT_EQ(after.expired_tables, 1u);
  EXPECT_EQ(after.blocks_read, before.blocks_read);
  EXPECT_TRUE(has("b1"));
  *now_ = 3000;
  maintain();
  EXPECT_EQ(engine_->stats().tables, 0u);
  EXPECT_EQ(engine_->stats().expired_tables, 2u);
}

TEST_F(ExpiryTest, ATableThatHidesOlderRecordsStays) {
  write_table("a", kNeverExpires);
  expect_ok(engine_->compact_all());
  write_table("a", 2000);
  *now_ = 3000;
  EXPECT_FALSE(has("a1"));
  maintain();
  EXPECT_EQ(engine_->stats().expired_tables, 0u);
  EXPECT_FALSE(has("a1"));
  // Of other times, it hides nothing.
  write_table("a", 3500, 77);
  *now_ = 4000;
  maintain();
  EXPECT_EQ(engine_->stats().expired_tables, 1u);
  EXPECT_FALSE(has("a1"));
}

TEST_F(ExpiryTest, TablesThatHideOnlyWhatGoesWithThemGo) {
  write_table("a", 2000);
  expect_ok(engine_->compact_all());
  write_table("a", 2500);
  *now_ = 3000;
  maintain();
  EXPECT_EQ(engine_->stats().tables, 0u);
  EXPECT_FALSE(has("a1"));
}

}  // namespace
}  // namespace flowdb
