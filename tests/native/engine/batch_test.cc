// Batches: their documented bytes, there and back, and every malformed one refused.
#include <gtest/gtest.h>

#include "engine/batch_reader.h"
#include "engine/write_batch.h"

namespace flowdb {
namespace {

using namespace std::string_literals;

TEST(BatchTest, HasTheDocumentedBytes) {
  WriteBatch batch;
  batch.put("k", "vw");
  batch.put("k", "", -1, 1);
  batch.remove("xy");
  batch.remove("", 2);
  EXPECT_EQ(batch.count(), 4u);
  EXPECT_EQ(batch.payload(),
            "\x04\0\0\0"s
            "\x00\x01k\x02vw"s
            "\x0c\x01k\x01\x02\x00"s
            "\x01\x02xy"s
            "\x05\x00\x04"s);
  batch.clear();
  EXPECT_EQ(batch.payload(), "\0\0\0\0"s);
}

// The operations, or the first error.
Status read(std::string_view payload, std::vector<Record>& records) {
  BatchReader reader(payload);
  for (Record record;;) {
    FLOWDB_ASSIGN_OR_RETURN(const bool more, reader.next(record, "flow.wal"));
    if (!more) return Status::ok();
    records.push_back(record);
  }
}

TEST(BatchTest, ThereAndBack) {
  WriteBatch batch;
  batch.put("key", std::string(1000, 'v'), INT64_MIN, INT64_MAX - 1);
  batch.remove(std::string(300, 'k'), INT64_MAX);
  std::vector<Record> records;
  ASSERT_TRUE(read(batch.payload(), records).is_ok());
  ASSERT_EQ(records.size(), 2u);
  EXPECT_EQ(records[0].value, std::string(1000, 'v'));
  EXPECT_EQ(records[0].ts, INT64_MIN);
  EXPECT_EQ(records[0].expire_at, INT64_MAX - 1);
  EXPECT_EQ(records[1].key, std::string(300, 'k'));
  EXPECT_EQ(records[1].ts, INT64_MAX);
  EXPECT_EQ(records[1].kind, RecordKind::remove);
}

TEST(BatchTest, EveryCutIsCorruption) {
  WriteBatch batch;
  batch.put("key", "value", 5, 6);
  batch.remove("other");
  for (size_t cut = 0; cut < batch.payload().size(); ++cut) {
    std::vector<Record> records;
    EXPECT_EQ(read(batch.payload().substr(0, cut), records).code(), StatusCode::corruption) << cut;
  }
}

TEST(BatchTest, MoreThanTheCountIsCorruption) {
  std::vector<Record> records;
  EXPECT_EQ(read("\0\0\0\0x"s, records).code(), StatusCode::corruption);
}

TEST(BatchTest, TheRemovalOfARangeHasTheDocumentedBytes) {
  WriteBatch batch;
  batch.remove_range("b", "de");
  EXPECT_EQ(batch.payload(), "\x01\0\0\0\x02\x01"s + "b\x02" + "de");
  std::vector<Record> records;
  ASSERT_TRUE(read(batch.payload(), records).is_ok());
  ASSERT_EQ(records.size(), 1u);
  EXPECT_EQ(records[0].kind, RecordKind::remove_range);
  EXPECT_EQ(records[0].key, "b");
  EXPECT_EQ(records[0].value, "de");
}

TEST(BatchTest, UnknownFlagsAreUnsupported) {
  for (const char flags : "\x03\x06\x0a\x10\x20\x40"s) {
    std::vector<Record> records;
    EXPECT_EQ(read("\x01\0\0\0"s + std::string(1, flags) + "\x01k\x01v", records).code(),
              StatusCode::unsupported);
  }
}

}  // namespace
}  // namespace flowdb
