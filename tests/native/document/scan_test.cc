// Scans of stores and indexes: the four directions, positions, skips, ranges and limits.
#include <gtest/gtest.h>

#include "document/test_database.h"

namespace flowdb {
namespace {

constexpr uint32_t kStore = 1;
constexpr uint32_t kIndex = 2;

// Records 1 to 6. By index: a: 1 3, b: 2 4 6, c: 5. Half of them are stored, half of them this
// transaction's own.
class Scan : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = files_.open();
    ASSERT_TRUE(opened.is_ok());
    database_ = std::move(opened).value();
    auto upgrade = database_->begin_upgrade(1);
    ASSERT_TRUE(upgrade.value()->create_store(kStore, R"("s")", "null", false).is_ok());
    ASSERT_TRUE(
        upgrade.value()->create_index(kStore, kIndex, R"("i")", R"("k")", false, false).is_ok());
    const char* const index_keys[] = {"a", "b", "a", "b", "c", "b"};
    const auto store = [&](Transaction& t, int i) {
      ASSERT_TRUE(put(t, kStore, number(i), std::to_string(i), {{kIndex, text(index_keys[i - 1])}})
                      .is_ok());
    };
    for (const int i : {1, 4, 6}) store(*upgrade.value(), i);
    ASSERT_TRUE(put(*upgrade.value(), kStore, number(2.5), "gone", {{kIndex, text("b")}}).is_ok());
    ASSERT_TRUE(commit(*database_, std::move(upgrade).value()).is_ok());
    transaction_ = database_->begin(TransactionMode::readwrite, Durability::relaxed);
    for (const int i : {2, 3, 5}) store(*transaction_, i);
    ASSERT_TRUE(transaction_->remove(kStore, KeyRange::only(number(2.5))).is_ok());
  }

  void TearDown() override { transaction_.reset(); }

  std::string run(uint32_t source, Direction direction, const KeyRange& range = {}) {
    ScanRequest request;
    request.source = source;
    request.direction = direction;
    request.range = range;
    return scan(*transaction_, request);
  }

  std::string from(uint32_t source, Direction direction, Position position, const std::string& key,
                   const std::string& primary_key, uint64_t skip = 0) {
    ScanRequest request;
    request.source = source;
    request.direction = direction;
    request.position = position;
    request.key = key;
    request.primary_key = primary_key;
    request.skip = skip;
    return scan(*transaction_, request);
  }

  TestFiles files_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Transaction> transaction_;
};

TEST_F(Scan, GoesInAllDirections) {
  EXPECT_EQ(run(kStore, Direction::next), "1 2 3 4 5 6 ");
  EXPECT_EQ(run(kStore, Direction::next_unique), "1 2 3 4 5 6 ");
  EXPECT_EQ(run(kStore, Direction::prev), "6 5 4 3 2 1 ");
  EXPECT_EQ(run(kStore, Direction::prev_unique), "6 5 4 3 2 1 ");
  EXPECT_EQ(run(kIndex, Direction::next), "1 3 2 4 6 5 ");
  EXPECT_EQ(run(kIndex, Direction::next_unique), "1 2 5 ");
  EXPECT_EQ(run(kIndex, Direction::prev), "5 6 4 2 3 1 ");
  EXPECT_EQ(run(kIndex, Direction::prev_unique), "5 2 1 ");
}

