// Values in pieces: stored, read, overwritten, removed, and gone with what they belong to.
#include <gtest/gtest.h>

#include "document/test_database.h"

namespace flowdb {
namespace {

constexpr uint32_t kStore = 1;
constexpr uint32_t kIndexed = 2;
constexpr uint32_t kIndex = 3;

class Collected final : public PieceSink {
 public:
  void piece(std::string_view bytes, bool more) override {
    value += bytes;
    pieces += 1;
    ended = !more;
  }
  std::string value;
  int pieces = 0;
  bool ended = false;
};

class LargeValueTest : public testing::Test {
 protected:
  void SetUp() override {
    open();
    auto upgrade = std::move(database_->begin_upgrade(1)).value();
    ASSERT_TRUE(upgrade->create_store(kStore, R"("s")", "null", false).is_ok());
    ASSERT_TRUE(upgrade->create_store(kIndexed, R"("x")", "null", false).is_ok());
    ASSERT_TRUE(upgrade->create_index(kIndexed, kIndex, R"("i")", R"("i")", true, false).is_ok());
    ASSERT_TRUE(commit(*database_, std::move(upgrade)).is_ok());
  }
  void open() {
    database_.reset();
    auto opened = files_.open();
    ASSERT_TRUE(opened.is_ok()) << opened.status().to_string();
    database_ = std::move(opened).value();
  }
  std::unique_ptr<Transaction> begin() {
    return database_->begin(TransactionMode::readwrite, Durability::relaxed);
  }
  static std::string piece_of(char seed, uint32_t piece) {
    return std::string(1000 + piece, static_cast<char>(seed + static_cast<char>(piece)));
  }
  static std::string whole(char seed, uint32_t pieces) {
    std::string value;
    for (uint32_t i = 0; i < pieces; ++i) value += piece_of(seed, i);
    return value;
  }
  // `last`: which piece comes with the put.
  static Status put_pieces(Transaction& transaction, uint32_t store, int key, char seed,
                           uint32_t pieces, uint32_t last, bool overwrite = true,
                           const IndexKeys& index_keys = {}) {
    for (uint32_t i = 0; i < pieces; ++i) {
      if (i == last) continue;
      const Status status = transaction.add_piece(store, i, piece_of(seed, i));
      if (!status.is_ok()) return status;
    }
    std::vector<IndexKey> views;
    for (const auto& [index, index_key] : index_keys) views.push_back({index, index_key});
    const std::string encoded = number(key);
    const std::string piece = piece_of(seed, last);
    PutRequest request;
    request.store = store;
    request.key = encoded;
    request.value = {ValueKind::tagged, piece};
    request.index_keys = &views;
    request.overwrite = overwrite;
    request.pieces = pieces;
    request.piece = last;
    return transaction.put(request);
  }
  static std::string read(Transaction& transaction, uint32_t source, int key) {
    Entry entry;
    const std::string encoded = number(key);
    const auto found = transaction.get(source, KeyRange::only(encoded), true, entry);
    if (!found.is_ok()) return found.status().to_string();
    if (!found.value()) return "-";
    if (!entry.value.is_large) return std::string(entry.value.bytes);
    Collected collected;
    const Status status = transaction.read_pieces(source, entry.value, collected);
    EXPECT_TRUE(collected.ended || !status.is_ok());
    return status.is_ok() ? collected.value : status.to_string();
  }
  // Everything in the engine's key space of pieces.
  uint64_t stored_pieces() {
    ReadOptions options;
    options.lower = kPieceKeysFirst;
    options.upper = kPieceKeysLast;
    uint64_t count = 0;
    auto it = database_->engine().new_iterator(options);
    for (it->seek_to_first(); it->valid(); it->next()) ++count;
    return count;
  }

