// Latencies and Prometheus' text; what the engine holds in memory.
#include <gtest/gtest.h>

#include <map>
#include <random>
#include <regex>
#include <sstream>

#include "engine/test_engine.h"
#include "storage/posix_directory.h"
#include "storage/posix_file.h"
#include "storage/temporary_folder.h"
#include "util/heap_bytes.h"

namespace flowdb {
namespace {

TEST(LatencyTest, PercentilesAreAtMostAnEighthTooLarge) {
  LatencyHistogram histogram;
  EXPECT_EQ(histogram.percentile_ns(0.5), 0u);
  for (uint64_t ns = 1; ns <= 100'000; ++ns) histogram.add(ns);
  EXPECT_EQ(histogram.count(), 100'000u);
  EXPECT_EQ(histogram.sum_ns(), 100'000ull * 100'001 / 2);
  for (const double part : {0.5, 0.95, 0.99, 0.999, 1.0}) {
    const double exact = part * 100'000;
    const auto found = static_cast<double>(histogram.percentile_ns(part));
    EXPECT_GE(found, exact);
    EXPECT_LE(found, exact * 1.125);
  }
  LatencyHistogram extremes;
  extremes.add(0);
  EXPECT_EQ(extremes.percentile_ns(1), 0u);
  extremes.add(UINT64_MAX);
  EXPECT_EQ(extremes.percentile_ns(1), UINT64_MAX);
}

EngineOptions measured_options() {
  EngineOptions options = tiny_options();
  options.clock_ns = [ns = uint64_t{0}]() mutable { return ns += 1000; };
  return options;
}

void work(Engine& engine) {
  for (int i = 0; i < 300; ++i) {
    WriteBatch batch;
    batch.put("key" + std::to_string(i), std::string(300, 'x'));
    expect_ok(engine.write(batch, Durability::relaxed));
  }
  expect_ok(engine.compact_all());
  std::string value;
  for (int i = 0; i < 10; ++i) expect_ok(engine.get("key" + std::to_string(i), {}, value));
}

TEST(LatencyTest, CallsAndStepsAreMeasured) {
  const StoredDatabase stored;
  auto engine = stored.open(measured_options());
  work(*engine);
  const EngineLatencies* const latencies = engine->latencies();
  ASSERT_NE(latencies, nullptr);
  EXPECT_EQ(latencies->write.count(), 300u);
  EXPECT_EQ(latencies->log_write.count(), 300u);
  EXPECT_EQ(latencies->get.count(), 10u);
  EXPECT_GE(latencies->get.percentile_ns(0.5), 1000u);
  EXPECT_GT(latencies->flush.count(), 0u);
  EXPECT_GT(latencies->compaction.count(), 0u);
  // Without a clock nothing is.
  EXPECT_EQ(StoredDatabase().open()->latencies(), nullptr);
}

TEST(PrometheusTest, HasTheFormat) {
  const StoredDatabase stored;
  auto engine = stored.open(measured_options());
  work(*engine);
  const std::string text = engine->prometheus_text();
  ASSERT_FALSE(text.empty());
  EXPECT_EQ(text.back(), '\n');
  const std::regex help("# HELP (flowdb_[a-z0-9_]+) [^\\n]+\\.");
  const std::regex type("# TYPE (flowdb_[a-z0-9_]+) (counter|gauge|summary)");
  const std::regex sample(
      "(flowdb_[a-z0-9_]+)(\\{[a-z]+=\"[a-z0-9._]+\"(,[a-z]+=\"[a-z0-9._]+\")*\\})? "
      "([0-9]+(\\.[0-9]+)?)");
  std::map<std::string, std::string> types;
  std::map<std::string, double> values;
  std::string last_help;
  std::istringstream lines(text);
  for (std::string line; std::getline(lines, line);) {
    std::smatch match;
    if (std::regex_match(line, match, help)) {
      last_help = match[1];
      EXPECT_EQ(types.count(last_help), 0u) << "twice: " << line;
    } else if (std::regex_match(line, match, type)) {
      EXPECT_EQ(match[1], last_help);
      types[match[1]] = match[2];
    } else {
      ASSERT_TRUE(std::regex_match(line, match, sample)) << line;
      std::string name = match[1];
      EXPECT_EQ(name.rfind(last_help, 0), 0u) << line;
      EXPECT_TRUE(values.emplace(name + match[2].str(), std::stod(match[4])).second) << line;
    }
  }
  for (const auto& [name, kind] : types) {
    const bool total = name.size() > 6 && name.substr(name.size() - 6) == "_total";
    EXPECT_EQ(total, kind == "counter") << name;
  }
  EXPECT_EQ(values.at("flowdb_log_writes_total"), 300);
  EXPECT_EQ(values.at("flowdb_latency_seconds_count{operation=\"get\"}"), 10);
  EXPECT_GE(values.at("flowdb_latency_seconds{operation=\"get\",quantile=\"0.99\"}"), 1e-6);
  EXPECT_LT(values.at("flowdb_latency_seconds{operation=\"get\",quantile=\"0.99\"}"), 2e-6);
  // Without a clock there are no latencies, but the rest.
  EXPECT_EQ(StoredDatabase().open()->prometheus_text().find("latency"), std::string::npos);
}

TEST(MemoryTest, ManyTablesStayWithinTheBudget) {
  EngineOptions options = tiny_options();
  options.memtable_bytes_max = 32 << 10;
  options.block_cache_bytes = 48 << 10;
  options.overlay_bytes_max = 16 << 10;
  options.memory_bytes_max = 128 << 10;
  const StoredDatabase stored;
  auto engine = stored.open(options);
  std::mt19937_64 random(1);
  std::string value(100, '\0');
  for (int i = 0; i < 20'000; ++i) {
    for (char& byte : value) byte = static_cast<char>(random());
    WriteBatch batch;
    batch.put("key" + std::to_string(random() % 50'000), value);
    expect_ok(engine->write(batch, Durability::relaxed));
    if (i % 10 == 0) expect_ok(engine->maintain(0).status());
    if (i % 3 == 0) {
      std::string found;
      const Status status = engine->get("key" + std::to_string(random() % 50'000), {}, found);
      ASSERT_TRUE(status.is_ok() || status.is(StatusCode::not_found)) << status.to_string();
    }
    const EngineStats stats = engine->stats();
    ASSERT_LE(stats.cache_bytes, options.block_cache_bytes);
    ASSERT_LE(stats.memtable_bytes + stats.cache_bytes, options.memory_bytes_max);
  }
  EXPECT_GT(engine->stats().tables, 100u);
  auto iterator = engine->new_iterator({});
  for (iterator->seek_to_first(); iterator->valid(); iterator->next()) {
    ASSERT_LE(engine->stats().cache_bytes, options.block_cache_bytes);
  }
  expect_ok(iterator->status());
}

// A new database whose files are not in memory.
std::unique_ptr<Engine> open_in(const TemporaryFolder& folder, EngineOptions options) {
  const auto file = [&](const char* name) {
    return PosixFile::open(folder.path(name), PosixFile::Mode::create_if_missing).value();
  };
  const auto directory = [&](const char* name) {
    return PosixDirectory::open(folder.path(name)).value();
  };
  auto opened = tables_in_files()
                    ? Engine::open(directory("root"), directory("tables"), std::move(options))
                    : Engine::open(file("flow.db"), file("flow.wal"), std::move(options));
  EXPECT_TRUE(opened.is_ok()) << opened.status().to_string();
  return opened.is_ok() ? std::move(opened).value() : nullptr;
}

// What memory_bytes_max promises, of what the engine counts and of what the heap knows: while
// records are written and read, a transaction and a walk are open, a snapshot keeps versions, and
// compactions go on.
TEST(MemoryTest, EverythingAtOnceStaysWithinTheBudget) {
  EngineOptions options = test_options();
  options.memtable_bytes_max = 1 << 20;
  options.overlay_bytes_max = 1 << 20;
  options.block_cache_bytes = 2 << 20;
  options.memory_bytes_max = 8 << 20;
  options.table_bytes_max = 1 << 20;
  options.level1_bytes_max = 4 << 20;
  const TemporaryFolder folder;
  const size_t heap_before = heap_bytes();
  auto engine = open_in(folder, options);
  ASSERT_NE(engine, nullptr);
  std::mt19937_64 random(1);
  std::string value(200, '\0');
  const auto random_key = [&] { return "key" + std::to_string(random() % 100'000); };
  const auto fill_value = [&] {
    for (char& byte : value) byte = static_cast<char>(random());
  };
  Memtable overlay;
  while (overlay.memory_bytes() + (256 << 10) < options.overlay_bytes_max) {
    fill_value();
    const std::string key = random_key();
    Record record;
    record.key = key;
    record.value = value;
    overlay.insert(record);
  }
  ReadOptions reading;
  reading.overlay = &overlay;
  std::unique_ptr<Iterator> walk;
  uint64_t snapshot = engine->pin_snapshot();
  uint64_t counted_most = 0;
  size_t heap_most = 0;
  const auto note = [&] {
    const EngineStats stats = engine->stats();
    counted_most =
        std::max(counted_most, stats.memtable_bytes + stats.cache_bytes + overlay.memory_bytes());
    heap_most = std::max(heap_most, heap_bytes());
  };
  for (int i = 0; i < 60'000; ++i) {
    fill_value();
    WriteBatch batch;
    batch.put(random_key(), value);
    expect_ok(engine->write(batch, Durability::relaxed));
    if (i % 4 == 0) {
      std::string found;
      reading.snapshot = i % 8 == 0 ? snapshot : UINT64_MAX;
      const Status status = engine->get(random_key(), reading, found);
      ASSERT_TRUE(status.is_ok() || status.is(StatusCode::not_found)) << status.to_string();
    }
    if (i % 6000 == 0) {
      engine->unpin_snapshot(snapshot);
      snapshot = engine->pin_snapshot();
      reading.snapshot = snapshot;
      walk = engine->new_iterator(reading);
      walk->seek_to_first();
    }
    if (walk->valid()) walk->next();
    if (i % 16 == 0) {
      expect_ok(engine->maintain(0).status());
      note();
    }
  }
  expect_ok(walk->status());
  walk = nullptr;
  engine->unpin_snapshot(snapshot);
  EXPECT_GT(engine->stats().flushes, 12u);
  EXPECT_GT(engine->stats().compactions, 10u);
  EXPECT_GT(counted_most, size_t{3} << 20);
  EXPECT_LE(counted_most, options.memory_bytes_max);
  EXPECT_LE(heap_most, heap_before + options.memory_bytes_max);
}

// Point reads find their blocks in the cache after a walk over everything.
TEST(MemoryTest, AScanLeavesWhatIsReadAgainAndAgain) {
  EngineOptions options = tiny_options();
  options.block_cache_bytes = 96 << 10;
  const StoredDatabase stored;
  auto engine = stored.open(options);
  work(*engine);
  std::string value;
  const auto blocks_read_by_gets = [&] {
    const uint64_t before = engine->stats().blocks_read;
    for (int i = 100; i < 105; ++i) expect_ok(engine->get("key" + std::to_string(i), {}, value));
    return engine->stats().blocks_read - before;
  };
  for (int i = 0; i < 3; ++i) blocks_read_by_gets();
  ASSERT_EQ(blocks_read_by_gets(), 0u);
  auto iterator = engine->new_iterator({});
  for (iterator->seek_to_first(); iterator->valid(); iterator->next()) {
  }
  for (iterator->seek_to_last(); iterator->valid(); iterator->prev()) {
  }
  // Not all of it found room.
  EXPECT_GT(engine->stats().blocks_read, 2 * 120u);
  EXPECT_EQ(blocks_read_by_gets(), 0u);
}

}  // namespace
}  // namespace flowdb
