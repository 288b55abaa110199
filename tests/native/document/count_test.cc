// Counts of everything, which are kept until somebody writes.
#include <gtest/gtest.h>

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
