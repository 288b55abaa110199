// A transaction and a value much larger than the memory that they may take. The transaction is
// small here; FLOWDB_LARGE=1 makes it 500 MB with the default options, under 64 MiB.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <functional>
#include <random>

#include "document/test_database.h"
#include "storage/posix_file.h"
#include "storage/temporary_folder.h"
#include "util/coding.h"
#include "util/crc32c.h"
#include "util/heap_bytes.h"

namespace flowdb {
namespace {

struct Size {
  uint64_t transaction_bytes;
  size_t heap_bytes_max;
  EngineOptions options;
};

Size chosen_size() {
  Size size{64 << 20, 16 << 20, {}};
  if (std::getenv("FLOWDB_LARGE") != nullptr) return {500'000'000, 64 << 20, {}};
  size.options.memtable_bytes_max = size.options.overlay_bytes_max = 1 << 20;
  size.options.table_bytes_max = size.options.block_cache_bytes = 1 << 20;
  size.options.log_extent_bytes_max = 256 << 10;
  return size;
}

// With the default options.
#ifdef __SANITIZE_ADDRESS__
constexpr uint64_t kValueBytes = 40'000'000;  // it hides what is allocated
#else
constexpr uint64_t kValueBytes = 300'000'000;
#endif
constexpr size_t kValueHeapBytesMax = 40 << 20;
constexpr uint32_t kPieces = (kValueBytes + kPieceBytes - 1) / kPieceBytes;

// A piece of the value of that seed.
std::string piece_of(uint64_t seed, uint32_t number) {
  std::string piece(std::min<size_t>(kPieceBytes, kValueBytes - number * kPieceBytes), '\0');
  std::mt19937_64 random(seed * 1'000'003 + number);
  for (size_t i = 0; i + 8 <= piece.size(); i += 8) store_le<uint64_t>(&piece[i], random());
  return piece;
}

struct Sum {
  uint64_t bytes = 0;
  uint32_t crc = 0;
  void add(std::string_view more) {
    bytes += more.size();
    crc = crc32c(more, crc);
  }
};

Sum sum_of(uint64_t seed) {
  Sum sum;
  for (uint32_t i = 0; i < kPieces; ++i) sum.add(piece_of(seed, i));
  return sum;
}

// Takes the pieces of a value, none of which it keeps.
class SumSink final : public PieceSink {
 public:
  explicit SumSink(std::function<void()> at_piece) : at_piece_(std::move(at_piece)) {}
  void piece(std::string_view bytes, bool more) override {
    sum.add(bytes);
    ended = !more;
    at_piece_();
  }
  Sum sum;
  bool ended = false;

