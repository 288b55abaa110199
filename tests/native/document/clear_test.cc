// Stores that are cleared, or deleted, and filled again: what was in them takes no room for long.
#include <gtest/gtest.h>

#include <random>

#include "document/test_database.h"

namespace flowdb {
namespace {

constexpr uint32_t kStore = 1;
constexpr uint32_t kIndex = 2;
constexpr uint32_t kOther = 3;
constexpr int kRecords = 6000;
constexpr size_t kRecordBytes = 1000;

class Clear : public testing::Test {
 protected:
  void SetUp() override {
    open();
    auto upgrade = database_->begin_upgrade(1);
    ASSERT_TRUE(upgrade.value()->create_store(kStore, R"("s")", "null", false).is_ok());
    ASSERT_TRUE(
        upgrade.value()->create_index(kStore, kIndex, R"("i")", R"("k")", false, false).is_ok());
    ASSERT_TRUE(upgrade.value()->create_store(kOther, R"("o")", "null", false).is_ok());
    ASSERT_TRUE(commit(*database_, std::move(upgrade).value()).is_ok());
  }

  void open() {
    database_.reset();
    auto opened = files_.open();
    ASSERT_TRUE(opened.is_ok()) << opened.status().to_string();
    database_ = std::move(opened).value();
  }

  void fill(uint32_t store, bool clears, int records = kRecords) {
    auto t = database_->begin(TransactionMode::readwrite, Durability::relaxed);
    if (clears) {
      ASSERT_TRUE(t->clear(store).is_ok());
    }
    std::string value(kRecordBytes, ' ');
    for (int i = 0; i < records; ++i) {
      for (char& c : value) c = static_cast<char>(random_());
      const IndexKeys keys = store == kStore ? IndexKeys{{kIndex, number(i)}} : IndexKeys();
      ASSERT_TRUE(put(*t, store, number(i), value, keys).is_ok());
    }
    ASSERT_TRUE(commit(*database_, std::move(t)).is_ok());
  }

  void maintain() {
    for (bool more = true; more;) {
      const auto pending = database_->engine().maintain(1'000'000);
      ASSERT_TRUE(pending.is_ok()) << pending.status().to_string();
      more = pending.value();
    }
  }

  TestFiles files_;
  std::unique_ptr<Database> database_;
  std::mt19937 random_;
};

// 40 MB are visible all the time: more than level 1 holds, so that tables go down unread.
TEST_F(Clear, FilledAgainAndAgainTheFileStaysAsSmall) {
  constexpr int kMany = 20'000;
  fill(kOther, false, kMany);
  fill(kStore, false, kMany);
  maintain();
  const size_t fresh = files_.container->size();
  for (int round = 0; round < 6; ++round) {
    fill(kStore, true, kMany);
    maintain();
    if (round % 3 == 2) open();
    EXPECT_LE(files_.container->size() + files_.log->size(), fresh + fresh / 2 + (8 << 20))
        << "round " << round;
    const auto reader = database_->begin(TransactionMode::readonly, Durability::relaxed);
    EXPECT_EQ(count(*reader, kStore), static_cast<uint64_t>(kMany));
    EXPECT_EQ(count(*reader, kIndex), static_cast<uint64_t>(kMany));
    EXPECT_EQ(count(*reader, kOther), static_cast<uint64_t>(kMany));
  }
}

TEST_F(Clear, GivesUpWholeTablesUnread) {
  fill(kOther, false);
  fill(kStore, false);
  ASSERT_TRUE(database_->engine().compact_all().is_ok());
  maintain();
  const EngineStats before = database_->engine().stats();
  auto t = database_->begin(TransactionMode::readwrite, Durability::relaxed);
  ASSERT_TRUE(t->clear(kStore).is_ok());
  ASSERT_TRUE(commit(*database_, std::move(t)).is_ok());
  EXPECT_EQ(database_->engine().maintain(1'000'000, Upkeep::due).value(), false);
  const EngineStats after = database_->engine().stats();
  EXPECT_EQ(after.compactions, before.compactions);
  EXPECT_LT(after.table_bytes, before.table_bytes * 2 / 3);
}

// An older transaction goes on to read them.
TEST_F(Clear, WhatIsReadStaysUntilTheReaderIsOver) {
  fill(kOther, false);
  fill(kStore, false);
  ASSERT_TRUE(database_->engine().compact_all().is_ok());
  auto reader = database_->begin(TransactionMode::readonly, Durability::relaxed);
  auto t = database_->begin(TransactionMode::readwrite, Durability::relaxed);
  ASSERT_TRUE(t->clear(kStore).is_ok());
  ASSERT_TRUE(commit(*database_, std::move(t)).is_ok());
  maintain();
  const uint64_t bytes = database_->engine().stats().table_bytes;
  EXPECT_EQ(count(*reader, kStore), static_cast<uint64_t>(kRecords));
  reader.reset();
  maintain();
  EXPECT_LT(database_->engine().stats().table_bytes, bytes * 2 / 3);
}

TEST_F(Clear, WhatADeletedStoreHeldGoesAfterTheNextOpening) {
  fill(kOther, false);
  fill(kStore, false);
  ASSERT_TRUE(database_->engine().compact_all().is_ok());
  const uint64_t bytes = database_->engine().stats().table_bytes;
  auto upgrade = database_->begin_upgrade(2);
  ASSERT_TRUE(upgrade.value()->delete_store(kStore).is_ok());
  ASSERT_TRUE(commit(*database_, std::move(upgrade).value()).is_ok());
  open();
  EXPECT_EQ(database_->engine().stats().table_bytes, bytes);
  maintain();
  EXPECT_LT(database_->engine().stats().table_bytes, bytes * 2 / 3);
  const auto reader = database_->begin(TransactionMode::readonly, Durability::relaxed);
  EXPECT_EQ(count(*reader, kOther), static_cast<uint64_t>(kRecords));
}

// Stores that are much smaller than a table, which holds others as well.
class ClearSmall : public Clear {
 protected:
  static constexpr uint32_t kFirst = 4;
  static constexpr uint32_t kEnd = kFirst + 80;
  static constexpr uint32_t kPeriod = 16;  // each store whose id is a multiple stays
  static constexpr int kRecordsOfSmall = 300;
  static constexpr size_t kLive = kRecordBytes * kRecordsOfSmall * (kEnd / kPeriod);