TEST_F(Scan, StaysInItsRange) {
  const std::string two = number(2);
  const std::string four = number(4);
  const std::string a = text("a");
  const std::string b = text("b");
  EXPECT_EQ(run(kStore, Direction::next, {two, four, false, false}), "2 3 4 ");
  EXPECT_EQ(run(kStore, Direction::next, {two, four, true, true}), "3 ");
  EXPECT_EQ(run(kStore, Direction::prev, {two, four, false, true}), "3 2 ");
  EXPECT_EQ(run(kStore, Direction::prev, {two, four, true, false}), "4 3 ");
  EXPECT_EQ(run(kStore, Direction::next, {four, two, false, false}), "") << "upside down";
  EXPECT_EQ(run(kStore, Direction::prev, {four, two, false, false}), "");
  EXPECT_EQ(run(kStore, Direction::prev, {std::nullopt, two, false, false}), "2 1 ");
  EXPECT_EQ(run(kIndex, Direction::next, {a, std::nullopt, true, false}), "2 4 6 5 ");
  EXPECT_EQ(run(kIndex, Direction::prev, {std::nullopt, b, false, true}), "3 1 ");
  EXPECT_EQ(run(kIndex, Direction::prev_unique, {a, b, false, false}), "2 1 ");
  EXPECT_EQ(run(kIndex, Direction::next_unique, {a, b, true, false}), "2 ");
  EXPECT_EQ(run(kIndex, Direction::next, KeyRange::only(b)), "2 4 6 ");
  EXPECT_EQ(count(*transaction_, kIndex, KeyRange::only(b)), 3u);
  EXPECT_EQ(count(*transaction_, kStore, {two, std::nullopt, true, false}), 4u);
  EXPECT_EQ(count(*transaction_, kIndex), 6u);
}

TEST_F(Scan, BeginsAtItsPosition) {
  const auto behind = Position::behind_pair;
  const auto key = Position::at_key;
  const auto pair = Position::at_pair;
  EXPECT_EQ(from(kStore, Direction::next, behind, number(2), ""), "3 4 5 6 ");
  EXPECT_EQ(from(kStore, Direction::next, key, number(2), ""), "2 3 4 5 6 ");
  EXPECT_EQ(from(kStore, Direction::prev, behind, number(3), ""), "2 1 ");
  EXPECT_EQ(from(kStore, Direction::prev, key, number(3), ""), "3 2 1 ");
  EXPECT_EQ(from(kStore, Direction::prev, key, number(3.5), ""), "3 2 1 ");

  EXPECT_EQ(from(kIndex, Direction::next, behind, text("b"), number(2)), "4 6 5 ");
  EXPECT_EQ(from(kIndex, Direction::next, pair, text("b"), number(4)), "4 6 5 ");
  EXPECT_EQ(from(kIndex, Direction::next, pair, text("b"), number(5)), "6 5 ");
  EXPECT_EQ(from(kIndex, Direction::next, key, text("b"), ""), "2 4 6 5 ");
  EXPECT_EQ(from(kIndex, Direction::prev, behind, text("b"), number(4)), "2 3 1 ");
  EXPECT_EQ(from(kIndex, Direction::prev, pair, text("b"), number(4)), "4 2 3 1 ");
  EXPECT_EQ(from(kIndex, Direction::prev, key, text("b"), ""), "6 4 2 3 1 ");

  EXPECT_EQ(from(kIndex, Direction::next_unique, behind, text("a"), number(1)), "2 5 ");
  EXPECT_EQ(from(kIndex, Direction::next_unique, key, text("b"), ""), "2 5 ");
  EXPECT_EQ(from(kIndex, Direction::prev_unique, behind, text("b"), number(2)), "1 ");
  EXPECT_EQ(from(kIndex, Direction::prev_unique, key, text("b"), ""), "2 1 ");
}

TEST_F(Scan, SkipsEntriesFirst) {
  EXPECT_EQ(from(kStore, Direction::next, Position::start, "", "", 2), "3 4 5 6 ");
  EXPECT_EQ(from(kStore, Direction::prev, Position::behind_pair, number(6), "", 4), "1 ");
  EXPECT_EQ(from(kIndex, Direction::next_unique, Position::start, "", "", 2), "5 ");
  EXPECT_EQ(from(kIndex, Direction::prev_unique, Position::start, "", "", 1), "2 1 ");
  EXPECT_EQ(from(kStore, Direction::next, Position::start, "", "", 6), "");
}

TEST_F(Scan, TellsWhetherMoreComes) {
  ScanRequest request;
  request.source = kIndex;
  request.values = false;
  for (const size_t limit : {size_t{1}, size_t{5}}) {
    ListSink sink(limit);
    EXPECT_FALSE(transaction_->scan(request, sink).value());
    EXPECT_EQ(sink.pairs.size(), limit);
  }
  ListSink all(6);
  EXPECT_TRUE(transaction_->scan(request, all).value());
  EXPECT_EQ(all.pairs[1], std::make_pair(text("a"), number(3)));
  ListSink none;
  request.range = KeyRange::only(all.pairs[0].second);  // a primary key is no key of the index
  EXPECT_TRUE(transaction_->scan(request, none).value());
  EXPECT_TRUE(none.pairs.empty());
}

