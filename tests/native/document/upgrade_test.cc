// Upgrade transactions: what they change is kept with the commit, and gone with the abort.
#include <gtest/gtest.h>

#include "document/test_database.h"

namespace flowdb {
namespace {

class Upgrade : public testing::Test {
 protected:
  void SetUp() override { open(); }

  void open() {
    database_.reset();
    auto opened = files_.open();
    ASSERT_TRUE(opened.is_ok()) << opened.status().to_string();
    database_ = std::move(opened).value();
  }

  std::unique_ptr<Transaction> upgrade(uint64_t version) {
    auto begun = database_->begin_upgrade(version);
    EXPECT_TRUE(begun.is_ok()) << begun.status().to_string();
    return std::move(begun).value();
  }

  std::string schema() { return schema_json(database_->schema()); }

  // A store 1 with an index 2 and two records.
  void make_store() {
    auto t = upgrade(1);
    ASSERT_TRUE(t->create_store(1, R"("s")", R"(["a","b"])", true).is_ok());
    ASSERT_FALSE(t->create_index(1, 2, R"("i")", R"("k")", true, true).value());
    ASSERT_TRUE(put(*t, 1, number(1), "one", {{2, text("x")}}).is_ok());
    ASSERT_TRUE(put(*t, 1, number(2), "two", {{2, text("y")}}).is_ok());
    ASSERT_TRUE(commit(*database_, std::move(t)).is_ok());
  }

