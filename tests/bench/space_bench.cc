// How large the two files become while the same records are overwritten for ever.
//
//   space_bench [MEGABYTES=100] [ROUNDS=5] [VALUE_BYTES=1000] [SEED=1] [RANDOM_PERCENT=50]
//
// Writes as many megabytes of records, then overwrites them at random ROUNDS times, and prints the
// largest size of flow.db + flow.wal at any write beside that of a fresh load of the same records,
// which was closed. Of each value, RANDOM_PERCENT do not compress. The files are in memory.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>

#include "engine/engine.h"
#include "storage/memory_file.h"

namespace flowdb {
namespace {

void check(const Status& status) {
  if (status.is_ok()) return;
  std::fprintf(stderr, "%s\n", status.to_string().c_str());
  std::exit(1);
}

// The sizes of both files, at each call that changes one.
struct Sizes {
  std::shared_ptr<std::string> container = std::make_shared<std::string>();
  std::shared_ptr<std::string> log = std::make_shared<std::string>();
  size_t largest = 0;
  size_t largest_container = 0;  // flow.db's part of that

  size_t now() const { return container->size() + log->size(); }
  void note() {
    if (now() <= largest) return;
    largest = now();
    largest_container = container->size();
  }
};

class MeasuredFile final : public File {
 public:
  MeasuredFile(std::shared_ptr<std::string> bytes, std::string name, Sizes& sizes)
      : file_(std::move(bytes), std::move(name)), sizes_(sizes) {}

  Result<size_t> read_at(uint64_t offset, char* buffer, size_t length) override {
    return file_.read_at(offset, buffer, length);
  }
  Status write_at(uint64_t offset, std::string_view bytes) override {
    Status status = file_.write_at(offset, bytes);
    sizes_.note();
    return status;
  }
  Status truncate(uint64_t size) override {
    Status status = file_.truncate(size);
    sizes_.note();
    return status;
  }
  Status sync() override { return file_.sync(); }
  Result<uint64_t> size() override { return file_.size(); }
  std::string_view name() const override { return file_.name(); }

 private:
  MemoryFile file_;
  Sizes& sizes_;
};

struct Settings {
  size_t records;
  size_t rounds;
  size_t value_bytes;
  size_t random_bytes;
  uint64_t seed;
};

class Database {
 public:
  explicit Database(const Settings& settings) : settings_(settings), random_(settings.seed) {
    EngineOptions options;
    options.random = [this] { return random_(); };
    options.now_us = [] {
      return std::chrono::duration_cast<std::chrono::microseconds>(
                 std::chrono::steady_clock::now().time_since_epoch())
          .count();
    };
    auto opened = Engine::open(std::make_unique<MeasuredFile>(sizes_.container, "flow.db", sizes_),
                               std::make_unique<MeasuredFile>(sizes_.log, "flow.wal", sizes_),
                               std::move(options));
    check(opened.status());
    engine_ = std::move(opened).value();
  }

  void put(size_t n) {
    char key[24];
    std::snprintf(key, sizeof key, "key_%012zu", n);
    std::string value(settings_.value_bytes, 'v');
    for (size_t i = 0; i < settings_.random_bytes; ++i) value[i] = static_cast<char>(random_());
    batch_.put(key, value);
    if (batch_.count() == 100 || batch_.payload().size() > 900'000) write();
  }
  void write() {
    if (batch_.count() == 0) return;
    const size_t largest = sizes_.largest;
    check(engine_->write(batch_, Durability::relaxed));
    batch_.clear();
    if (sizes_.largest > largest) at_largest_ = engine_->stats();
  }
  // Behind the write during which the files were as large as never before.
  const EngineStats& at_largest() const { return at_largest_; }
  size_t random_below(size_t count) { return static_cast<size_t>(random_() % count); }

  void maintain() {
    for (bool more = true; more;) {
      const Result<bool> pending = engine_->maintain(4000);
      check(pending.status());
      more = pending.value();
    }
  }
  void close() { check(engine_->close()); }
  Engine& engine() { return *engine_; }
  Sizes& sizes() { return sizes_; }

 private:
  const Settings settings_;
  std::mt19937_64 random_;
  Sizes sizes_;
  EngineStats at_largest_;
  WriteBatch batch_;
  std::unique_ptr<Engine> engine_;
};

double megabytes(size_t bytes) { return static_cast<double>(bytes) / 1e6; }

size_t fresh_bytes(const Settings& settings) {
  Database fresh(settings);
  for (size_t n = 0; n < settings.records; ++n) fresh.put(n);
  fresh.write();
  fresh.maintain();
  fresh.close();
  return fresh.sizes().now();
}

void overwrite(const Settings& settings, bool upkeep, size_t base) {
  Database database(settings);
  for (size_t n = 0; n < settings.records; ++n) database.put(n);
  database.write();
  database.sizes().largest = 0;
  const std::clock_t start = std::clock();
  for (size_t i = 0; i < settings.rounds * settings.records; ++i) {
    database.put(database.random_below(settings.records));
    // As a worker does between requests.
    if (upkeep && i % 1000 == 0) check(database.engine().maintain(4000, Upkeep::due).status());
  }
  database.write();
  const double took = static_cast<double>(std::clock() - start) / CLOCKS_PER_SEC;
  const Sizes& sizes = database.sizes();
  const double allowed = 1.5 * static_cast<double>(base) + (8 << 20);
  std::printf("overwritten %zu times%s: at most %.1f MB, %.2f of the allowed %.1f, in %.1f s\n",
              settings.rounds, upkeep ? ", with upkeep" : "", megabytes(sizes.largest),
              static_cast<double>(sizes.largest) / allowed, allowed / 1e6, took);
  const EngineStats& at = database.at_largest();
  std::printf("  then: flow.db %.1f MB (tables %.1f), flow.wal %.1f MB\n",
              megabytes(sizes.largest_container), megabytes(at.table_bytes),
              megabytes(sizes.largest - sizes.largest_container));
  database.maintain();
  const EngineStats stats = database.engine().stats();
  std::printf("  idle: %.1f MB (tables %.1f, dead %.1f)\n", megabytes(sizes.now()),
              megabytes(stats.table_bytes), megabytes(stats.dead_bytes));
  database.close();
  std::printf("  closed: %.1f MB\n", megabytes(sizes.now()));
}

void run(const Settings& settings) {
  const size_t base = fresh_bytes(settings);
  std::printf("fresh load: %.1f MB\n", megabytes(base));
  for (const bool upkeep : {false, true}) overwrite(settings, upkeep, base);
}

}  // namespace
}  // namespace flowdb

int main(int argc, char** argv) {
  const auto number = [&](int i, size_t otherwise) {
    const long given = argc > i ? std::atol(argv[i]) : 0;
    return given > 0 ? static_cast<size_t>(given) : otherwise;
  };
  flowdb::Settings settings{};
  settings.value_bytes = number(3, 1000);
  settings.records = number(1, 100) * 1'000'000 / (settings.value_bytes + 16);
  settings.rounds = number(2, 5);
  settings.seed = number(4, 1);
  settings.random_bytes = settings.value_bytes * number(5, 50) / 100;
  flowdb::run(settings);
  return 0;
}
