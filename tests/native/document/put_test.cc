// Storing, reading and removing records of one store, and what a failure leaves behind: nothing.
#include <gtest/gtest.h>

#include "document/test_database.h"

namespace flowdb {
namespace {

constexpr uint32_t kStore = 1;
constexpr uint32_t kByName = 2;   // unique
constexpr uint32_t kByTag = 3;    // multi-entry
constexpr uint32_t kCounted = 4;  // auto-increment store

class Put : public testing::Test {
 protected:
  void SetUp() override {
    auto opened = files_.open();
    ASSERT_TRUE(opened.is_ok()) << opened.status().to_string();
    database_ = std::move(opened).value();
    auto upgrade = database_->begin_upgrade(1);
    ASSERT_TRUE(upgrade.is_ok());
    Transaction& t = *upgrade.value();
    ASSERT_TRUE(t.create_store(kStore, R"("people")", R"("id")", false).is_ok());
    ASSERT_FALSE(t.create_index(kStore, kByName, R"("name")", R"("name")", true, false).value());
    ASSERT_FALSE(t.create_index(kStore, kByTag, R"("tag")", R"("tags")", false, true).value());
    ASSERT_TRUE(t.create_store(kCounted, R"("log")", "null", true).is_ok());
    ASSERT_TRUE(commit(*database_, std::move(upgrade).value()).is_ok());
    transaction_ = database_->begin(TransactionMode::readwrite, Durability::relaxed);
  }

  void TearDown() override { transaction_.reset(); }

  void commit_and_begin() {
    ASSERT_TRUE(commit(*database_, std::move(transaction_)).is_ok());
    transaction_ = database_->begin(TransactionMode::readwrite, Durability::relaxed);
  }

