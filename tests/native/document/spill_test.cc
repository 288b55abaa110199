// Transactions that outgrow their memory: what they wrote is theirs alone until the commit, in
// whatever order others commit meanwhile, and gone when there is none.
#include <gtest/gtest.h>

#include "document/test_database.h"

namespace flowdb {
namespace {

constexpr uint32_t kStore = 1;
constexpr uint32_t kOther = 2;
constexpr uint32_t kUnique = 3;

class SpillTest : public testing::Test {
 protected:
  void SetUp() override {
    files_.overlay_bytes_max = 16 << 10;
    open();
    auto upgrade = std::move(database_->begin_upgrade(1)).value();
    ASSERT_TRUE(upgrade->create_store(kStore, R"("s")", "null", true).is_ok());
    ASSERT_TRUE(upgrade->create_store(kOther, R"("o")", "null", false).is_ok());
    ASSERT_TRUE(upgrade->create_index(kStore, kUnique, R"("u")", R"("u")", true, false).is_ok());
    ASSERT_TRUE(commit(*database_, std::move(upgrade)).is_ok());
  }

  void open() {
    database_.reset();
    auto opened = files_.open();
    ASSERT_TRUE(opened.is_ok()) << opened.status().to_string();
    database_ = std::move(opened).value();
  }
  // As if the process had ended, and was started again.
  void crash() {
    const TestFiles found = files_.copy();
    database_.reset();
    files_ = found;
    open();
  }
  std::unique_ptr<Transaction> begin() {
    return database_->begin(TransactionMode::readwrite, Durability::relaxed);
  }
  static std::string value_of(int n, char version = 'a') {
    return std::to_string(n) + std::string(100, version);
  }
  // 500 of them are several times what fits.
  static void fill(Transaction& transaction, int end, char version = 'a') {
    for (int n = 0; n < end; ++n) {
      ASSERT_TRUE(
          put(transaction, kStore, number(n), value_of(n, version), {{kUnique, number(10'000 + n)}})
              .is_ok());
    }
  }
  static void expect_filled(Transaction& transaction, int end, char version = 'a') {
    for (int n = 0; n < end; ++n) {
      ASSERT_EQ(get(transaction, kStore, number(n)), value_of(n, version));
      ASSERT_EQ(get(transaction, kUnique, number(10'000 + n)), value_of(n, version));
    }
    EXPECT_EQ(count(transaction, kStore), static_cast<uint64_t>(end));
    EXPECT_EQ(count(transaction, kUnique), static_cast<uint64_t>(end));
  }
  uint64_t tables() { return database_->engine().stats().tables; }

  TestFiles files_;
  std::unique_ptr<Database> database_;
};

TEST_F(SpillTest, ItReadsItsOwnWritesAndOthersDoNot) {
  auto writer = begin();
  fill(*writer, 500);
  expect_filled(*writer, 500);
  fill(*writer, 500, 'b');  // in newer runs
  expect_filled(*writer, 500, 'b');
  EXPECT_EQ(put(*writer, kStore, number(9000), "x", {{kUnique, number(10'001)}}).code(),
            StatusCode::constraint);
  EXPECT_EQ(put(*writer, kStore, number(1), "x", {}, false).code(), StatusCode::constraint);
  EXPECT_EQ(count(*begin(), kStore), 0u);
  ASSERT_TRUE(commit(*database_, std::move(writer)).is_ok());
  expect_filled(*begin(), 500, 'b');
  crash();
  expect_filled(*begin(), 500, 'b');
  ASSERT_TRUE(database_->engine().compact_all().is_ok());
  expect_filled(*begin(), 500, 'b');
  // The key generator came with the commit.
  EXPECT_EQ(begin()->generated_key(kStore).value(), 500);
}

TEST_F(SpillTest, AnAbortDropsIt) {
  auto writer = begin();
  fill(*writer, 500);
  const uint64_t before = tables();
  writer->abort();
  EXPECT_EQ(tables(), before);
  EXPECT_EQ(count(*begin(), kStore), 0u);
  fill(*(writer = begin()), 100);
  ASSERT_TRUE(commit(*database_, std::move(writer)).is_ok());
  expect_filled(*begin(), 100);
}

TEST_F(SpillTest, SoDoesACrash) {
  auto writer = begin();
  fill(*writer, 500);
  auto other = begin();
  ASSERT_TRUE(put(*other, kOther, number(1), "committed").is_ok());
  ASSERT_TRUE(commit(*database_, std::move(other)).is_ok());
  ASSERT_TRUE(database_->engine().flush().is_ok());
  writer.reset();
  crash();
  EXPECT_EQ(count(*begin(), kStore), 0u);
  EXPECT_EQ(get(*begin(), kOther, number(1)), "committed");
}

TEST_F(SpillTest, OthersCommitMeanwhile) {
  auto writer = begin();
  fill(*writer, 250);
  for (int n = 0; n < 50; ++n) {
    auto other = begin();
    ASSERT_TRUE(put(*other, kOther, number(n), value_of(n)).is_ok());
    ASSERT_TRUE(commit(*database_, std::move(other)).is_ok());
    if (n % 10 != 0) continue;
    ASSERT_TRUE(database_->engine().flush().is_ok());
  }
  fill(*writer, 500, 'b');
  // Began before the commit, and goes on to see what was there then.
  auto reader = database_->begin(TransactionMode::readonly, Durability::relaxed);
  ASSERT_TRUE(commit(*database_, std::move(writer)).is_ok());
  EXPECT_EQ(count(*reader, kStore), 0u);
  EXPECT_EQ(get(*reader, kStore, number(7)), "-");
  ASSERT_TRUE(database_->engine().compact_all().is_ok());
  EXPECT_EQ(count(*reader, kStore), 0u);
  reader.reset();
  for (int round = 0; round < 2; ++round) {
    expect_filled(*begin(), 500, 'b');
    EXPECT_EQ(count(*begin(), kOther), 50u);
    crash();
  }
  auto later = begin();
  ASSERT_TRUE(put(*later, kStore, number(7), "later").is_ok());
  ASSERT_TRUE(commit(*database_, std::move(later)).is_ok());
  EXPECT_EQ(get(*begin(), kStore, number(7)), "later");
}

TEST_F(SpillTest, TwoAtOnceCommitTogether) {
  auto first = begin();
  auto second = begin();
  for (int n = 0; n < 500; ++n) {
    ASSERT_TRUE(put(*first, kStore, number(n), value_of(n)).is_ok());
    ASSERT_TRUE(put(*second, kOther, number(n), value_of(n)).is_ok());
  }
  auto small = begin();
  ASSERT_TRUE(put(*small, kOther, number(1000), "small").is_ok());
  for (const Status& outcome : database_->commit({first.get(), second.get(), small.get()})) {
    EXPECT_TRUE(outcome.is_ok()) << outcome.to_string();
  }
  crash();
  EXPECT_EQ(count(*begin(), kStore), 500u);
  EXPECT_EQ(count(*begin(), kOther), 501u);
}

TEST_F(SpillTest, RemovesAreSpilledToo) {
  auto writer = begin();
  fill(*writer, 500);
  ASSERT_TRUE(commit(*database_, std::move(writer)).is_ok());
  writer = begin();
  for (int n = 100; n < 500; ++n) {
    ASSERT_TRUE(writer->remove(kStore, KeyRange::only(number(n))).is_ok());
  }
  fill(*writer, 100, 'b');
  expect_filled(*writer, 100, 'b');
  ASSERT_TRUE(commit(*database_, std::move(writer)).is_ok());
  crash();
  expect_filled(*begin(), 100, 'b');
}

TEST_F(SpillTest, AVeryLongRangeIsRemovedInParts) {
  auto writer = begin();
  fill(*writer, 20'000);
  ASSERT_TRUE(commit(*database_, std::move(writer)).is_ok());
  writer = begin();
  KeyRange range;
  const std::string lower = number(50);
  range.lower = lower;
  ASSERT_TRUE(writer->remove(kStore, range).is_ok());
  expect_filled(*writer, 50);
  ASSERT_TRUE(commit(*database_, std::move(writer)).is_ok());
  expect_filled(*begin(), 50);
}

}  // namespace
}  // namespace flowdb
