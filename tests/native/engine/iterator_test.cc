// What readers see: overlays, snapshots, bounds, removed and expired records, in both directions.
#include <gtest/gtest.h>

#include "engine/test_engine.h"

namespace flowdb {
namespace {

// Where what was written stands when it is read.
enum class Stored { in_memory, in_level0, compacted };

class IteratorTest : public testing::TestWithParam<Stored> {
 protected:
  void write(const WriteBatch& batch) {
    expect_ok(engine_->write(batch, Durability::relaxed));
    settle();
  }
  void settle() {
    if (GetParam() == Stored::in_level0) expect_ok(engine_->flush());
    if (GetParam() == Stored::compacted) expect_ok(engine_->compact_all());
  }

  void put(std::string_view key, std::string_view value, int64_t ts = 0,
           int64_t expire_at = kNeverExpires) {
    WriteBatch batch;
    batch.put(key, value, ts, expire_at);
    write(batch);
  }

  void remove(std::string_view key, int64_t ts = 0) {
    WriteBatch batch;
    batch.remove(key, ts);
    write(batch);
  }

  // "a=1 b=2 ": what a whole walk finds.
  static std::string step(const Iterator& iterator) {
    return std::string(iterator.key()) + "=" + std::string(iterator.value()) + " ";
  }
  std::string forward(const ReadOptions& options = {}) {
    std::string all;
    auto iterator = engine_->new_iterator(options);
    for (iterator->seek_to_first(); iterator->valid(); iterator->next()) all += step(*iterator);
    expect_ok(iterator->status());
    return all;
  }
  std::string backward(const ReadOptions& options = {}) {
    std::string all;
    auto iterator = engine_->new_iterator(options);
    for (iterator->seek_to_last(); iterator->valid(); iterator->prev()) all += step(*iterator);
    expect_ok(iterator->status());
    return all;
  }
  std::string get(std::string_view key, const ReadOptions& options = {}) {
    std::string value;
    const Status status = engine_->get(key, options, value);
    return status.is_ok() ? value : std::string(status_code_name(status.code()));
  }

