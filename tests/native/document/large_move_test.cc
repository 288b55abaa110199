// Large values are written to tables once: their pieces lie in tables of their own, which are moved
// down as they are.
#include <gtest/gtest.h>

#include <random>

#include "document/test_database.h"
#include "engine/counting_file.h"

namespace flowdb {
namespace {

constexpr uint32_t kStore = 1;
constexpr uint32_t kPieces = 4;
constexpr uint64_t kValueBytes = kPieces * kPieceBytes;

class LargeMove : public testing::Test {
 protected:
  // With the options that a browser uses.
  void SetUp() override {
    EngineOptions options;
    options.random = [this] { return random_(); };
    options.now_us = [] { return int64_t{1}; };
    auto engine = Engine::open(
        std::make_unique<CountingFile>(std::make_shared<std::string>(), "flow.db", counts_),
        std::make_unique<MemoryFile>(std::make_shared<std::string>(), "flow.wal"), options);
    ASSERT_TRUE(engine.is_ok()) << engine.status().to_string();
    database_ = std::move(Database::open(std::move(engine).value(), R"("large")")).value();
    auto upgrade = std::move(database_->begin_upgrade(1)).value();
    ASSERT_TRUE(upgrade->create_store(kStore, R"("s")", "null", false).is_ok());
    ASSERT_TRUE(commit(*database_, std::move(upgrade)).is_ok());
  }

  void put(int key) {
    std::vector<std::string> pieces(kPieces, std::string(kPieceBytes, ' '));
    for (std::string& piece : pieces) {
      for (char& c : piece) c = static_cast<char>(random_());
    }
    auto t = database_->begin(TransactionMode::readwrite, Durability::relaxed);
    ASSERT_TRUE(put_pieces(*t, kStore, number(key), pieces).is_ok());
    ASSERT_TRUE(commit(*database_, std::move(t)).is_ok());
  }
  void maintain() {
    for (bool more = true; more;) {
      const auto pending = database_->engine().maintain(1'000'000);
      ASSERT_TRUE(pending.is_ok()) << pending.status().to_string();
      more = pending.value();
    }
  }

  std::mt19937_64 random_{1};
  std::shared_ptr<FileCounts> counts_ = std::make_shared<FileCounts>();  // of flow.db
  std::unique_ptr<Database> database_;
};

TEST_F(LargeMove, PiecesAreWrittenOnce) {
  constexpr int kValues = 24;
  for (int key = 0; key < kValues; ++key) {
    put(key);
    if (key % 3 == 0) maintain();
  }
  ASSERT_TRUE(database_->engine().flush().is_ok());
  maintain();
  EXPECT_GT(counts_->bytes, kValues * kValueBytes);
  EXPECT_LT(counts_->bytes, kValues * kValueBytes * 11 / 10);
  // Nor do they leave many tables, of pieces or of their records.
  EXPECT_LT(database_->engine().stats().tables, kValues + 6u);
}

}  // namespace
}  // namespace flowdb
