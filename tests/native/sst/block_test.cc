// Blocks as bytes: the documented layout, and every malformed one refused without a crash.
#include <gtest/gtest.h>

#include <random>

#include "buffer_of.h"
#include "sst/block_builder.h"
#include "sst/block_cursor.h"

namespace flowdb {
namespace {

using namespace std::string_literals;

TEST(BlockTest, HasTheDocumentedBytes) {
  BlockBuilder builder;
  builder.add_record({"ab", "V", 0, kNeverExpires, 5, RecordKind::put});
  builder.add_record({"abc", "", 1, -2, 300, RecordKind::put});
  builder.add_record({"b", "", 0, kNeverExpires, 6, RecordKind::remove});
  const std::string expected =
      "\x00\x02\x00\x05\x01"s
      "ab"
      "V"
      "\x02\x01\x0c\xac\x02\x02\x03\x00"s
      "c"
      "\x00\x01\x01\x06"s
      "b"
      "\x00\x00\x00\x00\x01\x00\x00\x00"s;
  EXPECT_EQ(builder.size(), expected.size());
  EXPECT_EQ(builder.finish(), expected);
}

TEST(BlockTest, AnIndexEntryHasTheDocumentedBytes) {
  BlockBuilder builder;
  builder.add_index_entry("ab", "V");
  builder.add_index_entry("ac", "WX");
  EXPECT_EQ(builder.finish(),
            "\x00\x02\x01"s
            "ab"
            "V"
            "\x01\x01\x02"s
            "c"
            "WX"
            "\x00\x00\x00\x00\x01\x00\x00\x00"s);
}

TEST(BlockTest, MalformedRestartsAreRefused) {
  for (const std::string& payload :
       {""s, "abc"s, "\0\0\0\0"s, "\x01\0\0\0"s, "\xff\xff\xff\xff"s, "a\x01\0\0\0\x01\0\0\0"s,
        "\x09\0\0\0\x01\0\0\0"s, "ab\0\0\0\0\0\0\0\0\x02\0\0\0"s}) {
    Block block(buffer_of(payload), BlockKind::data);
    EXPECT_FALSE(block.parse());
  }
}

TEST(BlockTest, UnknownKindsAndFlagsAreNotMalformedButUnknown) {
  for (const int flags : {2, 3, 0x10, 0x20, 0x40, 0x80}) {
    std::string payload =
        "\x00\x01\x00\x05\x00"s
        "a"
        "\0\0\0\0\x01\0\0\0"s;
    payload[2] = static_cast<char>(flags);
    Block block(buffer_of(payload), BlockKind::data);
    ASSERT_TRUE(block.parse());
    BlockCursor cursor(block);
    cursor.seek_to_first();
    EXPECT_FALSE(cursor.valid());
    EXPECT_EQ(cursor.error(), EntryError::unknown_flags);
  }
}

// Whatever the bytes, a walk ends.
TEST(BlockTest, RandomBytesNeverCrashAWalk) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 20000; ++round) {
    BlockBuilder builder;
    for (int i = 0; i < 40; ++i) {
      const std::string key = "key" + std::to_string(1000 + i);
      builder.add_record({key, "value", 0, kNeverExpires, 1, RecordKind::put});
    }
    std::string payload(builder.finish());
    for (int i = 0; i < 3; ++i) payload[random() % payload.size()] = static_cast<char>(random());
    for (const BlockKind kind : {BlockKind::data, BlockKind::index}) {
      Block block(buffer_of(payload), kind);
      if (!block.parse()) continue;
      BlockCursor cursor(block);
      const size_t most = payload.size();
      size_t steps = 0;
      for (cursor.seek_to_first(); cursor.valid() && steps <= most; cursor.next()) ++steps;
      ASSERT_LE(steps, most);
      steps = 0;
      for (cursor.seek_to_last(); cursor.valid() && steps <= most; cursor.prev()) ++steps;
      ASSERT_LE(steps, most);
      Record place;
      place.key = "key1020";
      cursor.seek(place);
      if (cursor.valid()) cursor.prev();
      if (cursor.valid()) cursor.next();
    }
  }
}

}  // namespace
}  // namespace flowdb
