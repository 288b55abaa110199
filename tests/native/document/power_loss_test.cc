// A power loss behind each step of maintenance. What a commit gave up is dropped for good, though
// it was relaxed; tables that are moved down are found, and nothing older in front of them.
#include <gtest/gtest.h>

#include <map>
#include <random>

#include "document/test_database.h"
#include "engine/manifest.h"

namespace flowdb {
namespace {

// Remembers what a power loss leaves: the bytes at the last flush.
class FlushedFile final : public File {
 public:
  FlushedFile(std::shared_ptr<std::string> bytes, std::string name,
              std::shared_ptr<std::string> flushed)
      : file_(bytes, std::move(name)), bytes_(bytes), flushed_(std::move(flushed)) {}

  Result<size_t> read_at(uint64_t offset, char* buffer, size_t length) override {
    return file_.read_at(offset, buffer, length);
  }
  Status write_at(uint64_t offset, std::string_view bytes) override {
    return file_.write_at(offset, bytes);
  }
  Status truncate(uint64_t size) override { return file_.truncate(size); }
  Status sync() override {
    *flushed_ = *bytes_;
    return Status::ok();
  }
  Result<uint64_t> size() override { return file_.size(); }
  std::string_view name() const override { return file_.name(); }

 private:
  MemoryFile file_;
  std::shared_ptr<std::string> bytes_;
  std::shared_ptr<std::string> flushed_;
};

constexpr uint32_t kBelow = 1;
constexpr uint32_t kStore = 2;
constexpr uint32_t kAbove = 3;

class PowerLoss : public testing::Test {
 protected:
  void SetUp() override {
    options_.random = [this] { return random_ += 0x9e3779b97f4a7c15; };
    options_.now_us = [] { return int64_t{1}; };
    auto engine =
        Engine::open(std::make_unique<FlushedFile>(files_.container, "flow.db", flushed_.container),
                     std::make_unique<FlushedFile>(files_.log, "flow.wal", flushed_.log), options_);
    ASSERT_TRUE(engine.is_ok()) << engine.status().to_string();
    database_ = std::move(Database::open(std::move(engine).value(), R"("lost")")).value();
    auto upgrade = std::move(database_->begin_upgrade(1)).value();
    ASSERT_TRUE(upgrade->create_store(kBelow, R"("below")", "null", false).is_ok());
    ASSERT_TRUE(upgrade->create_store(kStore, R"("s")", "null", false).is_ok());
    ASSERT_TRUE(upgrade->create_store(kAbove, R"("above")", "null", false).is_ok());
    ASSERT_TRUE(commit(*database_, std::move(upgrade)).is_ok());
  }

  // 50 records, and one in a neighbour that stays.
  void fill(int first, size_t record_bytes, std::optional<uint32_t> neighbour) {
    std::string value(record_bytes, ' ');
    auto t = database_->begin(TransactionMode::readwrite, Durability::strict);
    for (int i = first; i < first + 50; ++i) {
      for (char& c : value) c = static_cast<char>(bytes_());
      ASSERT_TRUE(put(*t, kStore, number(i), value).is_ok());
    }
    if (neighbour) {
      ASSERT_TRUE(put(*t, *neighbour, number(first), "stays").is_ok());
    }
    ASSERT_TRUE(commit(*database_, std::move(t)).is_ok());
  }

  // Some records in the last level, beside `neighbour`'s, others above, in as many tables as a
  // compaction waits for; it leaves the former alone.
  void fill_levels(size_t record_bytes, std::optional<uint32_t> neighbour) {
    fill(0, record_bytes, neighbour);
    ASSERT_TRUE(database_->engine().compact_all().is_ok());
    for (size_t table = 0; table < options_.level0_tables_max; ++table) {
      fill(1000, 100, kAbove);
      ASSERT_TRUE(database_->engine().flush().is_ok());
    }
  }

  void clear() {
    auto clear = database_->begin(TransactionMode::readwrite, Durability::relaxed);
    ASSERT_TRUE(clear->clear(kStore).is_ok());
    ASSERT_TRUE(commit(*database_, std::move(clear)).is_ok());
  }

