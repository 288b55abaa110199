// Large values in the tables: written once, because their pieces lie in tables of their own, which
// are moved down as they are; and gone soon after they were overwritten, although what removes them
// is tiny.
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

  // A value of several pieces ends with a short one, as 1 MiB with its header does.
  void put(int key, uint32_t count = kPieces, size_t piece_bytes = kPieceBytes) {
    std::vector<std::string> pieces(count, std::string(piece_bytes, ' '));
    if (count > 1) pieces.emplace_back(40, ' ');
    for (std::string& piece : pieces) {
      for (char& c : piece) c = static_cast<char>(random_());
    }
    auto t = database_->begin(TransactionMode::readwrite, Durability::relaxed);
    const Status status = count == 1 ? flowdb::put(*t, kStore, number(key), pieces[0])
                                     : put_pieces(*t, kStore, number(key), pieces);
    ASSERT_TRUE(status.is_ok()) << status.to_string();
    ASSERT_TRUE(commit(*database_, std::move(t)).is_ok());
  }
  void maintain() {
    for (bool more = true; more;) {
      const auto pending = database_->engine().maintain(1'000'000);
      ASSERT_TRUE(pending.is_ok()) << pending.status().to_string();
      more = pending.value();
    }
  }

  void remove(int key) {
    const std::string bytes = number(key);
    auto t = database_->begin(TransactionMode::readwrite, Durability::relaxed);
    ASSERT_TRUE(t->remove(kStore, KeyRange::only(bytes)).is_ok());
    ASSERT_TRUE(commit(*database_, std::move(t)).is_ok());
  }
  // Of both files.
  uint64_t stored_bytes() {
    const EngineStats stats = database_->engine().stats();
    return stats.table_bytes + stats.dead_bytes + stats.log_bytes;
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

// The limit is 1.5 times a fresh load of the same values, and 8 MiB.
TEST_F(LargeMove, OverwrittenValuesStayWithinTheLimit) {
  constexpr int kValues = 16;
  for (int key = 0; key < kValues; ++key) put(key);
  maintain();
  const uint64_t limit = kValues * kValueBytes * 3 / 2 + (8 << 20);
  counts_->bytes = 0;
  constexpr uint64_t kOverwrites = 100;
  uint64_t with_pauses = 0;
  for (uint64_t i = 0; i < kOverwrites; ++i) {
    put(static_cast<int>(random_() % kValues));
    ASSERT_LE(stored_bytes(), limit) << i;
    // Also while nothing is quiet.
    if (i < kOverwrites / 2) {
      maintain();
      with_pauses = counts_->bytes;
    }
    ASSERT_LE(stored_bytes(), limit) << i;
  }
  // Once written, a value is read once at most when it is dead, and written again only where it
  // stands behind room that others have left.
  EXPECT_LT(counts_->bytes, kOverwrites * kValueBytes * 11 / 4);
  EXPECT_LT(counts_->bytes - with_pauses, kOverwrites / 2 * kValueBytes * 9 / 4);
  for (uint64_t i = 0; i < 4 * kOverwrites; ++i) {
    put(static_cast<int>(random_() % kValues));
    ASSERT_LE(stored_bytes(), limit) << i;
  }
}

// Dead values leave holes of their size, which are used again though nothing is ever quiet.
TEST_F(LargeMove, SoDoThoseThatAreOverwrittenWithoutAPause) {
  constexpr int kValues = 64;
  for (const uint32_t pieces : {2u, kPieces}) {
    for (int key = 0; key < kValues; ++key) put(key, pieces);
    maintain();
    const uint64_t limit = kValues * pieces * kPieceBytes * 3 / 2 + (8 << 20);
    for (int i = 0; i < 3 * kValues; ++i) {
      put(static_cast<int>(random_() % kValues), pieces);
      ASSERT_TRUE(database_->engine().maintain(0, Upkeep::due).is_ok());
      ASSERT_LE(stored_bytes(), limit) << pieces << " pieces, " << i;
    }
  }
}

// Below 256 KiB values are merged like all others, of which writers do their share: without a pause
// it holds them near the limit.
TEST_F(LargeMove, SmallerOnesStayNearItWithoutAPause) {
  constexpr int kValues = 1000;
  constexpr size_t kBytes = 64 << 10;
  for (int key = 0; key < kValues; ++key) put(key, 1, kBytes);
  maintain();
  const uint64_t limit = kValues * kBytes * 3 / 2 + (8 << 20);
  for (int i = 0; i < 2 * kValues; ++i) {
    put(static_cast<int>(random_() % kValues), 1, kBytes);
    ASSERT_LE(stored_bytes(), limit * 11 / 10) << i;
  }
}

// Of one transaction, larger than the memory: their tables meet nothing, and are moved.
TEST_F(LargeMove, ManyAtOnceAreWrittenOnce) {
  constexpr int kValues = 160;
  constexpr uint64_t kBytes = kValues * uint64_t{300 << 10};
  auto t = database_->begin(TransactionMode::readwrite, Durability::relaxed);
  for (int key = 0; key < kValues; ++key) {
    std::vector<std::string> pieces = {std::string(kPieceBytes, ' '), std::string(44 << 10, ' ')};
    for (std::string& piece : pieces) {
      for (char& c : piece) c = static_cast<char>(random_());
    }
    ASSERT_TRUE(put_pieces(*t, kStore, number(key), pieces).is_ok());
  }
  ASSERT_TRUE(commit(*database_, std::move(t)).is_ok());
  maintain();
  EXPECT_GT(counts_->bytes, kBytes);
  EXPECT_LT(counts_->bytes, kBytes * 11 / 10);
}

TEST_F(LargeMove, RemovedValuesAreGoneWhenAllIsQuiet) {
  constexpr int kValues = 16;
  for (int key = 0; key < kValues; ++key) put(key);
  maintain();
  for (int key = 0; key < kValues - 1; ++key) remove(key);
  EXPECT_GT(stored_bytes(), kValues * kValueBytes);
  maintain();
  EXPECT_LT(stored_bytes(), 8u << 20);
}

TEST_F(LargeMove, SoAreThoseThatGaveWayToSmallOnes) {
  constexpr int kValues = 64;
  for (int key = 0; key < kValues; ++key) put(key, 1);
  maintain();
  for (int key = 0; key < kValues; ++key) put(key, 1, 20);
  EXPECT_GT(stored_bytes(), kValues * kPieceBytes);
  maintain();
  EXPECT_LT(stored_bytes(), 8u << 20);
}

}  // namespace
}  // namespace flowdb
