// Tables that remove ranges of keys: with records, without any, damaged.
#include <gtest/gtest.h>

#include "sst/table_cursor.h"
#include "sst/table_in_memory.h"

namespace flowdb {
namespace {

RangeRemoves some_removes() {
  RangeRemoves removes;
  removes.add("b", "d", 5);
  removes.add("c", std::string("x\0", 2), 9);
  return removes;
}

void expect_some_removes(const Table& table) {
  RangeRemoves found;
  ASSERT_TRUE(table.add_range_removes(found).is_ok());
  for (const auto& [key, sequence, removed] :
       {std::tuple("a", 1, false), std::tuple("b", 4, true), std::tuple("b", 5, false),
        std::tuple("c", 8, true), std::tuple("x", 8, true), std::tuple("x1", 8, false)}) {
    EXPECT_EQ(found.removes(key, static_cast<uint64_t>(sequence), UINT64_MAX), removed) << key;
  }
}

TEST(RangeRemovesBlockTest, StandsBesideRecords) {
  TableInMemory stored({{"c", "value", 3, kNeverExpires, 7, RecordKind::put}}, {}, some_removes());
  auto opened = stored.open();
  ASSERT_TRUE(opened.is_ok()) << opened.status().to_string();
  const Table& table = *opened.value();
  expect_some_removes(table);
  const TableProperties& properties = table.properties();
  EXPECT_EQ(properties.smallest_key, "b");
  EXPECT_EQ(properties.largest_key, "x");  // the range's end is the next key behind it
  EXPECT_EQ(properties.smallest_sequence, 5u);
  EXPECT_EQ(properties.largest_sequence, 9u);
  EXPECT_EQ(properties.min_ts, 3);
  EXPECT_EQ(properties.max_expire_at, kNeverExpires);
  FoundRecord found;
  EXPECT_TRUE(table.find("c", UINT64_MAX, found).value());
  EXPECT_FALSE(table.find("x", UINT64_MAX, found).value());
}

TEST(RangeRemovesBlockTest, ATableMayHoldNothingElse) {
  TableInMemory stored({}, {}, some_removes());
  auto opened = stored.open();
  ASSERT_TRUE(opened.is_ok()) << opened.status().to_string();
  expect_some_removes(*opened.value());
  EXPECT_EQ(opened.value()->properties().records, 0u);
  FoundRecord found;
  EXPECT_FALSE(opened.value()->find("c", UINT64_MAX, found).value());
  TableCursor cursor(opened.value());
  cursor.seek_to_first();
  EXPECT_FALSE(cursor.valid());
  cursor.seek_to_last();
  EXPECT_FALSE(cursor.valid());
  cursor.seek(place_before("c"));
  EXPECT_FALSE(cursor.valid());
  EXPECT_TRUE(cursor.status().is_ok());
}

TEST(RangeRemovesBlockTest, EveryFlippedBitIsFound) {
  TableInMemory stored({{"c", "value", 3, kNeverExpires, 7, RecordKind::put}}, {}, some_removes());
  const TableLocation location = stored.location();
  const uint64_t at = stored.open().value()->properties().range_removes.offset;
  const uint64_t length = stored.open().value()->properties().range_removes.length;
  for (uint64_t offset = at; offset < at + length + kBlockTrailerBytes; ++offset) {
    char& byte = (*stored.bytes)[location.offset + offset];
    byte = static_cast<char>(byte ^ 0x10);
    auto opened = stored.open();
    ASSERT_TRUE(opened.is_ok());
    RangeRemoves found;
    const Status status = opened.value()->add_range_removes(found);
    EXPECT_EQ(status.code(), StatusCode::corruption) << status.to_string();
    byte = static_cast<char>(byte ^ 0x10);
  }
}

}  // namespace
}  // namespace flowdb
