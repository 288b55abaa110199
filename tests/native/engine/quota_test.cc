// A quota that is used up: the commit that meets it fails and leaves nothing behind, everything
// before it stays, and the database works again as soon as there is room, in the same session or in
// the next.
#include <gtest/gtest.h>

#include "engine/capped_file.h"
#include "engine/test_engine.h"

namespace flowdb {
namespace {

struct CappedDatabase {
  StoredDatabase stored;
  std::shared_ptr<Quota> quota = std::make_shared<Quota>();

  std::unique_ptr<Engine> open() const {
    auto opened =
        Engine::open(std::make_unique<CappedFile>(stored.container, "flow.db", quota),
                     std::make_unique<CappedFile>(stored.log, "flow.wal", quota), tiny_options());
    EXPECT_TRUE(opened.is_ok()) << opened.status().to_string();
    return std::move(opened).value();
  }
};

WriteBatch batch_of(uint64_t n) {
  WriteBatch batch;
  batch.put("key" + std::to_string(n), std::string(n % 100 == 99 ? 20'000 : 300, 'v'));
  batch.put("twin" + std::to_string(n), "");
  return batch;
}

// Commits from `next` on until the quota stops it. Result: the first batch that is not there.
uint64_t fill(Engine& engine, uint64_t next) {
  for (;; ++next) {
    const Status status = engine.write(batch_of(next), Durability::relaxed);
    if (status.is_ok()) continue;
    EXPECT_EQ(status.code(), StatusCode::quota_exceeded) << status.to_string();
    return next;
  }
}

void expect_batches(Engine& engine, uint64_t end) {
  uint64_t records = 0;
  auto iterator = engine.new_iterator({});
  for (iterator->seek_to_first(); iterator->valid(); iterator->next()) ++records;
  expect_ok(iterator->status());
  EXPECT_EQ(records, 2 * end);
  std::string value;
  for (uint64_t n = 0; n < end; ++n) {
    expect_ok(engine.get("key" + std::to_string(n), {}, value));
    expect_ok(engine.get("twin" + std::to_string(n), {}, value));
  }
}

TEST(QuotaTest, TheDatabaseGoesOnWhenThereIsRoomAgain) {
  CappedDatabase database;
  database.quota->bytes_max = 400'000;
  auto engine = database.open();
  uint64_t end = fill(*engine, 0);
  ASSERT_GT(end, 100u);
  // A smaller commit, or one that needs no flush, may still find room. In the end there is none,
  // and all stays readable.
  for (uint64_t next = fill(*engine, end); next != end; next = fill(*engine, end)) end = next;
  expect_batches(*engine, end);
  database.quota->bytes_max = 900'000;
  const uint64_t more = fill(*engine, end);
  EXPECT_GT(more, end + 100);
  expect_batches(*engine, more);
}

TEST(QuotaTest, AFullDatabaseIsOpenedAndRead) {
  CappedDatabase database;
  database.quota->bytes_max = 400'000;
  const uint64_t end = fill(*database.open(), 0);
  auto engine = database.open();
  expect_batches(*engine, end);
  database.quota->bytes_max = 900'000;
  const uint64_t more = fill(*engine, end);
  EXPECT_GT(more, end + 100);
  engine = database.open();
  expect_batches(*engine, more);
}

TEST(QuotaTest, CompactionFailsWithoutHarm) {
  CappedDatabase database;
  database.quota->bytes_max = 400'000;
  auto engine = database.open();
  const uint64_t end = fill(*engine, 0);
  const Status status = engine->compact_all();
  EXPECT_EQ(status.code(), StatusCode::quota_exceeded) << status.to_string();
  expect_batches(*engine, end);
  database.quota->bytes_max = 4'000'000;
  expect_ok(engine->compact_all());
  expect_batches(*engine, end);
  expect_ok(engine->close());
  expect_batches(*database.open(), end);
}

TEST(QuotaTest, NoRoomToCreate) {
  CappedDatabase database;
  database.quota->bytes_max = 5000;
  auto opened = Engine::open(
      std::make_unique<CappedFile>(database.stored.container, "flow.db", database.quota),
      std::make_unique<CappedFile>(database.stored.log, "flow.wal", database.quota),
      tiny_options());
  EXPECT_EQ(opened.status().code(), StatusCode::quota_exceeded) << opened.status().to_string();
  database.quota->bytes_max = 500'000;
  expect_batches(*database.open(), 0);
}

}  // namespace
}  // namespace flowdb