  // One step; then the power fails. Result: whether more is due.
  bool maintain() {
    const auto maintained = database_->engine().maintain(0);
    EXPECT_TRUE(maintained.is_ok());
    const auto found = flushed_.open();
    EXPECT_TRUE(found.is_ok()) << found.status().to_string();
    const auto reader = found.value()->begin(TransactionMode::readonly, Durability::relaxed);
    const uint64_t left = count(*reader, kStore);
    EXPECT_TRUE(left == 0 || left == 100) << left << " of 100 records are left";
    return maintained.is_ok() && maintained.value();
  }

  // The tables by id, and the level of each.
  std::map<uint32_t, int> levels() {
    std::map<uint32_t, int> found;
    const auto manifest = Manifest::decode(database_->engine().storage().manifest(), "flow.db");
    if (!manifest.is_ok()) return found;  // there is none yet
    for (const TableMeta& table : manifest.value().tables) found[table.id] = table.level;
    return found;
  }

  EngineStats stats() { return database_->engine().stats(); }

  TestFiles files_;
  TestFiles flushed_;
  EngineOptions options_;
  uint64_t random_ = 1;
  std::mt19937 bytes_;
  std::unique_ptr<Database> database_;
};

TEST_F(PowerLoss, WhatACompactionHasDroppedStaysDropped) {
  fill_levels(100, kBelow);
  const EngineStats before = stats();
  clear();
  while (maintain()) {
  }
  EXPECT_GT(stats().compactions, before.compactions);
}

// All tables of the last level but the first, which holds the schema, too.
TEST_F(PowerLoss, TablesThatAreGivenUpStayGivenUp) {
  fill_levels(20'000, std::nullopt);
  const EngineStats before = stats();
  clear();
  while (maintain() && stats().tables == before.tables) {
  }
  EXPECT_LT(stats().tables, before.tables);
  EXPECT_EQ(stats().compactions, before.compactions);
  while (maintain()) {
  }
}

// Of large values, and of a smaller one that is overwritten all the time, as one of them is
// sometimes.
TEST_F(PowerLoss, TablesThatBeginBelowLevel0AreThere) {
  std::map<int, std::string> values;
  int placed = 0;
  const auto random_bytes = [this](size_t length) {
    std::string bytes(length, ' ');
    for (char& c : bytes) c = static_cast<char>(bytes_());
    return bytes;
  };
  for (int i = 2; i <= 25; ++i) {
    const std::map<uint32_t, int> before = levels();
    auto t = database_->begin(TransactionMode::readwrite, Durability::strict);
    for (const int key : {i, 1}) {
      if (key == 1 && i % 6 != 0) continue;
      const std::vector<std::string> pieces = {random_bytes(kPieceBytes),
                                               random_bytes(kPieceBytes)};
      ASSERT_TRUE(put_pieces(*t, kStore, number(key), pieces).is_ok());
      values[key] = pieces[0] + pieces[1];
    }
    if (i % 2 == 0) {
      values[0] = random_bytes(kPieceBytes / 3);
      ASSERT_TRUE(put(*t, kStore, number(0), values[0]).is_ok());
    }
    ASSERT_TRUE(commit(*database_, std::move(t)).is_ok());
    ASSERT_TRUE(database_->engine().flush().is_ok());
    // None of a compaction's: the last round has left nothing to do.
    for (const auto& [id, level] : levels()) placed += before.count(id) == 0 && level > 0;
    for (bool more = true; more;) {
      const auto maintained = database_->engine().maintain(0, Upkeep::due);
      ASSERT_TRUE(maintained.is_ok());
      more = maintained.value();
      const auto found = flushed_.open();
      ASSERT_TRUE(found.is_ok()) << found.status().to_string();
      const auto reader = found.value()->begin(TransactionMode::readonly, Durability::relaxed);
      for (const auto& [key, value] : values) {
        ASSERT_TRUE(get(*reader, kStore, number(key)) == value) << key << " after " << i;
      }
    }
  }
  EXPECT_GT(placed, 10);
}

}  // namespace
}  // namespace flowdb