  TestFiles files_;
  std::unique_ptr<Database> database_;
};

TEST_F(Upgrade, ANewDatabaseHasVersion0) {
  EXPECT_EQ(schema(), R"({"name":"test","version":0,"nextId":1,"stores":[]})");
}

TEST_F(Upgrade, TheSchemaIsKept) {
  make_store();
  const std::string expected =
      R"({"name":"test","version":1,"nextId":3,"stores":[{"id":1,"name":"s","keyPath":["a","b"],)"
      R"("autoIncrement":true,"indexes":[{"id":2,"name":"i","keyPath":"k","unique":true,)"
      R"("multiEntry":true}]}]})";
  EXPECT_EQ(schema(), expected);
  open();
  EXPECT_EQ(schema(), expected);
  const auto t = database_->begin(TransactionMode::readwrite, Durability::relaxed);
  EXPECT_EQ(get(*t, 2, text("y")), "two");
  EXPECT_EQ(t->generated_key(1).value(), 3);
}

TEST_F(Upgrade, AnAbortDropsEverything) {
  make_store();
  const std::string before = schema();
  auto t = upgrade(2);
  ASSERT_TRUE(t->rename(1, R"("renamed")").is_ok());
  ASSERT_TRUE(t->create_store(3, R"("other")", "null", false).is_ok());
  ASSERT_TRUE(put(*t, 3, number(1), "a").is_ok());
  ASSERT_TRUE(put(*t, 1, number(50), "b").is_ok());
  ASSERT_TRUE(t->delete_index(2).is_ok());
  ASSERT_TRUE(t->clear(1).is_ok());
  t.reset();
  EXPECT_EQ(schema(), before);
  open();
  EXPECT_EQ(schema(), before);
  t = database_->begin(TransactionMode::readwrite, Durability::relaxed);
  EXPECT_EQ(get(*t, 2, text("x")), "one");
  EXPECT_EQ(t->generated_key(1).value(), 3);
  EXPECT_TRUE(put(*t, 3, number(1), "a").is(StatusCode::not_found));
}

TEST_F(Upgrade, StoresAndIndexesAreRenamedAndDeleted) {
  make_store();
  auto t = upgrade(2);
  ASSERT_TRUE(t->rename(1, R"("t")").is_ok());
  ASSERT_TRUE(t->rename(2, R"("j")").is_ok());
  ASSERT_TRUE(t->create_store(3, R"("s")", "null", false).is_ok()) << "the name is free now";
  ASSERT_TRUE(commit(*database_, std::move(t)).is_ok());
  open();
  EXPECT_EQ(database_->schema().stores.size(), 2u);
  EXPECT_EQ(database_->schema().find(2).index->name, R"("j")");
  t = upgrade(3);
  ASSERT_TRUE(t->delete_index(2).is_ok());
  EXPECT_TRUE(t->delete_index(2).is(StatusCode::not_found));
  ASSERT_TRUE(put(*t, 1, number(1), "one again").is_ok()) << "over a record with its key";
  ASSERT_TRUE(t->delete_store(3).is_ok());
  EXPECT_TRUE(t->delete_store(3).is(StatusCode::not_found));
  ASSERT_TRUE(commit(*database_, std::move(t)).is_ok());
  open();
  EXPECT_EQ(schema(),
            R"({"name":"test","version":3,"nextId":4,"stores":[{"id":1,"name":"t","keyPath":)"
            R"(["a","b"],"autoIncrement":true,"indexes":[]}]})");
  t = database_->begin(TransactionMode::readwrite, Durability::relaxed);
  EXPECT_EQ(get(*t, 1, number(1)), "one again");
  EXPECT_EQ(get(*t, 1, number(2)), "two");
  ASSERT_TRUE(t->remove(1, {}).is_ok());
  EXPECT_EQ(count(*t, 1), 0u);
}

TEST_F(Upgrade, ADeletedStoreLeavesNothingToItsNamesake) {
  make_store();
  auto t = upgrade(2);
  ASSERT_TRUE(t->delete_store(1).is_ok());
  ASSERT_TRUE(t->create_store(3, R"("s")", "null", true).is_ok());
  EXPECT_EQ(count(*t, 3), 0u);
  EXPECT_EQ(t->generated_key(3).value(), 1);
  ASSERT_TRUE(commit(*database_, std::move(t)).is_ok());
  open();
  t = database_->begin(TransactionMode::readwrite, Durability::relaxed);
  EXPECT_EQ(count(*t, 3), 0u);
  EXPECT_EQ(t->generated_key(3).value(), 1);
}

TEST_F(Upgrade, AnIndexOfAStoreWithRecordsIsBackfilled) {
  make_store();
  auto t = upgrade(2);
  ASSERT_TRUE(t->create_index(1, 3, R"("late")", R"("l")", true, false).value());
  ASSERT_TRUE(t->backfill(3, number(1), {text("p"), text("q")}).is_ok());
  EXPECT_TRUE(t->backfill(3, number(2), {text("q")}).is(StatusCode::constraint));
  EXPECT_TRUE(t->backfill(3, number(1), {text("r")}).is(StatusCode::invalid_argument)) << "twice";
  EXPECT_TRUE(t->backfill(3, number(7), {text("r")}).is(StatusCode::invalid_argument)) << "none";
  EXPECT_TRUE(t->backfill(1, number(1), {}).is(StatusCode::invalid_argument)) << "a store";
  ASSERT_TRUE(t->backfill(3, number(2), {}).is_ok());
  ASSERT_TRUE(commit(*database_, std::move(t)).is_ok());
  open();
  t = database_->begin(TransactionMode::readwrite, Durability::relaxed);
  EXPECT_EQ(get(*t, 3, text("q")), "one");
  EXPECT_EQ(count(*t, 3), 2u);
  EXPECT_EQ(get(*t, 2, text("x")), "one") << "the other index is as it was";
  ASSERT_TRUE(put(*t, 1, number(1), "new", {{3, text("q")}}).is_ok());
  EXPECT_EQ(count(*t, 3), 1u) << "an overwrite finds what the backfill made";
  EXPECT_EQ(count(*t, 2), 1u);
}

TEST_F(Upgrade, WrongChangesAreRefused) {
  make_store();
  EXPECT_TRUE(database_->begin_upgrade(1).status().is(StatusCode::invalid_argument));
  auto t = upgrade(2);
  EXPECT_TRUE(database_->begin_upgrade(3).status().is(StatusCode::invalid_argument));
  EXPECT_TRUE(t->create_store(2, R"("n")", "null", false).is(StatusCode::invalid_argument));
  EXPECT_TRUE(
      t->create_store(UINT32_MAX, R"("n")", "null", false).is(StatusCode::invalid_argument));
  EXPECT_TRUE(t->create_store(3, R"("s")", "null", false).is(StatusCode::constraint));
  EXPECT_TRUE(t->create_store(3, "s", "null", false).is(StatusCode::invalid_argument));
  EXPECT_TRUE(t->create_store(3, R"("n")", "{}", false).is(StatusCode::invalid_argument));
  EXPECT_TRUE(
      t->create_index(1, 3, R"("i")", R"("k")", false, false).status().is(StatusCode::constraint));
  EXPECT_TRUE(
      t->create_index(9, 3, R"("n")", R"("k")", false, false).status().is(StatusCode::not_found));
  EXPECT_TRUE(t->rename(9, R"("n")").is(StatusCode::not_found));
  EXPECT_TRUE(t->rename(1, "n").is(StatusCode::invalid_argument));
  ASSERT_TRUE(t->create_store(3, R"("n")", "null", false).is_ok());
  EXPECT_TRUE(t->rename(3, R"("s")").is(StatusCode::constraint));
  ASSERT_TRUE(t->rename(3, R"("n")").is_ok()) << "to its own name";
  EXPECT_TRUE(t->delete_index(1).is(StatusCode::not_found));
}

TEST_F(Upgrade, ANameMustBeJson) {
  EXPECT_TRUE(files_.open("test").status().is(StatusCode::invalid_argument));
}

}  // namespace
}  // namespace flowdb
