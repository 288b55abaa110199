// Removing ranges of keys: in batches, overlays, snapshots, through flushes, compactions and
// reopening, and what is left of it on disk.
#include <gtest/gtest.h>

#include <vector>

#include "engine/test_engine.h"

namespace flowdb {
namespace {

class RangeRemoveTest : public testing::Test {
 protected:
  static std::string key(int n) { return "key" + std::to_string(1000 + n); }

  void put(int first, int last, std::string_view value = "v") {
    WriteBatch batch;
    for (int n = first; n <= last; ++n) batch.put(key(n), value);
    write(batch);
  }
  void remove(int first, int end) {
    WriteBatch batch;
    batch.remove_range(key(first), key(end));
    write(batch);
  }
  void write(const WriteBatch& batch) { expect_ok(engine_->write(batch, Durability::relaxed)); }
  void reopen() {
    const StoredDatabase found = stored_.copy();
    engine_.reset();
    stored_ = found;
    engine_ = stored_.open(tiny_options());
  }
  std::vector<std::string> walk(const ReadOptions& options = {}, bool forward = true) {
    std::vector<std::string> found;
    auto iterator = engine_->new_iterator(options);
    for (forward ? iterator->seek_to_first() : iterator->seek_to_last(); iterator->valid();
         forward ? iterator->next() : iterator->prev()) {
      found.emplace_back(iterator->key());
    }
    expect_ok(iterator->status());
    return found;
  }
  // Reads agree that exactly these keys of 0 to 99 are there.
  void expect_keys(const std::vector<int>& numbers, const ReadOptions& options = {}) {
    std::vector<std::string> expected;
    for (const int n : numbers) expected.push_back(key(n));
    EXPECT_EQ(walk(options), expected);
    EXPECT_EQ(walk(options, false), std::vector<std::string>(expected.rbegin(), expected.rend()));
    auto at = numbers.begin();
    for (int n = 0; n < 100; ++n) {
      const bool there = at != numbers.end() && *at == n;
      if (there) ++at;
      std::string value;
      EXPECT_EQ(engine_->get(key(n), options, value).is_ok(), there) << n;
    }
  }