  StoredDatabase stored_;
  std::unique_ptr<Engine> engine_ = stored_.open();
};

TEST_P(IteratorTest, NewestVersionsInOrder) {
  put("b", "1");
  put("a", "2");
  put("b", "3");
  put("c", "4");
  remove("c");
  EXPECT_EQ(forward(), "a=2 b=3 ");
  EXPECT_EQ(backward(), "b=3 a=2 ");
  EXPECT_EQ(get("b"), "3");
  EXPECT_EQ(get("c"), "not_found");
  EXPECT_EQ(get(""), "not_found");
}

TEST_P(IteratorTest, VersionsOfOneKeyComeNewestFirst) {
  put("a", "1", 10);
  put("a", "2", 30);
  put("a", "3", 20);
  put("b", "4");
  EXPECT_EQ(forward(), "a=2 a=3 a=1 b=4 ");
  EXPECT_EQ(backward(), "b=4 a=1 a=3 a=2 ");
  EXPECT_EQ(get("a"), "2");
  remove("a", 30);
  EXPECT_EQ(get("a"), "3");
  EXPECT_EQ(forward(), "a=3 a=1 b=4 ");
}

TEST_P(IteratorTest, ExpiredRecordsAreHidden) {
  put("a", "old");
  put("a", "gone", 0, 1'000'000);
  put("b", "stays", 0, 1'000'001);
  EXPECT_EQ(forward(), "b=stays ");
  EXPECT_EQ(backward(), "b=stays ");
  EXPECT_EQ(get("a"), "not_found");
}

TEST_P(IteratorTest, ASnapshotSeesNothingLater) {
  put("a", "1");
  put("b", "1");
  const uint64_t pin = engine_->pin_snapshot();
  put("a", "2");
  remove("b");
  put("c", "3");
  ReadOptions old;
  old.snapshot = pin;
  EXPECT_EQ(forward(old), "a=1 b=1 ");
  EXPECT_EQ(backward(old), "b=1 a=1 ");
  EXPECT_EQ(get("a", old), "1");
  EXPECT_EQ(get("c", old), "not_found");
  EXPECT_EQ(forward(), "a=2 c=3 ");
  engine_->unpin_snapshot(pin);
}

TEST_P(IteratorTest, AnIteratorSeesTheStateAtItsCreation) {
  put("a", "1");
  put("c", "1");
  auto iterator = engine_->new_iterator({});
  put("a", "2");
  put("b", "2");
  std::string all;
  for (iterator->seek_to_first(); iterator->valid(); iterator->next()) all += step(*iterator);
  EXPECT_EQ(all, "a=1 c=1 ");
}

TEST_P(IteratorTest, BoundsHoldInBothDirections) {
  for (const char* key : {"a", "b", "c", "d", "e"}) put(key, "1");
  ReadOptions bounds;
  bounds.lower = "b";
  bounds.upper = "d";
  EXPECT_EQ(forward(bounds), "b=1 c=1 ");
  EXPECT_EQ(backward(bounds), "c=1 b=1 ");
  auto iterator = engine_->new_iterator(bounds);
  iterator->seek("a");
  ASSERT_TRUE(iterator->valid());
  EXPECT_EQ(iterator->key(), "b");
  iterator->seek("d");
  EXPECT_FALSE(iterator->valid());
  iterator->seek_for_prev("z");
  ASSERT_TRUE(iterator->valid());
  EXPECT_EQ(iterator->key(), "c");
  iterator->seek_for_prev("bb");
  ASSERT_TRUE(iterator->valid());
  EXPECT_EQ(iterator->key(), "b");
  iterator->seek_for_prev("a");
  EXPECT_FALSE(iterator->valid());
}

TEST_P(IteratorTest, ItTurnsRoundAnywhere) {
  put("a", "0");
  put("a", "1");
  put("b", "2");
  remove("b");
  put("c", "3");
  put("d", "4");
  auto iterator = engine_->new_iterator({});
  iterator->seek("c");
  ASSERT_TRUE(iterator->valid());
  iterator->prev();
  ASSERT_TRUE(iterator->valid());
  EXPECT_EQ(step(*iterator), "a=1 ");
  iterator->next();
  EXPECT_EQ(step(*iterator), "c=3 ");
  iterator->next();
  EXPECT_EQ(step(*iterator), "d=4 ");
  iterator->prev();
  EXPECT_EQ(step(*iterator), "c=3 ");
}

TEST_P(IteratorTest, TheOverlayIsNewerThanEverything) {
  put("a", "1");
  put("b", "1");
  put("c", "1");
  Memtable overlay;
  // Sequence numbers of an overlay are its own: smaller ones than the engine's count as newer all
  // the same.
  overlay.insert({"b", "own", 0, kNeverExpires, 0, RecordKind::put});
  overlay.insert({"c", {}, 0, kNeverExpires, 0, RecordKind::remove});
  overlay.insert({"d", "own", 0, kNeverExpires, UINT64_MAX, RecordKind::put});
  ReadOptions options;
  options.overlay = &overlay;
  EXPECT_EQ(forward(options), "a=1 b=own d=own ");
  EXPECT_EQ(backward(options), "d=own b=own a=1 ");
  EXPECT_EQ(get("b", options), "own");
  EXPECT_EQ(get("c", options), "not_found");
  EXPECT_EQ(get("d", options), "own");
  EXPECT_EQ(get("a", options), "1");
}

TEST_P(IteratorTest, WhatIsPutIntoTheOverlayDuringAWalkIsSeen) {
  for (const char* key : {"b", "d", "f"}) put(key, "1");
  Memtable overlay;
  ReadOptions options;
  options.overlay = &overlay;
  auto iterator = engine_->new_iterator(options);
  iterator->seek_to_first();
  EXPECT_EQ(step(*iterator), "b=1 ");
  overlay.insert({"c", "2", 0, kNeverExpires, 1, RecordKind::put});
  overlay.insert({"d", {}, 0, kNeverExpires, 1, RecordKind::remove});
  iterator->next();
  EXPECT_EQ(step(*iterator), "c=2 ");
  overlay.insert({"c", {}, 0, kNeverExpires, 2, RecordKind::remove});
  iterator->next();
  EXPECT_EQ(step(*iterator), "f=1 ");
  overlay.insert({"e", "3", 0, kNeverExpires, 3, RecordKind::put});
  iterator->prev();
  EXPECT_EQ(step(*iterator), "e=3 ");
  overlay.insert({"a", "4", 0, kNeverExpires, 4, RecordKind::put});
  iterator->prev();
  EXPECT_EQ(step(*iterator), "b=1 ");
  iterator->prev();
  EXPECT_EQ(step(*iterator), "a=4 ");
  iterator->prev();
  EXPECT_FALSE(iterator->valid());
}

// Blocks that are read again and again are walked without all the checks.
TEST_P(IteratorTest, AWalkThroughKnownBlocksTurnsAndSeeksAndSeesTheOverlay) {
  WriteBatch batch;
  const auto key_of = [](int i) { return "key" + std::to_string(100 + i); };
  for (int i = 0; i < 100; ++i) batch.put(key_of(i), std::to_string(i), i);
  write(batch);
  const std::string all = forward();
  for (int i = 0; i < 2; ++i) EXPECT_EQ(forward(), all);
  Memtable overlay;
  ReadOptions options;
  options.overlay = &overlay;
  const std::string upper = key_of(90);
  options.upper = upper;
  auto iterator = engine_->new_iterator(options);
  iterator->seek_to_first();
  const auto expect_at = [&](int i) {
    ASSERT_TRUE(iterator->valid());
    EXPECT_EQ(iterator->key(), key_of(i));
    EXPECT_EQ(iterator->value(), std::to_string(i));
    EXPECT_EQ(iterator->ts(), i);
  };
  const auto next = [&](int times) {
    for (; times > 0; --times) iterator->next();
  };
  next(10);
  expect_at(10);
  iterator->seek(iterator->key());
  expect_at(10);
  next(10);
  iterator->seek_for_prev(iterator->key());
  expect_at(20);
  next(1);
  expect_at(21);
  next(9);
  iterator->prev();
  expect_at(29);
  next(2);
  expect_at(31);
  overlay.insert({key_of(32), {}, 32, kNeverExpires, 1, RecordKind::remove});
  next(1);
  expect_at(33);
  next(56);
  expect_at(89);
  next(1);
  EXPECT_FALSE(iterator->valid());
}

TEST_P(IteratorTest, AWalkBackThroughKnownBlocksDoesTheSame) {
  WriteBatch batch;
  const auto key_of = [](int i) { return "key" + std::to_string(100 + i); };
  for (int i = 0; i < 100; ++i) batch.put(key_of(i), std::to_string(i), i);
  write(batch);
  const std::string all = backward();
  for (int i = 0; i < 2; ++i) EXPECT_EQ(backward(), all);
  Memtable overlay;
  const std::string lower = key_of(10);
  for (const bool with_overlay : {false, true}) {
    ReadOptions options;
    if (with_overlay) options.overlay = &overlay;
    options.lower = lower;
    auto iterator = engine_->new_iterator(options);
    iterator->seek_to_last();
    const auto expect_at = [&](int i) {
      ASSERT_TRUE(iterator->valid());
      EXPECT_EQ(iterator->key(), key_of(i));
      EXPECT_EQ(iterator->value(), std::to_string(i));
      EXPECT_EQ(iterator->ts(), i);
    };
    const auto prev = [&](int times) {
      for (; times > 0; --times) iterator->prev();
    };
    expect_at(99);
    prev(9);
    expect_at(90);
    iterator->seek_for_prev(iterator->key());
    expect_at(90);
    prev(10);
    iterator->seek(iterator->key());
    expect_at(80);
    prev(1);
    expect_at(79);
    prev(9);
    iterator->next();
    expect_at(71);
    iterator->next();
    expect_at(72);
    prev(3);
    expect_at(69);
    overlay.insert({key_of(68), {}, 68, kNeverExpires, 1, RecordKind::remove});
    prev(1);
    expect_at(with_overlay ? 67 : 68);
    prev(with_overlay ? 57 : 58);
    expect_at(10);
    prev(1);
    EXPECT_FALSE(iterator->valid());
  }
}

// A block begins with a version, whose newer ones end the block before.
TEST_P(IteratorTest, AWalkBackThroughKnownBlocksFindsTheNewestVersionInTheBlockBefore) {
  WriteBatch batch;
  const std::string value(100, 'v');  // some records fill a block
  const auto key_of = [](int i) { return "key" + std::to_string(100 + i); };
  for (int i = 0; i < 100; ++i) {
    for (int ts = 0; ts < (i % 10 == 0 ? 12 : 1); ++ts) batch.put(key_of(i), value, ts);
  }
  write(batch);
  ReadOptions latest;
  latest.versions = Versions::latest;
  for (int i = 0; i < 3; ++i) {
    auto iterator = engine_->new_iterator(latest);
    int at = 99;
    for (iterator->seek_to_last(); iterator->valid(); iterator->prev(), --at) {
      EXPECT_EQ(iterator->key(), key_of(at));
      EXPECT_EQ(iterator->ts(), at % 10 == 0 ? 11 : 0);
    }
    EXPECT_EQ(at, -1);
  }
}

TEST_P(IteratorTest, OverlaysCommitTheNewestVersionOfEachKey) {
  put("x", "0");
  Memtable first;
  first.insert({"a", "1", 0, kNeverExpires, 1, RecordKind::put});
  first.insert({"a", "2", 0, kNeverExpires, 2, RecordKind::put});
  first.insert({"x", {}, 0, kNeverExpires, 2, RecordKind::remove});
  Memtable second;
  second.insert({"a", "3", 0, kNeverExpires, 1, RecordKind::put});
  second.insert({"b", "", 0, kNeverExpires, 1, RecordKind::put});
  expect_ok(engine_->write_overlays({&first, &second}, Durability::relaxed));
  settle();
  EXPECT_EQ(forward(), "a=3 b= ");
}

TEST_P(IteratorTest, ALaterOperationOfABatchWins) {
  WriteBatch batch;
  batch.put("a", "1");
  batch.put("a", "2");
  batch.put("b", "1");
  batch.remove("b");
  batch.remove("c");
  batch.put("c", "1");
  write(batch);
  EXPECT_EQ(forward(), "a=2 c=1 ");
}

INSTANTIATE_TEST_SUITE_P(Stored, IteratorTest,
                         testing::Values(Stored::in_memory, Stored::in_level0, Stored::compacted),
                         [](const testing::TestParamInfo<Stored>& stored) {
                           switch (stored.param) {
                             case Stored::in_memory:
                               return "InMemory";
                             case Stored::in_level0:
                               return "InLevel0";
                             case Stored::compacted:
                               return "Compacted";
                           }
                           return "";
                         });

}  // namespace
}  // namespace flowdb
