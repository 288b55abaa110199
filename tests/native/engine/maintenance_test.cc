// Flushes and compactions in steps: each is small, whoever does it; a reader sees the same at any
// of them, and so does who opens the files after the process has ended there.
#include <gtest/gtest.h>

#include <algorithm>
#include <map>

#include "engine/capped_file.h"
#include "engine/counting_file.h"
#include "engine/test_engine.h"

namespace flowdb {
namespace {

using Model = std::map<std::string, std::string>;

EngineOptions small_options() {
  EngineOptions options = test_options();
  options.memtable_bytes_max = 1 << 20;
  options.table_bytes_max = 512 << 10;
  options.log_extent_bytes_max = 1 << 20;
  options.level1_bytes_max = 2 << 20;
  return options;
}

void expect_content(Engine& engine, const Model& model) {
  auto iterator = engine.new_iterator({});
  auto expected = model.begin();
  for (iterator->seek_to_first(); iterator->valid(); iterator->next(), ++expected) {
    ASSERT_NE(expected, model.end()) << iterator->key();
    ASSERT_EQ(iterator->key(), expected->first);
    ASSERT_EQ(iterator->value(), expected->second);
  }
  expect_ok(iterator->status());
  ASSERT_EQ(expected, model.end());
  auto last = model.rbegin();
  for (iterator->seek_to_last(); iterator->valid(); iterator->prev(), ++last) {
    ASSERT_EQ(iterator->key(), last->first);
    ASSERT_EQ(iterator->value(), last->second);
  }
  ASSERT_EQ(last, model.rend());
}

// What a call may read and write: a step's records in and out, what ends a table, and a checkpoint.
constexpr uint64_t kCallBytesMax = 256 << 10;

// A new database in such files, which share something, of the storage that the test runs on.
template <typename SharingFile, typename SharingDirectory, typename Shared>
std::unique_ptr<Engine> open_sharing(const std::shared_ptr<Shared>& shared, EngineOptions options) {
  const auto file = [&](const char* name) {
    return std::make_unique<SharingFile>(std::make_shared<std::string>(), name, shared);
  };
  const auto directory = [&] {
    return std::make_unique<SharingDirectory>(
        std::make_unique<FaultyDirectory>(std::make_shared<StoredNames>(),
                                          std::make_shared<CallsLeft>()),
        shared);
  };
  auto opened = tables_in_files()
                    ? Engine::open(directory(), directory(), std::move(options))
                    : Engine::open(file("flow.db"), file("flow.wal"), std::move(options));
  EXPECT_TRUE(opened.is_ok()) << opened.status().to_string();
  return opened.is_ok() ? std::move(opened).value() : nullptr;
}

std::unique_ptr<Engine> open_counted(const std::shared_ptr<FileCounts>& counts,
                                     EngineOptions options) {
  return open_sharing<CountingFile, CountingDirectory>(counts, std::move(options));
}

TEST(MaintenanceTest, NoWriteDoesMuchMoreThanItsShare) {
  auto counts = std::make_shared<FileCounts>();
  const auto opened = open_counted(counts, small_options());
  ASSERT_NE(opened, nullptr);
  Engine& engine = *opened;
  std::mt19937_64 random(7);
  uint64_t largest = 0;
  std::string value(100, 'v');
  WriteBatch batch;
  for (int i = 0; i < 150'000; ++i) {
    for (char& c : value) c = static_cast<char>(random());
    batch.clear();
    batch.put("key" + std::to_string(random() % 60'000), value);
    *counts = FileCounts();
    expect_ok(engine.write(batch, Durability::relaxed));
    largest = std::max(largest, counts->bytes);
  }
  EXPECT_GT(engine.stats().flushes, 10u);
  EXPECT_GT(engine.stats().compactions, 2u);
  EXPECT_LT(largest, kCallBytesMax);
  // Left alone, writers keep level 0 in bounds, and everything with it.
  EXPECT_LT(engine.stats().tables, 60u);
}

// A flush takes milliseconds: each has a slice for itself.
TEST(MaintenanceTest, NoSliceDoesMuch) {
  auto counts = std::make_shared<FileCounts>();
  const auto opened = open_counted(counts, small_options());
  ASSERT_NE(opened, nullptr);
  Engine& engine = *opened;
  std::mt19937_64 random(8);
  uint64_t largest = 0;
  uint64_t most_flushes = 0;
  for (int i = 0; i < 40'000; ++i) {
    WriteBatch batch;
    batch.put("key" + std::to_string(random() % 20'000), std::string(100, 'v'));
    expect_ok(engine.write(batch, Durability::relaxed));
    if (i % 10 != 0) continue;
    *counts = FileCounts();
    expect_ok(engine.maintain(0).status());
    largest = std::max(largest, counts->bytes);
    most_flushes = std::max(most_flushes, counts->flushes);
  }
  EXPECT_GT(engine.stats().compactions, 0u);
  EXPECT_LT(largest, kCallBytesMax);
  // Where each table is a file, the whole of a commit is one call: the tables' names, the
  // checkpoint and its name, each flushed twice.
  EXPECT_EQ(most_flushes, tables_in_files() ? 6u : 1u);
}

TEST(MaintenanceTest, ASliceEndsWhenTheClockIsSetBack) {
  EngineOptions options = small_options();
  auto now_us = std::make_shared<int64_t>(1'000'000);
  auto steps = std::make_shared<int64_t>(0);
  options.now_us = [=] { return *now_us += *steps; };
  const StoredDatabase stored;
  auto engine = stored.open(options);
  for (size_t table = 0; table < options.level0_tables_max; ++table) {
    WriteBatch batch;
    for (int i = 0; i < 1000; ++i) batch.put("key" + std::to_string(i), std::string(100, 'v'));
    expect_ok(engine->write(batch, Durability::relaxed));
    expect_ok(engine->flush());
  }
  *steps = -1;
  Result<bool> more = engine->maintain(2000);
  ASSERT_TRUE(more.is_ok());
  EXPECT_TRUE(more.value());
  EXPECT_EQ(engine->stats().compactions, 0u);
  // No budget is too large to be added to a time.
  *steps = 1;
  more = engine->maintain(INT64_MAX);
  ASSERT_TRUE(more.is_ok());
  EXPECT_FALSE(more.value());
  EXPECT_EQ(engine->stats().compactions, 1u);
}

TEST(MaintenanceTest, EverythingIsThereAtEachStepAndAfterEach) {
  const StoredDatabase stored;
  Model model;
  auto engine = stored.open(tiny_options());
  std::mt19937_64 random(9);
  uint64_t pinned = 0;
  Model pinned_model;
  for (int i = 0; i < 1500; ++i) {
    const std::string key = "key" + std::to_string(random() % 100);
    WriteBatch batch;
    if (random() % 4 == 0) {
      batch.remove(key);
      model.erase(key);
    } else {
      model[key] = std::to_string(i) + std::string(random() % 400, 'v');
      batch.put(key, model[key]);
    }
    expect_ok(engine->write(batch, Durability::relaxed));
    if (i % 2 == 0) expect_ok(engine->maintain(0).status());
    if (i % 50 == 0) {
      if (i > 0) engine->unpin_snapshot(pinned);
      pinned = engine->pin_snapshot();
      pinned_model = model;
    }
    if (i % 10 != 0) continue;
    expect_content(*engine, model);
    for (const auto& [k, v] : pinned_model) {
      ReadOptions options;
      options.snapshot = pinned;
      std::string value;
      expect_ok(engine->get(k, options, value));
      ASSERT_EQ(value, v);
    }
    expect_content(*stored.copy().open(tiny_options()), model);
  }
  engine->unpin_snapshot(pinned);
  EXPECT_GT(engine->stats().flushes, 10u);
  expect_ok(engine->close());
  expect_content(*stored.open(tiny_options()), model);
}

TEST(MaintenanceTest, AFlushWithoutRoomIsMadeUpForLater) {
  const auto quota = std::make_shared<Quota>();
  quota->bytes_max = 1 << 20;
  const auto opened = open_sharing<CappedFile, CappedDirectory>(quota, tiny_options());
  ASSERT_NE(opened, nullptr);
  Engine& engine = *opened;
  Model model;
  const auto put = [&](int n) {
    const std::string key = "key" + std::to_string(n);
    WriteBatch batch;
    batch.put(key, std::string(300, 'v'));
    const Status status = engine.write(batch, Durability::relaxed);
    if (status.is_ok()) model[key] = std::string(300, 'v');
    return status;
  };
  int n = 0;
  // Until a memtable is frozen.
  while (!engine.maintain(0, Upkeep::due).value()) expect_ok(put(n++));
  quota->bytes_max = quota->bytes;
  Result<bool> slice = engine.maintain(0, Upkeep::due);
  while (slice.is_ok() && slice.value()) slice = engine.maintain(0, Upkeep::due);
  EXPECT_EQ(slice.status().code(), StatusCode::quota_exceeded);
  // There is still room in the log and in the memory.
  expect_ok(put(n++));
  expect_content(engine, model);
  quota->bytes_max = 1 << 20;
  do {
    slice = engine.maintain(0, Upkeep::due);
    expect_ok(slice.status());
  } while (slice.value());
  EXPECT_GT(engine.stats().flushes, 0u);
  for (int i = 0; i < 500; ++i) expect_ok(put(n++));
  expect_content(engine, model);
}

}  // namespace
}  // namespace flowdb
