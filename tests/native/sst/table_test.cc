// Tables written and read again: finds and walks, at every block boundary, against the records that
// went in.
#include "sst/table.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>

#include "sst/table_cursor.h"
#include "sst/table_in_memory.h"

namespace flowdb {
namespace {

std::vector<OwnedRecord> random_records(uint64_t seed, size_t count) {
  std::mt19937_64 random(seed);
  std::vector<OwnedRecord> records;
  for (size_t i = 0; i < count; ++i) {
    OwnedRecord record;
    record.key = "key" + std::to_string(random() % count);
    if (random() % 4 == 0) record.ts = static_cast<int64_t>(random() % 3) - 1;
    if (random() % 5 == 0) record.expire_at = static_cast<int64_t>(random() % 1000) - 500;
    record.sequence = 1 + i;
    if (random() % 6 == 0) record.kind = RecordKind::remove;
    if (record.kind == RecordKind::put)
      record.value.assign(random() % 60, static_cast<char>('a' + i % 26));
    records.push_back(record);
  }
  std::sort(records.begin(), records.end(), [](const OwnedRecord& a, const OwnedRecord& b) {
    return compare_records(a.view(), b.view()) < 0;
  });
  return records;
}

void expect_walks(TableInMemory& stored, const std::vector<OwnedRecord>& records) {
  auto table = stored.open();
  ASSERT_TRUE(table.is_ok()) << table.status().to_string();
  TableCursor cursor(table.value());
  cursor.seek_to_first();
  for (const OwnedRecord& record : records) {
    ASSERT_TRUE(cursor.valid());
    expect_same(cursor.record(), record);
    cursor.next();
  }
  EXPECT_FALSE(cursor.valid());
  cursor.seek_to_last();
  for (size_t i = records.size(); i-- > 0;) {
    ASSERT_TRUE(cursor.valid());
    expect_same(cursor.record(), records[i]);
    cursor.prev();
  }
  EXPECT_FALSE(cursor.valid());
  // From each record on, a step in both directions and back.
  for (size_t i = 0; i < records.size(); ++i) {
    cursor.seek(records[i].view());
    ASSERT_TRUE(cursor.valid());
    expect_same(cursor.record(), records[i]);
    cursor.prev();
    ASSERT_EQ(cursor.valid(), i > 0);
    if (i > 0) {
      expect_same(cursor.record(), records[i - 1]);
      cursor.next();
      expect_same(cursor.record(), records[i]);
    }
    cursor.seek(records[i].view());
    cursor.next();
    ASSERT_EQ(cursor.valid(), i + 1 < records.size());
    if (cursor.valid()) {
      expect_same(cursor.record(), records[i + 1]);
      cursor.prev();
      expect_same(cursor.record(), records[i]);
    }
  }
  ASSERT_TRUE(cursor.status().is_ok());
}

TEST(TableTest, WalksOfManySizesOfBlocks) {
  for (const size_t block_bytes : {1, 100, 500, 8192, 1 << 20}) {
    for (const auto compression : {BlockCompression::none, BlockCompression::lz4}) {
      SCOPED_TRACE(block_bytes);
      const auto records = random_records(block_bytes, 400);
      TableBuilderOptions options;
      options.block_bytes = block_bytes;
      options.compression = compression;
      TableInMemory stored(records, options);
      expect_walks(stored, records);
    }
  }
}

TEST(TableTest, EachCountOfRecordsAroundRestarts) {
  for (size_t count = 1; count <= 50; ++count) {
    const auto records = random_records(count, count);
    TableInMemory stored(records);
    expect_walks(stored, records);
  }
}

TEST(TableTest, FindsTheNewestVisibleVersion) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  const auto records = random_records(seed, 1000);
  for (const int bits : {0, 10}) {
    TableBuilderOptions options;
    options.block_bytes = 200;
    options.bloom_bits_per_key = bits;
    TableInMemory stored(records, options);
    auto table = stored.open();
    ASSERT_TRUE(table.is_ok());
    for (int i = 0; i < 1100; ++i) {
      const std::string key = "key" + std::to_string(i);
      for (const uint64_t sequence_max : {uint64_t{0}, uint64_t{300}, UINT64_MAX}) {
        const auto expected =
            std::find_if(records.begin(), records.end(), [&](const OwnedRecord& record) {
              return record.key == key && record.sequence <= sequence_max;
            });
        FoundRecord found;
        const auto result = table.value()->find(key, sequence_max, found);
        ASSERT_TRUE(result.is_ok());
        ASSERT_EQ(result.value(), expected != records.end());
        if (result.value()) expect_same(found.record, *expected);
      }
    }
  }
}

// The index knows where a block's keys begin, and where they end.
TEST(TableTest, AKeyBetweenTwoBlocksReadsNoBlock) {
  std::vector<OwnedRecord> records(100);
  for (size_t i = 0; i < records.size(); ++i) {
    records[i].key = "key" + std::to_string(100 + i);
    records[i].value = "v";
  }
  TableBuilderOptions options;
  options.block_bytes = 1;  // each record has a block
  options.bloom_bits_per_key = 0;
  TableInMemory stored(records, options);
  const auto opened = stored.open();
  ASSERT_TRUE(opened.is_ok());
  const Table& table = *opened.value();
  const auto blocks_of = [&](const std::string& key, bool is_there) {
    const BlockCache::Counters before = stored.cache.counters;
    FoundRecord found;
    const auto result = table.find(key, UINT64_MAX, found);
    EXPECT_TRUE(result.is_ok());
    EXPECT_EQ(result.value(), is_there) << key;
    const BlockCache::Counters& after = stored.cache.counters;
    return after.found + after.read - before.found - before.read;
  };
  blocks_of("key", false);  // reads the index
  const uint64_t index_alone = blocks_of("key", false);
  for (size_t i = 0; i < records.size(); ++i) {
    EXPECT_EQ(blocks_of(records[i].key + "+", false), index_alone) << records[i].key;
  }
  EXPECT_EQ(stored.cache.counters.read, 1u);
  EXPECT_EQ(blocks_of(records[50].key, true), index_alone + 1);
}

// What was found once is found again by a shorter way, as long as its block is in the cache.
TEST(TableTest, FindsAgainWhateverTheCacheHolds) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const auto records = random_records(seed, 1000);
  TableBuilderOptions options;
  options.block_bytes = 200;
  TableInMemory stored(records, options);
  // Nothing at all, a few blocks, half of them, all of them.
  for (const size_t cache_bytes : {0, 4000, 60'000, 4'000'000}) {
    SCOPED_TRACE(cache_bytes);
    BlockCache cache(cache_bytes);
    auto table = Table::open(*stored.container, TableInMemory::kId, stored.location(), cache);
    ASSERT_TRUE(table.is_ok());
    for (int i = 0; i < 5000; ++i) {
      const std::string key = "key" + std::to_string(random() % 1100);
      const uint64_t sequence_max = random() % 4 == 0 ? random() % 1000 : UINT64_MAX;
      const auto expected =
          std::find_if(records.begin(), records.end(), [&](const OwnedRecord& record) {
            return record.key == key && record.sequence <= sequence_max;
          });
      FoundRecord found;
      const auto result = table.value()->find(key, sequence_max, found);
      ASSERT_TRUE(result.is_ok());
      ASSERT_EQ(result.value(), expected != records.end()) << key;
      if (result.value()) expect_same(found.record, *expected);
    }
  }
}

TEST(TableTest, VersionsOfOneKeyMaySpanManyBlocks) {
  std::vector<OwnedRecord> records;
  for (uint64_t i = 0; i < 100; ++i) {
    OwnedRecord record;
    record.key = "same";
    record.value = std::string(50, 'x') + std::to_string(i);
    record.sequence = 1000 - i;
    records.push_back(record);
  }
  TableBuilderOptions options;
  options.block_bytes = 256;
  TableInMemory stored(records, options);
  expect_walks(stored, records);
  auto table = stored.open();
  FoundRecord found;
  ASSERT_TRUE(table.value()->find("same", 905, found).value());
  EXPECT_EQ(found.record.sequence, 905u);
  ASSERT_FALSE(table.value()->find("same", 900, found).value());
}

TEST(TableTest, EmptyKeysBigKeysAndBigValues) {
  std::vector<OwnedRecord> records(4);
  records[1].key = std::string(100'000, 'a');
  records[2].key = std::string(100'000, 'a') + "b";
  records[2].value = std::string(3'000'000, 'v');
  records[3].key = std::string("\xff\xff\x00", 3);
  TableInMemory stored(records);
  expect_walks(stored, records);
}

TEST(TableTest, ItsLengthEndsItsRecordOnASector) {
  for (size_t count = 1; count < 40; ++count) {
    TableInMemory stored(random_records(count, count));
    EXPECT_EQ(stored.location().length % 512, 499u);
  }
}

TEST(TableTest, PropertiesTellWhatIsInIt) {
  std::vector<OwnedRecord> records(3);
  records[0] = {"a", "", 5, 77, 3, RecordKind::put};
  records[1] = {"b", "", -9, kNeverExpires, 1, RecordKind::remove};
  records[2] = {"b", "x", -10, 70, 9, RecordKind::put};
  TableBuilderOptions options;
  options.level = 3;
  options.database_id[15] = 42;
  TableInMemory stored(records, options);
  auto table = stored.open();
  ASSERT_TRUE(table.is_ok());
  const TableProperties& properties = table.value()->properties();
  EXPECT_EQ(properties.smallest_key, "a");
  EXPECT_EQ(properties.largest_key, "b");
  EXPECT_EQ(properties.records, 3u);
  EXPECT_EQ(properties.removes, 1u);
  EXPECT_EQ(properties.smallest_sequence, 1u);
  EXPECT_EQ(properties.largest_sequence, 9u);
  EXPECT_EQ(properties.min_ts, -10);
  EXPECT_EQ(properties.max_ts, 5);
  EXPECT_EQ(properties.max_expire_at, kNeverExpires);
  EXPECT_EQ(properties.level, 3);
  EXPECT_EQ(properties.database_id[15], 42);
}

TEST(TableTest, ARemovedTableIsReadByWhoStillHasIt) {
  const auto records = random_records(1, 100);
  TableInMemory stored(records);
  auto table = stored.open();
  ASSERT_TRUE(stored.container->apply({}, {TableInMemory::kId}, "").is_ok());
  TableCursor cursor(table.value());
  cursor.seek_to_first();
  ASSERT_TRUE(cursor.valid());
  expect_same(cursor.record(), records.front());
}

}  // namespace
}  // namespace flowdb