  void SetUp() override {
    Clear::SetUp();
    auto upgrade = database_->begin_upgrade(2);
    for (uint32_t id = kFirst; id < kEnd; ++id) {
      const std::string name = "\"small " + std::to_string(id) + "\"";
      ASSERT_TRUE(upgrade.value()->create_store(id, name, "null", false).is_ok());
    }
    ASSERT_TRUE(commit(*database_, std::move(upgrade).value()).is_ok());
    for (uint32_t id = kFirst; id < kEnd; ++id) fill(id, false, kRecordsOfSmall);
    maintain();
  }

  void delete_most() {
    auto upgrade = database_->begin_upgrade(3);
    for (uint32_t id = kFirst; id < kEnd; ++id) {
      if (id % kPeriod == 0) continue;
      ASSERT_TRUE(upgrade.value()->delete_store(id).is_ok());
    }
    ASSERT_TRUE(commit(*database_, std::move(upgrade).value()).is_ok());
  }
};

TEST_F(ClearSmall, TheirRoomGoesAfterTheNextOpening) {
  delete_most();
  open();
  maintain();
  EXPECT_LT(files_.container->size(), kLive + kLive / 2 + (4 << 20));
  EXPECT_LT(database_->engine().stats().table_bytes, kLive + kLive / 2);
  const auto reader = database_->begin(TransactionMode::readonly, Durability::relaxed);
  for (uint32_t id = kPeriod; id < kEnd; id += kPeriod) {
    EXPECT_EQ(count(*reader, id), static_cast<uint64_t>(kRecordsOfSmall));
  }
  EXPECT_TRUE(database_->engine().verify().empty());
}

// Its table can't be written again; others can.
TEST_F(ClearSmall, ADamagedRecordKeepsTheRoomOfItsTableOnly) {
  const uint64_t before = database_->engine().stats().table_bytes;
  delete_most();
  std::string value;
  {
    const auto reader = database_->begin(TransactionMode::readonly, Durability::relaxed);
    value = get(*reader, kPeriod, number(150));
  }
  const size_t at = files_.container->find(value.substr(0, 64));
  ASSERT_NE(at, std::string::npos);
  database_.reset();
  (*files_.container)[at + 9] ^= 0x55;
  open();
  int failures = 0;
  for (int slices = 0; slices < 1000; ++slices) {
    const auto pending = database_->engine().maintain(1'000'000);
    if (pending.is_ok() && !pending.value()) break;
    failures += pending.is_ok() ? 0 : 1;
  }
  EXPECT_GT(failures, 0) << "nothing to show";
  EXPECT_LT(failures, 10);
  EXPECT_LT(database_->engine().stats().table_bytes, before * 2 / 3);
}

}  // namespace
}  // namespace flowdb
