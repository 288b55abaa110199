// Memtable against a std::map with the same order: inserts, finds, walks both ways.
#include "memtable/memtable.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <map>
#include <random>
#include <string>
#include <tuple>

namespace flowdb {
namespace {

struct Place {
  std::string key;
  int64_t ts;
  uint64_t sequence;
  bool operator<(const Place& other) const {
    return std::tie(key, other.ts, other.sequence) < std::tie(other.key, ts, sequence);
  }
};
using Model = std::map<Place, std::string>;

Record put(std::string_view key, std::string_view value, uint64_t sequence, int64_t ts = 0) {
  return {key, value, ts, kNeverExpires, sequence, RecordKind::put};
}

void put_both(Memtable& table, Model& model, uint64_t number, const std::string& value,
              uint64_t sequence) {
  std::string key = std::to_string(number);
  key.insert(0, 8 - key.size(), '0');
  table.insert(put(key, value, sequence));
  model[{key, 0, sequence}] = value;
}

void expect_same(const Memtable& table, const Model& model) {
  ASSERT_EQ(table.count(), model.size());
  Memtable::Cursor cursor(table);
  cursor.seek_to_first();
  for (const auto& [place, value] : model) {
    ASSERT_TRUE(cursor.valid());
    EXPECT_EQ(cursor.record().key, place.key);
    EXPECT_EQ(cursor.record().ts, place.ts);
    EXPECT_EQ(cursor.record().sequence, place.sequence);
    EXPECT_EQ(cursor.record().value, value);
    cursor.next();
  }
  EXPECT_FALSE(cursor.valid());
  cursor.seek_to_last();
  for (auto entry = model.rbegin(); entry != model.rend(); ++entry) {
    ASSERT_TRUE(cursor.valid());
    EXPECT_EQ(cursor.record().key, entry->first.key);
    EXPECT_EQ(cursor.record().sequence, entry->first.sequence);
    cursor.prev();
  }
  EXPECT_FALSE(cursor.valid());
  // By way of the upper levels.
  for (const auto& [place, value] : model) {
    cursor.seek(place.key, place.ts, place.sequence);
    ASSERT_TRUE(cursor.valid());
    EXPECT_EQ(cursor.record().value, value);
  }
}

TEST(MemtableTest, TellsWhetherARecordIsTheOnlyOneOfItsKey) {
  Memtable table;
  EXPECT_TRUE(table.insert(put("b", "v", 5)));
  EXPECT_FALSE(table.insert(put("b", "replaced", 5)));
  EXPECT_FALSE(table.insert(put("b", "newer", 6)));
  EXPECT_FALSE(table.insert(put("b", "older", 4)));
  EXPECT_TRUE(table.insert(put("", "before all", 4)));
  EXPECT_FALSE(table.insert(put("", "before all", 3)));
  EXPECT_TRUE(table.insert(put("bb", "v", 5)));
  EXPECT_TRUE(table.insert(put("a", "v", 5)));
}

TEST(MemtableTest, WhatCameInNoOrderIsOutOfSightUntilItIsOrdered) {
  Memtable table;
  Record found;
  table.order();
  EXPECT_EQ(table.changes(), 0u);
  const size_t bytes = table.memory_bytes();
  table.insert_unordered(put("b", "1", 1));
  EXPECT_EQ(table.count(), 0u);
  EXPECT_EQ(table.changes(), 0u);
  EXPECT_FALSE(table.find("b", UINT64_MAX, found));
  EXPECT_GT(table.memory_bytes(), bytes);
  table.insert(put("a", "2", 1));
  table.order();
  EXPECT_EQ(table.count(), 2u);
  EXPECT_EQ(table.data_bytes(), 4u);
  EXPECT_EQ(table.changes(), 2u);
  EXPECT_TRUE(table.find("b", UINT64_MAX, found));
  EXPECT_EQ(found.value, "1");
}

// Keys that differ early, late, and in their lengths only; some of them are there already, and
// others are inserted meanwhile.
TEST(MemtableTest, OrdersLikeAMapAndTheLastOfAKeyCounts) {
  std::mt19937_64 random(3);
  for (int round = 0; round < 50; ++round) {
    Memtable table;
    Model model;
    for (int part = 0; part < 3; ++part) {
      for (uint64_t i = 0; i < 40u << (round % 4); ++i) {
        std::string key(random() % 3 * 9, 'k');
        key += static_cast<char>(random());
        key.append(random() % 12, static_cast<char>('x' + random() % 2));
        const std::string value(random() % 20, static_cast<char>('a' + i % 26));
        const uint64_t sequence = random() % 8 == 0 ? 7 : 8;
        if (random() % 4 == 0) {
          table.insert(put("own" + key, value, sequence));
          model[{"own" + key, 0, sequence}] = value;
        } else {
          table.insert_unordered(put(key, value, sequence));
          model[{key, 0, sequence}] = value;
        }
      }
      table.order();
      ASSERT_NO_FATAL_FAILURE(expect_same(table, model));
      size_t bytes = 0;
      for (const auto& [place, value] : model) bytes += place.key.size() + value.size();
      EXPECT_EQ(table.data_bytes(), bytes);
    }
  }
}

TEST(MemtableTest, AnEmptyTableHasNothing) {
  const Memtable table;
  Record found;
  EXPECT_FALSE(table.find("a", UINT64_MAX, found));
  EXPECT_EQ(table.count(), 0u);
  EXPECT_EQ(table.data_bytes(), 0u);
  Memtable::Cursor cursor(table);
  cursor.seek_to_first();
  EXPECT_FALSE(cursor.valid());
  cursor.seek_to_last();
  EXPECT_FALSE(cursor.valid());
  cursor.seek("");
  EXPECT_FALSE(cursor.valid());
}

TEST(MemtableTest, AscendingDescendingAndRandomInsertsAreInOrder) {
  for (const int way : {0, 1, 2}) {
    Memtable table;
    Model model;
    std::mt19937_64 random(7);
    for (uint64_t i = 0; i < 3000; ++i) {
      const uint64_t number = way == 0 ? i : way == 1 ? 3000 - i : random() % 1000;
      put_both(table, model, number, "value" + std::to_string(i), i);
    }
    SCOPED_TRACE(way);
    expect_same(table, model);
  }
}

TEST(MemtableTest, InsertsNearTheLastOneAndFarFromItAreInOrder) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  Memtable table;
  Model model;
  uint64_t at = 500'000;
  for (uint64_t i = 0; i < 5000; ++i) {
    const uint64_t far = uint64_t{1} << (random() % 18);
    at = random() % 2 == 0 ? at + random() % far : at - std::min(at, random() % far);
    put_both(table, model, at, "value" + std::to_string(i), 0);
  }
  expect_same(table, model);
}

TEST(MemtableTest, RandomVersionsMatchTheModel) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  Memtable table;
  Model model;
  for (int i = 0; i < 5000; ++i) {
    const std::string key(random() % 4, static_cast<char>(random() % 3 == 0 ? 0xff : 'a'));
    const auto ts = static_cast<int64_t>(random() % 5) - 2;
    const uint64_t sequence = random() % 10;
    const std::string value(random() % 20, 'v');
    table.insert(put(key, value, sequence, ts));
    model[{key, ts, sequence}] = value;
    Memtable::Cursor cursor(table);
    const std::string target(random() % 4, 'a');
    cursor.seek(target, ts, sequence);
    const auto expected = model.lower_bound({target, ts, sequence});
    ASSERT_EQ(cursor.valid(), expected != model.end());
    if (cursor.valid()) {
      EXPECT_EQ(cursor.record().key, expected->first.key);
      EXPECT_EQ(cursor.record().ts, expected->first.ts);
      EXPECT_EQ(cursor.record().sequence, expected->first.sequence);
    }
  }
  expect_same(table, model);
}

