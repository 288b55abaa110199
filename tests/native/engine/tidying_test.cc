// Tidying, which moves a container's last tables to the front: in as few commits as it can, and to
// an end; a database with a file for each table has nothing to move. And which writes a long log's
// records to a table.
#include <gtest/gtest.h>

#include "engine/counting_file.h"
#include "engine/test_engine.h"

namespace flowdb {
namespace {

// A new container whose files count.
std::unique_ptr<Engine> open_counted(const std::shared_ptr<FileCounts>& counts) {
  auto opened = Engine::open(
      std::make_unique<CountingFile>(std::make_shared<std::string>(), "flow.db", counts),
      std::make_unique<CountingFile>(std::make_shared<std::string>(), "flow.wal", counts),
      test_options());
  EXPECT_TRUE(opened.is_ok()) << opened.status().to_string();
  return opened.is_ok() ? std::move(opened).value() : nullptr;
}

// A table's move is a commit of five flushes; many small tables share them.
TEST(TidyingTest, SmallTablesMoveTogether) {
  auto counts = std::make_shared<FileCounts>();
  const auto opened = open_counted(counts);
  ASSERT_NE(opened, nullptr);
  Engine& engine = *opened;
  std::mt19937_64 random(11);
  // In each of three ranges the same records once, and in the first once more.
  for (const char range : {'a', 'b', 'c', 'a'}) {
    auto overlay = std::make_unique<Memtable>();
    for (int i = 0; i < 20'000; ++i) {
      std::string value(300, 'v');
      for (char& c : value) c = static_cast<char>(random());
      const std::string key = range + std::to_string(100'000 + i);
      Record record;
      record.key = key;
      record.value = value;
      record.sequence = 1;
      overlay->insert(record);
    }
    expect_ok(engine.write_overlays({overlay.get()}, Durability::relaxed));
  }
  while (engine.maintain(1'000'000, Upkeep::due).value()) {
  }
  const EngineStats before = engine.stats();
  *counts = FileCounts();
  while (engine.maintain(1'000'000, Upkeep::all).value()) {
  }
  EXPECT_GT(before.dead_bytes, engine.stats().dead_bytes + (5 << 20));
  EXPECT_GT(before.tables, 20u);
  EXPECT_LE(counts->flushes, 60u);
}

// A hole takes the last table as it is stored, and not its first record alone as it is written: the
// move ends at the file's end again, and must not be tried for ever.
TEST(TidyingTest, EndsWhereARecordIsLargerThanItsTable) {
  auto counts = std::make_shared<FileCounts>();
  const auto opened = open_counted(counts);
  ASSERT_NE(opened, nullptr);
  Engine& engine = *opened;
  bool every_other_is_dead = false;
  engine.set_drop_filter([&](std::string_view key) {
    const bool is_dead = every_other_is_dead && key[0] == 'k' && key.back() % 2 != 0;
    return is_dead ? KeyFate{true, std::string(key) + '\0'} : KeyFate();
  });
  std::mt19937_64 random(1);
  const auto put = [&](const std::string& key, size_t random_bytes, size_t bytes) {
    std::string value(bytes, 'v');
    for (size_t i = 0; i < random_bytes; ++i) value[i] = static_cast<char>(random());
    WriteBatch batch;
    batch.put(key, value);
    expect_ok(engine.write(batch, Durability::relaxed));
  };
  const auto maintain = [&](Upkeep upkeep) {
    for (int slices = 0; slices < 3000; ++slices) {
      const Result<bool> more = engine.maintain(0, upkeep);
      if (!more.is_ok() || !more.value()) return more.is_ok();
    }
    return false;
  };
  for (int i = 0; i < 40; ++i) {
    put("k" + std::to_string(100 + i), 150'000, 150'000);
    expect_ok(engine.flush());
    ASSERT_TRUE(maintain(Upkeep::due));
  }
  for (int i = 0; i < 3; ++i) {
    put("y" + std::to_string(i), 100'000, 100'000);
    expect_ok(engine.flush());
  }
  for (int i = 0; i < 3; ++i) put("z" + std::to_string(i), 26'000, 240'000);
  expect_ok(engine.flush());
  ASSERT_TRUE(maintain(Upkeep::due));
  every_other_is_dead = true;
  engine.drop_filter_changed();
  EXPECT_TRUE(maintain(Upkeep::all));
}

// Few records are left to the log, and what is due is not held up by a flush.
TEST(TidyingTest, WritesWhatWouldTakeLongToRecover) {
  StoredDatabase stored;
  EngineOptions options = test_options();
  // Neither a full log nor a compaction comes first.
  options.level0_tables_max = 20;
  options.log_extent_bytes_min = options.log_extent_bytes_max = 8 << 20;
  const auto engine = stored.open(options);
  bool are_later_dead = false;
  engine->set_drop_filter([&](std::string_view key) {
    return are_later_dead ? fate_of(key, "key9000", "key9001") : KeyFate();
  });
  const auto put = [&](int from, int to) {
    for (int i = from; i < to; ++i) {
      WriteBatch batch;
      batch.put("key" + std::to_string(i), std::string(1000, 'v'));
      expect_ok(engine->write(batch, Durability::relaxed));
    }
  };
  // As after a crash.
  const auto recovered = [&](Upkeep upkeep, int64_t budget_us = 1'000'000) {
    while (engine->maintain(budget_us, upkeep).value()) {
    }
    return stored.copy().open(options)->stats().recovered_batches;
  };
  // The first extent is a small one.
  put(0, 200);
  expect_ok(engine->flush());
  put(200, 1100);
  EXPECT_EQ(recovered(Upkeep::all), 900u);
  put(1100, 1400);
  EXPECT_EQ(recovered(Upkeep::due), 1200u);
  EXPECT_EQ(recovered(Upkeep::all), 0u);
  put(1400, 1403);
  EXPECT_EQ(recovered(Upkeep::all), 3u);
  // Also where the slices end with the removal of a dead table.
  expect_ok(engine->flush());
  put(90'000, 90'010);
  expect_ok(engine->flush());
  put(20'000, 21'200);
  are_later_dead = true;
  engine->drop_filter_changed();
  const uint64_t tables = engine->stats().tables;
  EXPECT_EQ(recovered(Upkeep::all, 0), 0u);
  EXPECT_EQ(engine->stats().tables, tables);  // one less, and one more
}

}  // namespace
}  // namespace flowdb