  StoredDatabase stored_;
  std::unique_ptr<Engine> engine_ = stored_.open(tiny_options());
};

TEST_F(RangeRemoveTest, HidesWhatIsOlderWhereverItIs) {
  put(0, 9);
  expect_ok(engine_->compact_all());
  put(4, 7, "newer");
  expect_ok(engine_->flush());
  put(6, 8, "newest");
  remove(2, 7);
  expect_keys({0, 1, 7, 8, 9});
  put(3, 3, "again");
  expect_keys({0, 1, 3, 7, 8, 9});
  reopen();
  expect_keys({0, 1, 3, 7, 8, 9});
  expect_ok(engine_->flush());
  expect_keys({0, 1, 3, 7, 8, 9});
  reopen();
  expect_keys({0, 1, 3, 7, 8, 9});
  expect_ok(engine_->compact_all());
  expect_keys({0, 1, 3, 7, 8, 9});
}

TEST_F(RangeRemoveTest, ABatchRemovesItsOwnEarlierOperations) {
  WriteBatch batch;
  batch.put(key(1), "before");
  batch.put(key(5), "outside");
  batch.remove_range(key(0), key(4));
  batch.put(key(2), "behind");
  batch.remove_range(key(3), key(3));  // nothing
  batch.remove_range(key(4), key(2));  // nothing
  EXPECT_EQ(batch.count(), 4u);
  write(batch);
  expect_keys({2, 5});
  reopen();
  expect_keys({2, 5});
}

TEST_F(RangeRemoveTest, ASnapshotSeesWhatWasThere) {
  put(0, 4);
  ReadOptions before;
  before.snapshot = engine_->pin_snapshot();
  remove(1, 3);
  ReadOptions between;
  between.snapshot = engine_->pin_snapshot();
  remove(0, 5);
  for (const char* const state : {"memtable", "level 0", "compacted"}) {
    SCOPED_TRACE(state);
    expect_keys({0, 1, 2, 3, 4}, before);
    expect_keys({0, 3, 4}, between);
    expect_keys({});
    expect_ok(*state == 'm' ? engine_->flush() : engine_->compact_all());
  }
  engine_->unpin_snapshot(before.snapshot);
  engine_->unpin_snapshot(between.snapshot);
  expect_ok(engine_->compact_all());
  expect_keys({});
  EXPECT_EQ(engine_->stats().tables, 0u);
}

TEST_F(RangeRemoveTest, AnIteratorKeepsWhatItBeganWith) {
  put(0, 4);
  remove(4, 5);
  auto iterator = engine_->new_iterator({});
  remove(0, 4);
  int count = 0;
  for (iterator->seek_to_first(); iterator->valid(); iterator->next()) ++count;
  EXPECT_EQ(count, 4);
}

TEST_F(RangeRemoveTest, ATransactionRemovesItsOwnAndWhatIsStored) {
  put(0, 9);
  Memtable overlay;
  const auto insert = [&](int n, RecordKind kind, int end = 0) {
    const std::string name = key(n);
    const std::string value = kind == RecordKind::remove_range ? key(end) : "own";
    overlay.insert({name, value, 0, kNeverExpires, 9, kind});
  };
  insert(3, RecordKind::put);
  insert(20, RecordKind::put);
  ReadOptions options;
  options.overlay = &overlay;
  auto iterator = engine_->new_iterator(options);
  iterator->seek(key(1));
  insert(2, RecordKind::remove_range, 30);
  insert(5, RecordKind::put);
  iterator->next();
  ASSERT_TRUE(iterator->valid());
  EXPECT_EQ(iterator->key(), key(5));
  expect_keys({0, 1, 5}, options);
  expect_ok(engine_->write_overlays({&overlay}, Durability::relaxed));
  expect_keys({0, 1, 5});
  reopen();
  expect_keys({0, 1, 5});
}

TEST_F(RangeRemoveTest, ALargeTransactionKeepsItsRemovals) {
  put(0, 99);
  const std::string large(5000, 'x');
  Memtable overlay;
  overlay.insert({key(0), key(100), 0, kNeverExpires, 1, RecordKind::remove_range});
  for (int n = 10; n < 30; ++n) {
    overlay.insert({key(n), large, 0, kNeverExpires, 2, RecordKind::put});
  }
  expect_ok(engine_->write_overlays({&overlay}, Durability::relaxed));
  std::vector<int> left;
  for (int n = 10; n < 30; ++n) left.push_back(n);
  expect_keys(left);
  reopen();
  expect_keys(left);
  expect_ok(engine_->compact_all());
  expect_keys(left);
}

TEST_F(RangeRemoveTest, VersionsOfAllTimesGo) {
  WriteBatch batch;
  for (int64_t ts = -2; ts <= 2; ++ts) batch.put(key(1), "old", ts);
  write(batch);
  remove(0, 2);
  expect_keys({});
  WriteBatch later;
  later.put(key(1), "new", -1);
  write(later);
  expect_keys({1});
  std::string value;
  expect_ok(engine_->get(key(1), {}, value));
  EXPECT_EQ(value, "new");
}

// One removal over many tables is cut at their bounds, and goes when it has nothing left to hide.
TEST_F(RangeRemoveTest, ARemovalGoesWhenItHidesNothing) {
  std::mt19937_64 random(1);
  for (int n = 0; n < 100; ++n) {
    std::string value(400, '\0');  // of bytes that do not compress
    for (char& byte : value) byte = static_cast<char>(random());
    put(n, n, value);
  }
  ReadOptions all;
  all.snapshot = engine_->pin_snapshot();
  WriteBatch batch;
  batch.remove_range("", "zzz");
  batch.put(key(50), "left");
  write(batch);
  expect_ok(engine_->compact_all());
  EXPECT_GT(engine_->stats().tables, 3u);
  expect_keys({50});
  reopen();  // the snapshot ends with it
  expect_keys({50});
  expect_ok(engine_->compact_all());
  expect_keys({50});
  EXPECT_EQ(engine_->stats().tables, 1u);
  EXPECT_LT(engine_->stats().table_bytes, 2000u);
}

TEST_F(RangeRemoveTest, ManyRemovalsStaySmall) {
  put(0, 99);
  for (int n = 1; n < 3000; ++n) remove(0, 1 + n % 100);
  EXPECT_LT(engine_->stats().memtable_bytes, 64u << 10);
  expect_keys({});
}

}  // namespace
}  // namespace flowdb