  TestFiles files_;
  std::unique_ptr<Database> database_;
};

TEST_F(LargeValueTest, IsReadAsItWasWritten) {
  auto writer = begin();
  ASSERT_TRUE(put_pieces(*writer, kStore, 1, 'a', 5, 4).is_ok());
  ASSERT_TRUE(put_pieces(*writer, kStore, 2, 'b', 5, 2).is_ok());
  ASSERT_TRUE(put_pieces(*writer, kStore, 3, 'c', 2, 1).is_ok());
  ASSERT_TRUE(put_pieces(*writer, kIndexed, 4, 'd', 3, 0, true, {{kIndex, number(44)}}).is_ok());
  for (int round = 0; round < 3; ++round) {
    auto reader = round == 0 ? std::move(writer) : begin();
    EXPECT_EQ(read(*reader, kStore, 1), whole('a', 5));
    EXPECT_EQ(read(*reader, kStore, 2), whole('b', 5));
    EXPECT_EQ(read(*reader, kStore, 3), whole('c', 2));
    EXPECT_EQ(read(*reader, kIndex, 44), whole('d', 3));
    EXPECT_EQ(count(*reader, kStore), 3u);
    if (round == 0) {
      ASSERT_TRUE(commit(*database_, std::move(reader)).is_ok());
    }
    reader.reset();
    open();
  }
}

TEST_F(LargeValueTest, OverwritingAndRemovingTakesThePiecesAlong) {
  auto writer = begin();
  for (int key = 1; key <= 4; ++key) {
    ASSERT_TRUE(put_pieces(*writer, kStore, key, 'a', 5, 4).is_ok());
    ASSERT_TRUE(
        put_pieces(*writer, kIndexed, key, 'a', 5, 4, true, {{kIndex, number(key)}}).is_ok());
  }
  ASSERT_TRUE(commit(*database_, std::move(writer)).is_ok());
  EXPECT_EQ(stored_pieces(), 40u);
  open();  // what is known of large values has to be found again
  writer = begin();
  for (const uint32_t store : {kStore, kIndexed}) {
    ASSERT_TRUE(put(*writer, store, number(1), "small").is_ok());
    ASSERT_TRUE(put_pieces(*writer, store, 2, 'b', 2, 1).is_ok());
    ASSERT_TRUE(writer->remove(store, KeyRange::only(number(3))).is_ok());
    EXPECT_EQ(read(*writer, store, 1), "small");
    EXPECT_EQ(read(*writer, store, 2), whole('b', 2));
    EXPECT_EQ(read(*writer, store, 3), "-");
    EXPECT_EQ(read(*writer, store, 4), whole('a', 5));
  }
  ASSERT_TRUE(commit(*database_, std::move(writer)).is_ok());
  EXPECT_EQ(stored_pieces(), 2u * (2 + 5));
  writer = begin();
  ASSERT_TRUE(writer->remove(kStore, {}).is_ok());
  ASSERT_TRUE(writer->remove(kIndexed, {}).is_ok());
  ASSERT_TRUE(commit(*database_, std::move(writer)).is_ok());
  EXPECT_EQ(stored_pieces(), 0u);
}

TEST_F(LargeValueTest, WhatFailsLeavesNoPieces) {
  auto writer = begin();
  ASSERT_TRUE(put_pieces(*writer, kStore, 1, 'a', 3, 2).is_ok());
  EXPECT_EQ(put_pieces(*writer, kStore, 1, 'b', 4, 3, false).code(), StatusCode::constraint);
  ASSERT_TRUE(writer->add_piece(kStore, 0, "of a value that never comes").is_ok());
  ASSERT_TRUE(writer->add_piece(kStore, 1, "of a value that never comes").is_ok());
  ASSERT_TRUE(commit(*database_, std::move(writer)).is_ok());
  EXPECT_EQ(stored_pieces(), 3u);
  EXPECT_EQ(read(*begin(), kStore, 1), whole('a', 3));
  ASSERT_TRUE(put_pieces(*begin(), kStore, 2, 'c', 3, 2).is_ok());  // aborted
  EXPECT_EQ(stored_pieces(), 3u);
}

TEST_F(LargeValueTest, ClearingAStoreMakesItsPiecesDead) {
  auto writer = begin();
  ASSERT_TRUE(put_pieces(*writer, kStore, 1, 'a', 3, 2).is_ok());
  ASSERT_TRUE(put_pieces(*writer, kIndexed, 1, 'a', 3, 2).is_ok());
  ASSERT_TRUE(commit(*database_, std::move(writer)).is_ok());
  writer = begin();
  ASSERT_TRUE(writer->clear(kStore).is_ok());
  ASSERT_TRUE(put_pieces(*writer, kStore, 1, 'b', 2, 1).is_ok());
  ASSERT_TRUE(commit(*database_, std::move(writer)).is_ok());
  ASSERT_TRUE(database_->engine().compact_all().is_ok());
  EXPECT_EQ(stored_pieces(), 5u);
  EXPECT_EQ(read(*begin(), kStore, 1), whole('b', 2));
  EXPECT_EQ(read(*begin(), kIndexed, 1), whole('a', 3));
}

TEST_F(LargeValueTest, PiecesThatDoNotMakeAValueAreRefused) {
  auto writer = begin();
  EXPECT_EQ(writer->add_piece(kStore, 2, "x").code(), StatusCode::invalid_argument);
  ASSERT_TRUE(writer->add_piece(kStore, 0, "x").is_ok());
  EXPECT_EQ(writer->add_piece(kStore, 0x7fffffff, "x").code(), StatusCode::invalid_argument);
  EXPECT_EQ(put_pieces(*writer, kStore, 1, 'a', 1, 0).code(), StatusCode::invalid_argument);
  ASSERT_TRUE(writer->add_piece(kStore, 0, "x").is_ok());
  ASSERT_TRUE(writer->add_piece(kStore, 2, "x").is_ok());
  EXPECT_EQ(writer->add_piece(kStore, 4, "x").code(), StatusCode::invalid_argument);
  EXPECT_EQ(writer->add_piece(7, 0, "x").code(), StatusCode::not_found);
  EXPECT_EQ(begin()->add_piece(kStore, 1, "x").is_ok(), true);  // the put brings the first
  ASSERT_TRUE(commit(*database_, std::move(writer)).is_ok());
  EXPECT_EQ(stored_pieces(), 0u);
}

TEST_F(LargeValueTest, AMissingPieceIsCorruption) {
  auto writer = begin();
  ASSERT_TRUE(put_pieces(*writer, kStore, 1, 'a', 3, 2).is_ok());
  ASSERT_TRUE(commit(*database_, std::move(writer)).is_ok());
  auto it = database_->engine().new_iterator({});
  it->seek(kPieceKeysFirst);
  ASSERT_TRUE(it->valid());
  WriteBatch batch;
  batch.remove(it->key());
  ASSERT_TRUE(database_->engine().write(batch, Durability::relaxed).is_ok());
  EXPECT_EQ(read(*begin(), kStore, 1), "corruption: flow.db: a large value: a piece is missing");
}

TEST_F(LargeValueTest, AnIndexIsBackfilledWithoutReadingThem) {
  auto writer = begin();
  ASSERT_TRUE(put_pieces(*writer, kStore, 1, 'a', 3, 2).is_ok());
  ASSERT_TRUE(commit(*database_, std::move(writer)).is_ok());
  auto upgrade = std::move(database_->begin_upgrade(2)).value();
  ASSERT_TRUE(upgrade->create_index(kStore, 9, R"("n")", R"("n")", false, false).value());
  const std::string key = number(99);
  ASSERT_TRUE(upgrade->backfill(9, number(1), {key}).is_ok());
  ASSERT_TRUE(commit(*database_, std::move(upgrade)).is_ok());
  EXPECT_EQ(read(*begin(), 9, 99), whole('a', 3));
}

}  // namespace
}  // namespace flowdb