  TestFiles files_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Transaction> transaction_;
};

TEST_F(Put, ReadsItsOwnWritesAndOthersDoNot) {
  const auto reader = database_->begin(TransactionMode::readonly, Durability::relaxed);
  ASSERT_TRUE(put(*transaction_, kStore, number(1), "ada", {{kByName, text("ada")}}).is_ok());
  EXPECT_EQ(get(*transaction_, kStore, number(1)), "ada");
  EXPECT_EQ(get(*transaction_, kByName, text("ada")), "ada");
  EXPECT_EQ(get(*reader, kStore, number(1)), "-");
  EXPECT_EQ(count(*reader, kByName), 0u);
  commit_and_begin();
  EXPECT_EQ(get(*reader, kStore, number(1)), "-") << "it began before the commit";
  EXPECT_EQ(get(*transaction_, kByName, text("ada")), "ada");
}

TEST_F(Put, AnOverwriteReplacesTheIndexEntries) {
  for (int round = 0; round < 2; ++round) {
    ASSERT_TRUE(put(*transaction_, kStore, number(1), "old",
                    {{kByName, text("a")}, {kByTag, text("x")}, {kByTag, text("y")}})
                    .is_ok());
    if (round == 1) commit_and_begin();  // once in the overlay, once stored
    ASSERT_TRUE(put(*transaction_, kStore, number(1), "new",
                    {{kByName, text("b")}, {kByTag, text("y")}, {kByTag, text("z")}})
                    .is_ok());
    EXPECT_EQ(get(*transaction_, kByName, text("a")), "-");
    EXPECT_EQ(get(*transaction_, kByName, text("b")), "new");
    EXPECT_EQ(get(*transaction_, kByTag, text("x")), "-");
    EXPECT_EQ(get(*transaction_, kByTag, text("y")), "new");
    EXPECT_EQ(get(*transaction_, kByTag, text("z")), "new");
    EXPECT_EQ(count(*transaction_, kByTag), 2u);
  }
}

TEST_F(Put, ManyIndexKeysAreReplacedToo) {
  IndexKeys old_keys;
  IndexKeys new_keys;
  for (int i = 0; i < 300; ++i) {
    old_keys.emplace_back(kByTag, number(i));
    new_keys.emplace_back(kByTag, number(i + 100));
  }
  ASSERT_TRUE(put(*transaction_, kStore, number(1), "a", old_keys).is_ok());
  ASSERT_TRUE(put(*transaction_, kStore, number(1), "b", new_keys).is_ok());
  EXPECT_EQ(count(*transaction_, kByTag), 300u);
  EXPECT_EQ(get(*transaction_, kByTag, number(99)), "-");
  EXPECT_EQ(get(*transaction_, kByTag, number(100)), "b");
}

TEST_F(Put, AddOfAnExistingKeyIsRefusedWithoutATrace) {
  ASSERT_TRUE(put(*transaction_, kStore, number(1), "a", {{kByTag, text("x")}}).is_ok());
  const Status status = put(*transaction_, kStore, number(1), "b", {{kByTag, text("y")}}, false);
  EXPECT_TRUE(status.is(StatusCode::constraint)) << status.to_string();
  EXPECT_EQ(get(*transaction_, kStore, number(1)), "a");
  EXPECT_EQ(get(*transaction_, kByTag, text("x")), "a");
  EXPECT_EQ(count(*transaction_, kByTag), 1u);
  ASSERT_TRUE(put(*transaction_, kStore, number(2), "c", {}, false).is_ok());
}

TEST_F(Put, AUniqueIndexRefusesTheKeyOfAnotherRecordWithoutATrace) {
  ASSERT_TRUE(put(*transaction_, kStore, number(1), "a", {{kByName, text("n")}}).is_ok());
  ASSERT_TRUE(put(*transaction_, kStore, number(2), "b", {{kByName, text("m")}}).is_ok());
  for (const bool stored : {false, true}) {
    if (stored) commit_and_begin();
    const Status status =
        put(*transaction_, kStore, number(2), "c", {{kByTag, text("x")}, {kByName, text("n")}});
    EXPECT_TRUE(status.is(StatusCode::constraint)) << status.to_string();
    EXPECT_EQ(get(*transaction_, kStore, number(2)), "b");
    EXPECT_EQ(get(*transaction_, kByName, text("m")), "b");
    EXPECT_EQ(count(*transaction_, kByTag), 0u);
  }
  // The record itself may keep its key, and a key that was given up is free.
  ASSERT_TRUE(put(*transaction_, kStore, number(1), "a2", {{kByName, text("n")}}).is_ok());
  ASSERT_TRUE(put(*transaction_, kStore, number(1), "a3", {{kByName, text("o")}}).is_ok());
  ASSERT_TRUE(put(*transaction_, kStore, number(2), "b2", {{kByName, text("n")}}).is_ok());
  EXPECT_EQ(get(*transaction_, kByName, text("n")), "b2");
}

TEST_F(Put, TheGeneratorCountsAndFollowsLargerNumbers) {
  Transaction& t = *transaction_;
  EXPECT_EQ(t.generated_key(kCounted).value(), 1);
  EXPECT_EQ(t.generated_key(kCounted).value(), 1) << "nothing was stored under it";
  ASSERT_TRUE(put(t, kCounted, number(1), "a").is_ok());
  EXPECT_EQ(t.generated_key(kCounted).value(), 2);
  ASSERT_TRUE(put(t, kCounted, number(7.9), "b").is_ok());
  EXPECT_EQ(t.generated_key(kCounted).value(), 8);
  ASSERT_TRUE(put(t, kCounted, number(3), "c").is_ok());
  ASSERT_TRUE(put(t, kCounted, number(-HUGE_VAL), "d").is_ok());
  ASSERT_TRUE(put(t, kCounted, text("99"), "e").is_ok());
  ASSERT_TRUE(put(t, kCounted, encode(TestKey::date(99)), "f").is_ok());
  EXPECT_EQ(t.generated_key(kCounted).value(), 8);
  EXPECT_TRUE(put(t, kCounted, number(3), "x", {}, false).is(StatusCode::constraint));
  EXPECT_EQ(t.generated_key(kCounted).value(), 8);
  commit_and_begin();
  EXPECT_EQ(transaction_->generated_key(kCounted).value(), 8);
  ASSERT_TRUE(put(*transaction_, kCounted, number(20), "g").is_ok());
  transaction_->abort();
  transaction_ = database_->begin(TransactionMode::readwrite, Durability::relaxed);
  EXPECT_EQ(transaction_->generated_key(kCounted).value(), 8) << "an abort takes it back";
}

TEST_F(Put, TheGeneratorEndsAfterItsLargestNumber) {
  constexpr double kLargest = 9007199254740992;
  ASSERT_TRUE(put(*transaction_, kCounted, number(kLargest - 1), "a").is_ok());
  EXPECT_EQ(transaction_->generated_key(kCounted).value(), kLargest);
  ASSERT_TRUE(put(*transaction_, kCounted, number(kLargest), "b").is_ok());
  EXPECT_TRUE(transaction_->generated_key(kCounted).status().is(StatusCode::constraint));
  commit_and_begin();
  EXPECT_TRUE(transaction_->generated_key(kCounted).status().is(StatusCode::constraint));
  ASSERT_TRUE(put(*transaction_, kCounted, number(HUGE_VAL), "c").is_ok()) << "keys of its own do";
}

TEST_F(Put, ClearKeepsTheGenerator) {
  ASSERT_TRUE(put(*transaction_, kCounted, number(5), "a").is_ok());
  ASSERT_TRUE(transaction_->clear(kCounted).is_ok());
  EXPECT_EQ(count(*transaction_, kCounted), 0u);
  EXPECT_EQ(transaction_->generated_key(kCounted).value(), 6);
}

TEST_F(Put, WrongUseIsAnErrorOfItsKind) {
  Transaction& t = *transaction_;
  EXPECT_TRUE(put(t, 99, number(1), "a").is(StatusCode::not_found));
  EXPECT_TRUE(put(t, kByName, number(1), "a").is(StatusCode::not_found)) << "an index is no store";
  EXPECT_TRUE(put(t, kStore, "", "a").is(StatusCode::invalid_argument));
  EXPECT_TRUE(put(t, kStore, number(1) + "x", "a").is(StatusCode::invalid_argument));
  EXPECT_TRUE(put(t, kStore, number(1), "a", {{99, number(1)}}).is(StatusCode::invalid_argument));
  EXPECT_TRUE(put(t, kStore, number(1), "a", {{kByTag, "\x10"}}).is(StatusCode::invalid_argument));
  EXPECT_TRUE(t.generated_key(kStore).status().is(StatusCode::invalid_argument));
  EXPECT_TRUE(t.create_store(50, R"("x")", "null", false).is(StatusCode::invalid_argument));
  EXPECT_EQ(count(t, kStore), 0u);

  const auto reader = database_->begin(TransactionMode::readonly, Durability::relaxed);
  EXPECT_TRUE(put(*reader, kStore, number(1), "a").is(StatusCode::invalid_argument));
  EXPECT_TRUE(reader->clear(kStore).is(StatusCode::invalid_argument));
  reader->abort();
  Entry entry;
  EXPECT_TRUE(reader->get(kStore, {}, true, entry).status().is(StatusCode::aborted));
  EXPECT_TRUE(put(*reader, kStore, number(1), "a").is(StatusCode::aborted));
}

TEST_F(Put, ValuesOfBothKindsComeBack) {
  const std::vector<IndexKey> none;
  PutRequest request;
  request.store = kStore;
  const std::string key = number(1);
  request.key = key;
  request.value = {ValueKind::tagged, std::string_view("\0\1\2", 3)};
  request.index_keys = &none;
  ASSERT_TRUE(transaction_->put(request).is_ok());
  Entry entry;
  ASSERT_TRUE(transaction_->get(kStore, KeyRange::only(key), true, entry).value());
  EXPECT_EQ(entry.value.kind, ValueKind::tagged);
  EXPECT_EQ(entry.value.bytes, std::string_view("\0\1\2", 3));
  EXPECT_EQ(entry.primary_key, key);
}

}  // namespace
}  // namespace flowdb
