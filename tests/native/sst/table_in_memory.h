// A container in memory with one table in it, for the tests of tables.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "sst/table.h"
#include "sst/table_builder.h"
#include "storage/memory_file.h"

namespace flowdb {

// A record that owns its bytes.
struct OwnedRecord {
  std::string key;
  std::string value;
  int64_t ts = 0;
  int64_t expire_at = kNeverExpires;
  uint64_t sequence = 1;
  RecordKind kind = RecordKind::put;

  Record view() const { return {key, value, ts, expire_at, sequence, kind}; }
};

inline void expect_same(const Record& found, const OwnedRecord& expected) {
  ASSERT_EQ(found.key, expected.key);
  ASSERT_EQ(found.value, expected.value);
  ASSERT_EQ(found.ts, expected.ts);
  ASSERT_EQ(found.expire_at, expected.expire_at);
  ASSERT_EQ(found.sequence, expected.sequence);
  ASSERT_EQ(found.kind, expected.kind);
}

struct TableInMemory {
  static constexpr uint32_t kId = 7;

  explicit TableInMemory(const std::vector<OwnedRecord>& records,
                         const TableBuilderOptions& options = {}, RangeRemoves removes = {}) {
    auto opened = Container::open(std::make_unique<MemoryFile>(bytes, "flow.db"), {});
    EXPECT_TRUE(opened.is_ok()) << opened.status().to_string();
    container = std::move(opened).value();
    auto writer = container->begin_table(kId);
    EXPECT_TRUE(writer.is_ok()) << writer.status().to_string();
    TableBuilder builder(*writer.value(), options);
    for (const OwnedRecord& record : records) EXPECT_TRUE(builder.add(record.view()).is_ok());
    builder.set_range_removes(std::move(removes));
    EXPECT_TRUE(builder.finish().is_ok());
    writer.value().reset();
    EXPECT_TRUE(container->apply({kId}, {}, "").is_ok());
  }

  TableLocation location() const { return container->tables().at(kId); }

  Result<std::shared_ptr<Table>> open() { return Table::open(*container, kId, location(), cache); }

  std::shared_ptr<std::string> bytes = std::make_shared<std::string>();
  std::unique_ptr<Container> container;
  BlockCache cache{1 << 20};
};

}  // namespace flowdb
