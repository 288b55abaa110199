// What walks of a table leave in the cache, and what they push out.
#include <gtest/gtest.h>

#include "sst/table_cursor.h"
#include "sst/table_in_memory.h"

namespace flowdb {
namespace {

// Many small blocks, so that the index is as large as some of them together.
std::unique_ptr<TableInMemory> stored_table(size_t count) {
  std::vector<OwnedRecord> records;
  for (size_t i = 0; i < count; ++i) {
    records.push_back({"key" + std::to_string(100'000 + i), std::string(40, 'v')});
  }
  TableBuilderOptions options;
  options.block_bytes = 256;
  return std::make_unique<TableInMemory>(records, options);
}

std::shared_ptr<Table> open_with(const TableInMemory& stored, BlockCache& cache) {
  auto table = Table::open(*stored.container, TableInMemory::kId, stored.location(), cache);
  EXPECT_TRUE(table.is_ok()) << table.status().to_string();
  return std::move(table).value();
}

void walk(const std::shared_ptr<Table>& table, CacheUse use, size_t walked = 0) {
  TableCursor cursor(table, use, {}, walked);
  size_t count = 0;
  for (cursor.seek_to_first(); cursor.valid(); cursor.next()) ++count;
  EXPECT_TRUE(cursor.status().is_ok());
  EXPECT_EQ(count, table->properties().records);
}

void find_all(const Table& table, size_t count) {
  FoundRecord found;
  for (size_t i = 0; i < count; ++i) {
    const auto any = table.find("key" + std::to_string(100'000 + i), UINT64_MAX, found);
    ASSERT_TRUE(any.is_ok() && any.value());
  }
}

TEST(CacheUseTest, ACompactionLeavesNothing) {
  const auto stored = stored_table(2000);
  BlockCache cache(1 << 20);
  const auto table = open_with(*stored, cache);
  walk(table, CacheUse::pass);
  EXPECT_EQ(cache.bytes(), 0u);
}

class PushingOut : public testing::TestWithParam<CacheUse> {};

// Behind its first blocks, a scan takes what is free alone: of the indexes that it comes by, too.
TEST_P(PushingOut, WhatIsReadAgainAndAgainStays) {
  constexpr size_t kOften = 200;
  const auto often_stored = stored_table(kOften);
  BlockCache unbounded(1 << 20);
  const auto measured = open_with(*often_stored, unbounded);
  find_all(*measured, kOften);
  BlockCache cache(unbounded.bytes());
  const auto often = open_with(*often_stored, cache);
  find_all(*often, kOften);
  const auto scanned_stored = stored_table(5000);
  walk(open_with(*scanned_stored, cache), GetParam(), TableCursor::kWalkBlocks);
  const uint64_t read = cache.counters.read;
  find_all(*often, kOften);
  EXPECT_EQ(cache.counters.read, read);
}

INSTANTIATE_TEST_SUITE_P(All, PushingOut, testing::Values(CacheUse::keep, CacheUse::pass));

// A compaction that meets what is in the cache makes it no younger.
TEST(CacheUseTest, APassIsNoUse) {
  BlockCache cache(3000);
  const auto block = [] { return BlockRef(new Block(ByteBuffer(1000), BlockKind::bytes)); };
  cache.insert(1, 1, block());
  cache.insert(1, 2, block());
  EXPECT_FALSE(cache.find(1, 1, CacheUse::pass) == nullptr);
  EXPECT_FALSE(cache.find(1, 1, CacheUse::room) == nullptr);
  cache.insert(1, 3, block());
  EXPECT_TRUE(cache.find(1, 1, CacheUse::pass) == nullptr);
  EXPECT_FALSE(cache.find(1, 2, CacheUse::pass) == nullptr);
}

}  // namespace
}  // namespace flowdb