TEST(MemtableTest, FindTakesTheLargestTsThenTheNewestVisibleSequence) {
  Memtable table;
  table.insert(put("k", "old", 1, 5));
  table.insert(put("k", "new", 3, 5));
  table.insert(put("k", "later", 9, 7));
  table.insert({"r", {}, 0, kNeverExpires, 2, RecordKind::remove});
  Record found;
  ASSERT_TRUE(table.find("k", UINT64_MAX, found));
  EXPECT_EQ(found.value, "later");
  ASSERT_TRUE(table.find("k", 8, found));
  EXPECT_EQ(found.value, "new");
  ASSERT_TRUE(table.find("k", 2, found));
  EXPECT_EQ(found.value, "old");
  EXPECT_FALSE(table.find("k", 0, found));
  EXPECT_FALSE(table.find("", UINT64_MAX, found));
  EXPECT_FALSE(table.find("kk", UINT64_MAX, found));
  ASSERT_TRUE(table.find("r", 2, found));
  EXPECT_EQ(found.kind, RecordKind::remove);
  EXPECT_EQ(table.min_ts(), 0);
  EXPECT_EQ(table.max_ts(), 7);
}

TEST(MemtableTest, TheSamePlaceIsReplacedAndOldViewsHold) {
  Memtable table;
  table.insert(put("k", "first", 1));
  Record before;
  ASSERT_TRUE(table.find("k", 1, before));
  const uint64_t changes = table.changes();
  table.insert({"k", {}, 0, kNeverExpires, 1, RecordKind::remove});
  EXPECT_GT(table.changes(), changes);
  EXPECT_EQ(before.value, "first");
  EXPECT_EQ(table.count(), 1u);
  EXPECT_EQ(table.data_bytes(), 1u);
  Record after;
  ASSERT_TRUE(table.find("k", 1, after));
  EXPECT_EQ(after.kind, RecordKind::remove);
}

TEST(MemtableTest, ACursorSeesWhatIsInsertedBehindIt) {
  Memtable table;
  table.insert(put("a", "1", 1));
  table.insert(put("c", "3", 1));
  Memtable::Cursor cursor(table);
  cursor.seek_to_first();
  table.insert(put("b", "2", 1));
  cursor.next();
  ASSERT_TRUE(cursor.valid());
  EXPECT_EQ(cursor.record().key, "b");
  cursor.prev();
  ASSERT_TRUE(cursor.valid());
  EXPECT_EQ(cursor.record().key, "a");
}

TEST(MemtableTest, CountsItsMemory) {
  Memtable table;
  const size_t empty = table.memory_bytes();
  table.insert(put("key", std::string(100000, 'x'), 1));
  EXPECT_GE(table.memory_bytes(), empty + 100000);
  EXPECT_EQ(table.data_bytes(), 100003u);
}

}  // namespace
}  // namespace flowdb
