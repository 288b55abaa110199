// Damaged tables: every flipped bit, every cut, foreign bytes. Each read gives the right data or an
// error that says where.
#include <gtest/gtest.h>

#include "sst/compressor.h"
#include "sst/table.h"
#include "sst/table_cursor.h"
#include "sst/table_in_memory.h"
#include "util/crc32c.h"

namespace flowdb {
namespace {

std::vector<OwnedRecord> some_records() {
  std::vector<OwnedRecord> records;
  for (int i = 0; i < 60; ++i) {
    OwnedRecord record;
    record.key = "key" + std::to_string(100 + i);
    record.value = std::string(static_cast<size_t>(i % 7) * 5, 'v') + std::to_string(i * i);
    record.ts = i % 3;
    record.kind = i % 10 == 9 ? RecordKind::remove : RecordKind::put;
    if (record.kind == RecordKind::remove) record.value.clear();
    records.push_back(record);
  }
  return records;
}

// The whole content, or the first error on the way.
Status read_all(TableInMemory& stored, const std::vector<OwnedRecord>& records) {
  BlockCache cache(0);
  FLOWDB_ASSIGN_OR_RETURN(const auto table, Table::open(*stored.container, TableInMemory::kId,
                                                        stored.location(), cache));
  for (const OwnedRecord& record : records) {
    FoundRecord found;
    FLOWDB_ASSIGN_OR_RETURN(const bool there, table->find(record.key, UINT64_MAX, found));
    EXPECT_TRUE(there);
    if (there) expect_same(found.record, record);
  }
  TableCursor cursor(table);
  size_t count = 0;
  for (cursor.seek_to_first(); cursor.valid(); cursor.next()) {
    EXPECT_LT(count, records.size());
    expect_same(cursor.record(), records[count++]);
  }
  FLOWDB_RETURN_IF_ERROR(cursor.status());
  EXPECT_EQ(count, records.size());
  for (cursor.seek_to_last(); cursor.valid(); cursor.prev()) --count;
  FLOWDB_RETURN_IF_ERROR(cursor.status());
  EXPECT_EQ(count, 0u);
  return Status::ok();
}

TEST(TableDamageTest, EveryFlippedBitIsFoundOrHarmless) {
  const auto records = some_records();
  for (const auto compression : {BlockCompression::none, BlockCompression::lz4}) {
    TableBuilderOptions options;
    options.block_bytes = 300;
    options.compression = compression;
    TableInMemory stored(records, options);
    const TableLocation location = stored.location();
    size_t found = 0;
    for (uint64_t bit = 0; bit < location.length * 8; ++bit) {
      char& byte = (*stored.bytes)[location.offset + bit / 8];
      byte = static_cast<char>(byte ^ (1 << (bit % 8)));
      const Status status = read_all(stored, records);
      byte = static_cast<char>(byte ^ (1 << (bit % 8)));
      if (status.is_ok()) continue;
      ++found;
      ASSERT_EQ(status.code(), StatusCode::corruption) << status.to_string();
      ASSERT_NE(status.message().find("flow.db at "), std::string::npos) << status.to_string();
      ASSERT_NE(status.message().find("table 7, offset "), std::string::npos);
      ASSERT_FALSE(testing::Test::HasFailure()) << "bit " << bit;
    }
    ASSERT_FALSE(testing::Test::HasFailure());
    // All but those of the padding.
    EXPECT_GT(found, (location.length - 512) * 8);
  }
}

TEST(TableDamageTest, TheErrorNamesTheBlock) {
  TableBuilderOptions options;
  options.block_bytes = 300;
  TableInMemory stored(some_records(), options);
  (*stored.bytes)[stored.location().offset + 5] ^= 1;
  const Status status = read_all(stored, some_records());
  EXPECT_NE(status.message().find("flow.db at " + std::to_string(stored.location().offset) +
                                  ": table 7, offset 0: a block's checksum is "),
            std::string::npos)
      << status.to_string();
}

TEST(TableDamageTest, ForeignBytesAreNamed) {
  TableInMemory stored(some_records());
  ASSERT_TRUE(stored.container->write_sst(9, std::string(1000, 'x')).is_ok());
  ASSERT_TRUE(stored.container->write_sst(10, "short").is_ok());
  for (const uint32_t id : {9u, 10u}) {
    const TableLocation location = stored.container->tables().at(id);
    const auto table = Table::open(*stored.container, id, location, stored.cache);
    ASSERT_FALSE(table.is_ok());
    EXPECT_EQ(table.status().code(), StatusCode::corruption);
    EXPECT_NE(table.status().message().find("table " + std::to_string(id)), std::string::npos);
  }
}

// Rewrites a part of the table and its checksum, as a forger would.
void forge_footer(TableInMemory& stored, size_t at, std::string_view bytes) {
  const TableLocation location = stored.location();
  char* const footer = stored.bytes->data() + location.offset + location.length - Footer::kBytes;
  bytes.copy(footer + at, bytes.size());
  const uint32_t crc = crc32c({footer + Footer::kMagicAt, 8}, crc32c({footer, Footer::kCrcAt}));
  store_le(footer + Footer::kCrcAt, crc);
}

TEST(TableDamageTest, NewerVersionsAndFeaturesAreUnsupported) {
  for (const size_t at : {Footer::kVersionAt, Footer::kIncompatibleAt}) {
    TableInMemory stored(some_records());
    forge_footer(stored, at, "\x02");
    const Status status = stored.open().status();
    EXPECT_EQ(status.code(), StatusCode::unsupported) << status.to_string();
  }
}

TEST(TableDamageTest, ForgedHandlesAreRefused) {
  for (const size_t field : {Footer::kPropertiesAt, Footer::kIndexAt, Footer::kFilterAt}) {
    for (const uint64_t offset : {uint64_t{0}, uint64_t{100}, uint64_t{1} << 40, UINT64_MAX}) {
      for (const uint32_t length : {0u, 1u, 500u, UINT32_MAX}) {
        TableInMemory stored(some_records());
        std::string handle;
        put_le(handle, offset);
        put_le(handle, length);
        forge_footer(stored, field, handle);
        if (field == Footer::kFilterAt && length == 0) continue;  // a table without a filter
        const Status status = read_all(stored, some_records());
        EXPECT_EQ(status.code(), StatusCode::corruption) << field << " " << offset << " " << length;
      }
    }
  }
}

// Swaps a block's compression byte and makes its checksum hold.
Status read_with_compression(char compression) {
  TableBuilderOptions options;
  options.compression = BlockCompression::none;
  TableInMemory stored(some_records(), options);
  FoundRecord found;
  // The data block ends where the filter begins.
  const TableLocation location = stored.location();
  char* const table = stored.bytes->data() + location.offset;
  const auto filter_at = static_cast<size_t>(
      load_le<uint64_t>(table + location.length - Footer::kBytes + Footer::kFilterAt));
  table[filter_at - kBlockTrailerBytes] = compression;
  store_le(table + filter_at - 4, crc32c({table, filter_at - 4}));
  return stored.open().value()->find("key100", UINT64_MAX, found).status();
}

TEST(TableDamageTest, WhatABlockIsCompressedWithIsNamed) {
  const Status status = read_with_compression(2);
  EXPECT_EQ(status.code(), kHasZstd ? StatusCode::corruption : StatusCode::unsupported);
  // File, table and offset.
  EXPECT_NE(status.message().find("flow.db at "), std::string::npos) << status.to_string();
  EXPECT_NE(status.message().find("table 7, offset "), std::string::npos);
  EXPECT_NE(status.message().find("zstd"), std::string::npos);
  EXPECT_EQ(read_with_compression(3).code(), StatusCode::unsupported);
  EXPECT_EQ(read_with_compression(1).code(), StatusCode::corruption);
}

}  // namespace
}  // namespace flowdb
