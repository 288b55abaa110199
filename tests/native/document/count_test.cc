// Counts of everything, which are kept, and follow what is written where that is known.
#include <gtest/gtest.h>

#include <random>

#include "document/test_database.h"

namespace flowdb {
namespace {

constexpr uint32_t kStore = 1;
constexpr uint32_t kIndex = 2;
constexpr uint32_t kOther = 3;

class Count : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = files_.open();
    ASSERT_TRUE(opened.is_ok());
    database_ = std::move(opened).value();
    auto upgrade = database_->begin_upgrade(1);
    ASSERT_TRUE(upgrade.value()->create_store(kStore, R"("s")", "null", false).is_ok());
    ASSERT_TRUE(
        upgrade.value()->create_index(kStore, kIndex, R"("i")", R"("k")", false, true).is_ok());
    ASSERT_TRUE(upgrade.value()->create_store(kOther, R"("o")", "null", false).is_ok());
    ASSERT_TRUE(commit(*database_, std::move(upgrade).value()).is_ok());
  }

  std::unique_ptr<Transaction> writer() {
    return database_->begin(TransactionMode::readwrite, Durability::relaxed);
  }
  // One index entry for every record, and one more.
  static void put_some(Transaction& t, int from, int count) {
    for (int i = from; i < from + count; ++i) {
      IndexKeys keys = {{kIndex, number(i)}};
      if (i == from) keys.emplace_back(kIndex, text("first"));
      ASSERT_TRUE(put(t, kStore, number(i), "value", keys).is_ok());
    }
  }
  // What there is, counted one by one.
  static uint64_t walked(Transaction& t, uint32_t source) {
    return count(t, source, {std::nullopt, number(1e300)}) +
           count(t, source, {number(1e300), std::nullopt, true, false});
  }
  // Twice, as the second answer may be the first one kept.
  void expect(uint64_t records, uint64_t entries) {
    for (int i = 0; i < 2; ++i) {
      const auto reader = database_->begin(TransactionMode::readonly, Durability::relaxed);
      EXPECT_EQ(count(*reader, kStore), records);
      EXPECT_EQ(count(*reader, kIndex), entries);
    }
  }

  TestFiles files_;
  std::unique_ptr<Database> database_;
};

TEST_F(Count, FollowsWhatIsCommitted) {
  expect(0, 0);
  auto t = writer();
  put_some(*t, 0, 5);
  EXPECT_EQ(count(*t, kStore), 5u);
  EXPECT_EQ(count(*t, kIndex), 6u);
  put_some(*t, 5, 1);
  EXPECT_EQ(count(*t, kStore), 6u);
  ASSERT_TRUE(commit(*database_, std::move(t)).is_ok());
  expect(6, 8);
  t = writer();
  EXPECT_EQ(count(*t, kStore), 6u);
  ASSERT_TRUE(t->remove(kStore, KeyRange::only(number(0))).is_ok());
  EXPECT_EQ(count(*t, kStore), 5u);
  EXPECT_EQ(count(*t, kIndex), 6u);
  ASSERT_TRUE(commit(*database_, std::move(t)).is_ok());
  expect(5, 6);
}

TEST_F(Count, OfARangeIsCountedAlone) {
  auto t = writer();
  put_some(*t, 0, 5);
  ASSERT_TRUE(commit(*database_, std::move(t)).is_ok());
  expect(5, 6);
  const std::string three = number(3);
  const auto reader = database_->begin(TransactionMode::readonly, Durability::relaxed);
  EXPECT_EQ(count(*reader, kStore, {three, std::nullopt}), 2u);
  EXPECT_EQ(count(*reader, kStore, {std::nullopt, three, false, true}), 3u);
}

TEST_F(Count, OfABeginningBeforeTheCommitIsNobodyElses) {
  auto before = database_->begin(TransactionMode::readonly, Durability::relaxed);
  auto t = writer();
  put_some(*t, 0, 3);
  ASSERT_TRUE(commit(*database_, std::move(t)).is_ok());
  EXPECT_EQ(count(*before, kStore), 0u);
  expect(3, 4);
  EXPECT_EQ(count(*before, kStore), 0u);
}

TEST_F(Count, IsAsBeforeAnAbort) {
  auto t = writer();
  put_some(*t, 0, 3);
  ASSERT_TRUE(commit(*database_, std::move(t)).is_ok());
  t = writer();
  EXPECT_EQ(count(*t, kStore), 3u);
  put_some(*t, 3, 3);
  EXPECT_EQ(count(*t, kStore), 6u);
  t.reset();
  expect(3, 4);
}

