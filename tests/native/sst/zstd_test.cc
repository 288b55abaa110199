// Blocks compressed with zstd, in a build that has it.
#include <gtest/gtest.h>

#include <random>

#include "sst/compressor.h"
#include "sst/table_cursor.h"
#include "sst/table_in_memory.h"

namespace flowdb {
namespace {

TEST(ZstdTest, ThereAndBack) {
  Compressor compressor;
  for (const size_t length : {100, 10'000, 1'000'000}) {
    std::string raw;
    while (raw.size() < length) raw += "city " + std::to_string(raw.size()) + ", ";
    const std::string stored(compressor.zstd(raw));
    ASSERT_FALSE(stored.empty());
    ByteBuffer again;
    ASSERT_TRUE(decompress_zstd(stored, again));
    EXPECT_EQ(again.view(), raw);
    EXPECT_LE(stored.size(), compressor.lz4(raw).size());
  }
}

TEST(ZstdTest, WhatDoesNotShrinkIsLeftAsItIs) {
  Compressor compressor;
  std::mt19937 random(3);
  std::string raw(5000, '\0');
  for (char& c : raw) c = static_cast<char>(random());
  EXPECT_TRUE(compressor.zstd(raw).empty());
  EXPECT_TRUE(compressor.zstd("").empty());
}

TEST(ZstdTest, DamageIsRefused) {
  Compressor compressor;
  std::string stored(compressor.zstd(std::string(1000, 'a')));
  ByteBuffer raw;
  for (size_t cut = 0; cut < stored.size(); ++cut) {
    EXPECT_FALSE(decompress_zstd(stored.substr(0, cut), raw));
  }
  stored[0] = static_cast<char>(stored[0] + 1);  // another length
  EXPECT_FALSE(decompress_zstd(stored, raw));
}

TEST(ZstdTest, ATableOfItIsRead) {
  std::vector<OwnedRecord> records;
  for (int i = 1000; i < 3000; ++i) {
    records.push_back({"key" + std::to_string(i), "value " + std::to_string(i * 7), 0,
                       kNeverExpires, 5, RecordKind::put});
  }
  TableBuilderOptions options;
  options.compression = BlockCompression::zstd;
  TableInMemory stored(records, options);
  options.compression = BlockCompression::none;
  EXPECT_LT(stored.location().length * 2, TableInMemory(records, options).location().length);
  auto table = stored.open();
  ASSERT_TRUE(table.is_ok());
  TableCursor cursor(table.value());
  size_t count = 0;
  for (cursor.seek_to_first(); cursor.valid(); cursor.next()) {
    expect_same(cursor.record(), records[count++]);
  }
  EXPECT_EQ(count, records.size());
}

}  // namespace
}  // namespace flowdb