 private:
  std::function<void()> at_piece_;
};

class LargeTest : public testing::Test {
 protected:
  void open() {
    database_.reset();
    EngineOptions options = options_;
    options.random = [this] { return random_(); };
    options.now_us = [] { return int64_t{1'700'000'000'000'000}; };
    auto engine = Engine::open(file("flow.db"), file("flow.wal"), options);
    ASSERT_TRUE(engine.is_ok()) << engine.status().to_string();
    auto opened = Database::open(std::move(engine).value(), R"("large")");
    ASSERT_TRUE(opened.is_ok()) << opened.status().to_string();
    database_ = std::move(opened).value();
  }
  std::unique_ptr<File> file(const std::string& name) {
    return std::move(PosixFile::open(folder_.path(name), PosixFile::Mode::create_if_missing))
        .value();
  }
  void note_heap() { most_ = std::max(most_, heap_bytes()); }
  void maintain() {
    for (bool more = true; more;) {
      const auto pending = database_->engine().maintain(10'000);
      ASSERT_TRUE(pending.is_ok()) << pending.status().to_string();
      more = pending.value();
      note_heap();
    }
  }
  void expect_heap_in_bounds(size_t before, size_t bytes_max, const char* what, uint64_t bytes) {
    EXPECT_LT(most_ - before, bytes_max);
    RecordProperty("heap_bytes_most", std::to_string(most_ - before));
    std::printf("a %s of %llu bytes took %zu bytes of memory at most\n", what,
                static_cast<unsigned long long>(bytes), most_ - before);
  }

  // The value of that seed, in store 1. Whoever puts or reads a value has one piece of it in memory
  // at a time, so what the heap takes is the engine's.
  Status put_value(Transaction& transaction, uint64_t seed) {
    constexpr uint32_t kLast = kPieces - 1;
    for (uint32_t i = 0; i < kLast; ++i) {
      FLOWDB_RETURN_IF_ERROR(transaction.add_piece(1, i, piece_of(seed, i)));
      note_heap();
    }
    const std::string key = number(1);
    const std::string piece = piece_of(seed, kLast);
    const std::vector<IndexKey> none;
    PutRequest request;
    request.store = 1;
    request.key = key;
    request.value = {ValueKind::tagged, piece};
    request.index_keys = &none;
    request.pieces = kPieces;
    request.piece = kLast;
    return transaction.put(request);
  }
  void expect_value(Transaction& transaction, const Sum& expected) {
    const std::string key = number(1);
    Entry entry;
    const auto found = transaction.get(1, KeyRange::only(key), true, entry);
    ASSERT_TRUE(found.is_ok()) << found.status().to_string();
    ASSERT_TRUE(found.value() && entry.value.is_large);
    SumSink sink([this] { note_heap(); });
    const Status status = transaction.read_pieces(1, entry.value, sink);
    ASSERT_TRUE(status.is_ok()) << status.to_string();
    EXPECT_TRUE(sink.ended);
    EXPECT_EQ(sink.sum.bytes, expected.bytes);
    EXPECT_EQ(sink.sum.crc, expected.crc);
  }
  std::unique_ptr<Transaction> begin(TransactionMode mode = TransactionMode::readwrite) {
    return database_->begin(mode, Durability::relaxed);
  }
  uint64_t stored_bytes() {
    const EngineStats stats = database_->engine().stats();
    return stats.table_bytes + stats.dead_bytes + stats.log_bytes;
  }

  EngineOptions options_;
  TemporaryFolder folder_;
  std::mt19937_64 random_{1};
  std::unique_ptr<Database> database_;
  size_t most_ = 0;
};

TEST_F(LargeTest, ATransactionLargerThanTheMemory) {
  const Size size = chosen_size();
  options_ = size.options;
  const size_t before = heap_bytes();
  open();
  auto transaction = std::move(database_->begin_upgrade(1)).value();
  ASSERT_TRUE(transaction->create_store(1, R"("s")", "null", false).is_ok());
  ASSERT_TRUE(transaction->create_index(1, 2, R"("i")", R"("i")", false, false).is_ok());
  std::string value(1000, '\0');
  const int records = static_cast<int>(size.transaction_bytes / value.size());
  for (int n = 0; n < records; ++n) {
    for (size_t i = 0; i < value.size(); i += 16) value[i] = static_cast<char>(random_());
    ASSERT_TRUE(
        put(*transaction, 1, number(n), value, {{2, number(static_cast<int>(random_() % 1000))}})
            .is_ok());
    if (n % 64 == 0) note_heap();
  }
  EXPECT_EQ(get(*transaction, 1, number(records - 1)), value);
  EXPECT_NE(get(*transaction, 1, number(0)), "-");
  EXPECT_EQ(count(*transaction, 1), static_cast<uint64_t>(records));
  note_heap();
  ASSERT_TRUE(commit(*database_, std::move(transaction)).is_ok());
  note_heap();
  maintain();
  open();
  auto reader = database_->begin(TransactionMode::readonly, Durability::relaxed);
  EXPECT_EQ(count(*reader, 1), static_cast<uint64_t>(records));
  EXPECT_EQ(count(*reader, 2), static_cast<uint64_t>(records));
  EXPECT_EQ(get(*reader, 1, number(records - 1)), value);
  note_heap();
  reader.reset();
  expect_heap_in_bounds(before, size.heap_bytes_max, "transaction", size.transaction_bytes);
}

TEST_F(LargeTest, AValueLargerThanTheMemory) {
  const Sum first = sum_of(1);
  const Sum second = sum_of(2);
  ASSERT_EQ(first.bytes, kValueBytes);
  ASSERT_NE(first.crc, second.crc);
  const size_t before = heap_bytes();
  open();
  auto upgrade = std::move(database_->begin_upgrade(1)).value();
  ASSERT_TRUE(upgrade->create_store(1, R"("s")", "null", false).is_ok());
  ASSERT_TRUE(commit(*database_, std::move(upgrade)).is_ok());

  auto writer = begin();
  ASSERT_TRUE(put_value(*writer, 1).is_ok());
  expect_value(*writer, first);
  ASSERT_TRUE(commit(*database_, std::move(writer)).is_ok());
  note_heap();
  expect_value(*begin(TransactionMode::readonly), first);
  open();
  expect_value(*begin(TransactionMode::readonly), first);

  writer = begin();
  ASSERT_TRUE(put_value(*writer, 2).is_ok());
  ASSERT_TRUE(commit(*database_, std::move(writer)).is_ok());
  maintain();
  EXPECT_LT(stored_bytes(), kValueBytes * 3 / 2);
  open();
  expect_value(*begin(TransactionMode::readonly), second);

  writer = begin();
  ASSERT_TRUE(writer->remove(1, KeyRange::only(number(1))).is_ok());
  ASSERT_TRUE(commit(*database_, std::move(writer)).is_ok());
  maintain();
  EXPECT_LT(stored_bytes(), uint64_t{8} << 20);
  EXPECT_EQ(get(*begin(TransactionMode::readonly), 1, number(1)), "-");
  EXPECT_EQ(count(*begin(TransactionMode::readonly), 1), 0u);
  expect_heap_in_bounds(before, kValueHeapBytesMax, "value", kValueBytes);
}

}  // namespace
}  // namespace flowdb
