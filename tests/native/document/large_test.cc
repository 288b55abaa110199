// A transaction much larger than the memory that it may take. Small here; FLOWDB_LARGE=1 makes it
// 500 MB with the default options, under 64 MiB.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <random>

#include "document/test_database.h"
#include "storage/posix_file.h"
#include "storage/temporary_folder.h"
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

class LargeTest : public testing::Test {
 protected:
  void open() {
    database_.reset();
    EngineOptions options = size_.options;
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

  const Size size_ = chosen_size();
  TemporaryFolder folder_;
  std::mt19937_64 random_{1};
  std::unique_ptr<Database> database_;
  size_t most_ = 0;
};

TEST_F(LargeTest, ATransactionLargerThanTheMemory) {
  const size_t before = heap_bytes();
  open();
  auto transaction = std::move(database_->begin_upgrade(1)).value();
  ASSERT_TRUE(transaction->create_store(1, R"("s")", "null", false).is_ok());
  ASSERT_TRUE(transaction->create_index(1, 2, R"("i")", R"("i")", false, false).is_ok());
  std::string value(1000, '\0');
  const int records = static_cast<int>(size_.transaction_bytes / value.size());
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
  for (bool more = true; more;) {
    const auto pending = database_->engine().maintain(10'000);
    ASSERT_TRUE(pending.is_ok()) << pending.status().to_string();
    more = pending.value();
    note_heap();
  }
  open();
  auto reader = database_->begin(TransactionMode::readonly, Durability::relaxed);
  EXPECT_EQ(count(*reader, 1), static_cast<uint64_t>(records));
  EXPECT_EQ(count(*reader, 2), static_cast<uint64_t>(records));
  EXPECT_EQ(get(*reader, 1, number(records - 1)), value);
  note_heap();
  reader.reset();
  EXPECT_LT(most_ - before, size_.heap_bytes_max);
  RecordProperty("heap_bytes_most", std::to_string(most_ - before));
  std::printf("a transaction of %llu bytes took %zu bytes of memory at most\n",
              static_cast<unsigned long long>(size_.transaction_bytes), most_ - before);
}

}  // namespace
}  // namespace flowdb