TEST_F(Count, IsNoneAfterAClear) {
  auto t = writer();
  put_some(*t, 0, 3);
  ASSERT_TRUE(commit(*database_, std::move(t)).is_ok());
  expect(3, 4);
  t = writer();
  ASSERT_TRUE(t->clear(kStore).is_ok());
  EXPECT_EQ(count(*t, kStore), 0u);
  put_some(*t, 7, 1);
  EXPECT_EQ(count(*t, kStore), 1u);
  ASSERT_TRUE(commit(*database_, std::move(t)).is_ok());
  expect(1, 2);
}

TEST_F(Count, OfAnIndexThatIsBackfilled) {
  auto t = writer();
  put_some(*t, 0, 3);
  ASSERT_TRUE(commit(*database_, std::move(t)).is_ok());
  auto upgrade = database_->begin_upgrade(2);
  Transaction& u = *upgrade.value();
  ASSERT_TRUE(u.create_index(kStore, 4, R"("late")", R"("l")", false, false).is_ok());
  EXPECT_EQ(count(u, 4), 0u);
  ASSERT_TRUE(u.backfill(4, number(1), {text("x")}).is_ok());
  EXPECT_EQ(count(u, 4), 1u);
  ASSERT_TRUE(commit(*database_, std::move(upgrade).value()).is_ok());
  expect(3, 4);
  const auto reader = database_->begin(TransactionMode::readonly, Durability::relaxed);
  EXPECT_EQ(count(*reader, 4), 1u);
}

// Each way to write, in stores with indexes and without, beside what a walk finds.
TEST_F(Count, IsThatOfAWalkWhateverIsWritten) {
  std::mt19937_64 random(7);
  const auto below = [&](int n) { return static_cast<int>(random() % static_cast<uint64_t>(n)); };
  for (int round = 0; round < 300; ++round) {
    auto t = writer();
    for (int step = below(6); step >= 0; --step) {
      const uint32_t store = below(3) == 0 ? kOther : kStore;
      const int key = below(30);
      IndexKeys keys;
      // 20 are too many to look for one that is there twice, as the second of 0 and 0 is.
      const int entries = store == kOther ? 0 : below(8) == 0 ? 20 : below(4);
      for (int i = 0; i < entries; ++i) {
        keys.emplace_back(kIndex, number(below(4) == 0 ? 0 : below(40)));
      }
      switch (below(10)) {
        case 0:
          ASSERT_TRUE(t->remove(store, {number(key), number(key + 8)}).is_ok());
          break;
        case 1:
        case 2:
          ASSERT_TRUE(t->remove(store, KeyRange::only(number(key))).is_ok());
          break;
        case 3:
          if (below(5) == 0) {
            ASSERT_TRUE(t->clear(store).is_ok());
          }
          break;
        default:
          ASSERT_TRUE(put(*t, store, number(key), "value", keys).is_ok());
      }
    }
    // Some are aborted.
    if (below(5) == 0) {
      t.reset();
    } else {
      ASSERT_TRUE(commit(*database_, std::move(t)).is_ok());
    }
    if (below(40) == 0) {
      database_.reset();
      database_ = std::move(files_.open()).value();
    }
    const auto reader = database_->begin(TransactionMode::readonly, Durability::relaxed);
    for (const uint32_t source : {kStore, kIndex, kOther}) {
      ASSERT_EQ(count(*reader, source), walked(*reader, source)) << source << ", " << round;
    }
  }
}

// Two at once, of which neither sees what the other one adds: there is one record in the end.
TEST_F(Count, OfTwoWhoAddTheSame) {
  for (const bool together : {false, true}) {
    auto a = writer();
    auto b = writer();
    const int key = together ? 1 : 2;
    put_some(*a, key, 1);
    put_some(*b, key, 1);
    if (together) {
      const auto outcomes = database_->commit({a.get(), b.get()});
      ASSERT_TRUE(outcomes[0].is_ok() && outcomes[1].is_ok());
    } else {
      ASSERT_TRUE(commit(*database_, std::move(a)).is_ok());
      ASSERT_TRUE(commit(*database_, std::move(b)).is_ok());
    }
    expect(together ? 2 : 1, together ? 4 : 2);
  }
}

TEST_F(Count, OfOtherStoresIsKept) {
  auto t = writer();
  put_some(*t, 0, 3);
  ASSERT_TRUE(commit(*database_, std::move(t)).is_ok());
  expect(3, 4);
  t = writer();
  EXPECT_EQ(count(*t, kOther), 0u);
  ASSERT_TRUE(put(*t, kOther, number(1), "value").is_ok());
  EXPECT_EQ(count(*t, kOther), 1u);
  ASSERT_TRUE(commit(*database_, std::move(t)).is_ok());
  expect(3, 4);
}

}  // namespace
}  // namespace flowdb
