// What the engine costs natively: writes, point reads and scans of `key_%08d` records with values
// of 128 bytes.
//
//   engine_bench [RECORDS=100000] [FOLDER]
//
// Without a folder the files are in memory. Prints microseconds per record, one line a job.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <random>
#include <string>

#include "engine/engine.h"
#include "storage/memory_file.h"
#include "storage/posix_file.h"

namespace flowdb {
namespace {

constexpr size_t kValueBytes = 128;
constexpr int kBatchRecords = 100;

[[noreturn]] void fail(const Status& status) {
  std::fprintf(stderr, "%s\n", status.to_string().c_str());
  std::exit(1);
}
void check(const Status& status) {
  if (!status.is_ok()) fail(status);
}

class Bench {
 public:
  Bench(int records, std::string folder) : records_(records), folder_(std::move(folder)) {}

  void run() {
    open();
    time("write in order, 100 a batch", [&] { write(false, kBatchRecords, Durability::relaxed); });
    time("get at random, memtable and level 0", [&] { get(0); });
    time("compact everything", [&] { check(engine_->compact_all()); });
    time(
        "open", [&] { reopen(); }, 1);
    time("get at random, cold", [&] { get(0); });
    time("get at random, warm", [&] { get(0); });
    time("get what is not there", [&] { get(records_); });
    time("scan forward, cold", [&] {
      reopen();
      scan(true);
    });
    time("scan forward, warm", [&] { scan(true); });
    time("scan backward, warm", [&] { scan(false); });
    time("overwrite at random, 100 a batch",
         [&] { write(true, kBatchRecords, Durability::relaxed); });
    time("compact what is pending", [&] { maintain(); });
    time("scan forward after that", [&] { scan(true); });
    time("write, 1 a batch", [&] { write(true, 1, Durability::relaxed); });
    const EngineStats stats = engine_->stats();
    std::printf("%llu tables of %llu bytes, %llu dead bytes, %llu flushes, %llu compactions\n",
                static_cast<unsigned long long>(stats.tables),
                static_cast<unsigned long long>(stats.table_bytes),
                static_cast<unsigned long long>(stats.dead_bytes),
                static_cast<unsigned long long>(stats.flushes),
                static_cast<unsigned long long>(stats.compactions));
    check(engine_->close());
  }

 private:
  template <typename Job>
  void time(const char* name, Job job, int count = 0) {
    const auto start = std::chrono::steady_clock::now();
    const std::clock_t start_cpu = std::clock();
    job();
    const double cpu_us = 1e6 * static_cast<double>(std::clock() - start_cpu) / CLOCKS_PER_SEC;
    const std::chrono::duration<double, std::micro> took = std::chrono::steady_clock::now() - start;
    const int shared_by = count > 0 ? count : records_;
    std::printf("%-40s %10.3f us, of the processor %10.3f us\n", name, took.count() / shared_by,
                cpu_us / shared_by);
  }

  std::unique_ptr<File> file(const char* name, const std::shared_ptr<std::string>& bytes) {
    if (folder_.empty()) return std::make_unique<MemoryFile>(bytes, name);
    auto opened = PosixFile::open(folder_ + "/" + name, PosixFile::Mode::create_if_missing);
    if (!opened.is_ok()) fail(opened.status());
    return std::move(opened).value();
  }

  void open() {
    EngineOptions options;
    options.random = [this] { return random_(); };
    options.now_us = [] {
      return std::chrono::duration_cast<std::chrono::microseconds>(
                 std::chrono::system_clock::now().time_since_epoch())
          .count();
    };
    auto opened = Engine::open(file("flow.db", container_), file("flow.wal", log_), options);
    if (!opened.is_ok()) fail(opened.status());
    engine_ = std::move(opened).value();
  }

  void reopen() {
    check(engine_->close());
    engine_.reset();
    open();
  }

  static std::string key(int n) {
    char text[16];
    std::snprintf(text, sizeof text, "key_%08d", n);
    return text;
  }

  void write(bool at_random, int batch_records, Durability durability) {
    std::string value(kValueBytes, '\0');
    WriteBatch batch;
    for (int n = 0; n < records_;) {
      batch.clear();
      for (int i = 0; i < batch_records && n < records_; ++i, ++n) {
        // Half of it compresses.
        for (size_t k = 0; k < kValueBytes / 2; ++k) value[k] = static_cast<char>(random_());
        batch.put(
            key(at_random ? static_cast<int>(random_() % static_cast<uint64_t>(records_)) : n),
            value);
      }
      check(engine_->write(batch, durability));
    }
  }

  void get(int beyond) {
    std::string value;
    for (int i = 0; i < records_; ++i) {
      const int n = beyond + static_cast<int>(random_() % static_cast<uint64_t>(records_));
      const Status status = engine_->get(key(n), {}, value);
      if (!status.is_ok() && !status.is(StatusCode::not_found)) fail(status);
    }
  }

  void scan(bool forward) {
    auto iterator = engine_->new_iterator({});
    int count = 0;
    if (forward) {
      for (iterator->seek_to_first(); iterator->valid(); iterator->next()) ++count;
    } else {
      for (iterator->seek_to_last(); iterator->valid(); iterator->prev()) ++count;
    }
    check(iterator->status());
    if (count != records_) std::printf("%d records instead of %d\n", count, records_);
  }

  void maintain() {
    for (bool more = true; more;) {
      const Result<bool> pending = engine_->maintain(4000);
      if (!pending.is_ok()) fail(pending.status());
      more = pending.value();
    }
  }

  const int records_;
  const std::string folder_;
  std::mt19937_64 random_{42};
  std::shared_ptr<std::string> container_ = std::make_shared<std::string>();
  std::shared_ptr<std::string> log_ = std::make_shared<std::string>();
  std::unique_ptr<Engine> engine_;
};

}  // namespace
}  // namespace flowdb

int main(int argc, char** argv) {
  const int records = argc > 1 ? std::atoi(argv[1]) : 100'000;
  flowdb::Bench(records > 0 ? records : 100'000, argc > 2 ? argv[2] : "").run();
  return 0;
}