TEST_F(Scan, GetFindsTheFirstOfARange) {
  const std::string two = number(2);
  const std::string b = text("b");
  Entry entry;
  ASSERT_TRUE(transaction_->get(kStore, {two, std::nullopt, true, false}, true, entry).value());
  EXPECT_EQ(entry.value.bytes, "3");
  ASSERT_TRUE(transaction_->get(kIndex, KeyRange::only(b), false, entry).value());
  EXPECT_EQ(entry.primary_key, two);
  EXPECT_EQ(entry.key, b);
  EXPECT_FALSE(
      transaction_->get(kIndex, {text("d"), std::nullopt, false, false}, true, entry).value());
}

TEST_F(Scan, BytesThatAreNoKeysAreRefused) {
  ScanRequest request;
  request.source = kIndex;
  ListSink sink;
  request.range.lower = "x";
  EXPECT_TRUE(transaction_->scan(request, sink).status().is(StatusCode::invalid_argument));
  request.range = {};
  request.position = Position::at_pair;
  const std::string key = text("a");
  request.key = key;
  request.primary_key = "";
  EXPECT_TRUE(transaction_->scan(request, sink).status().is(StatusCode::invalid_argument));
  request.key = "";
  EXPECT_TRUE(transaction_->scan(request, sink).status().is(StatusCode::invalid_argument));
  EXPECT_TRUE(
      transaction_->count(kStore, KeyRange::only("")).status().is(StatusCode::invalid_argument));
  request.source = 99;
  EXPECT_TRUE(transaction_->scan(request, sink).status().is(StatusCode::not_found));
  EXPECT_TRUE(sink.pairs.empty());
}

TEST_F(Scan, RemovesARangeWithItsIndexEntries) {
  ASSERT_TRUE(transaction_->remove(kStore, {number(2), number(5), false, true}).is_ok());
  EXPECT_EQ(run(kStore, Direction::next), "1 5 6 ");
  EXPECT_EQ(run(kIndex, Direction::prev), "5 6 1 ");
  ASSERT_TRUE(transaction_->remove(kStore, KeyRange::only(number(77))).is_ok());
  ASSERT_TRUE(commit(*database_, std::move(transaction_)).is_ok());
  transaction_ = database_->begin(TransactionMode::readwrite, Durability::relaxed);
  EXPECT_EQ(run(kIndex, Direction::next), "1 6 5 ");
  ASSERT_TRUE(transaction_->remove(kStore, {}).is_ok());
  EXPECT_EQ(run(kIndex, Direction::next), "");
  EXPECT_EQ(run(kStore, Direction::prev), "");
}

TEST_F(Scan, ClearHidesEverythingAtOnce) {
  ASSERT_TRUE(transaction_->clear(kStore).is_ok());
  EXPECT_EQ(run(kStore, Direction::next), "");
  EXPECT_EQ(run(kIndex, Direction::next), "");
  ASSERT_TRUE(put(*transaction_, kStore, number(9), "9", {{kIndex, text("b")}}).is_ok());
  EXPECT_EQ(run(kIndex, Direction::next), "9 ");
  const auto reader = database_->begin(TransactionMode::readonly, Durability::relaxed);
  EXPECT_EQ(count(*reader, kStore), 4u);
  ASSERT_TRUE(commit(*database_, std::move(transaction_)).is_ok());
  EXPECT_EQ(count(*reader, kStore), 4u) << "it began before";
  transaction_ = database_->begin(TransactionMode::readwrite, Durability::relaxed);
  EXPECT_EQ(run(kStore, Direction::next), "9 ");
  ASSERT_TRUE(transaction_->clear(kStore).is_ok());
  transaction_->abort();
  transaction_ = database_->begin(TransactionMode::readwrite, Durability::relaxed);
  EXPECT_EQ(run(kIndex, Direction::next), "9 ");
}

}  // namespace
}  // namespace flowdb
