// What single writes, single steps of maintenance, and slices of it cost under sustained load.
//
//   latency_bench [RECORDS=1000000] [VALUE_BYTES=128] [FOLDER]
//
// Puts at random keys, one a batch: at first nobody calls maintain(), so that the writers do all of
// the flushing and compacting; then after each eighth there is a step, maintain(0), or a slice of
// 1500 us as of the worker, in turns. Without a folder the files are in memory. Prints percentiles
// in microseconds in which the thread runs: not those in which others have the processor.
#include <time.h>

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <random>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "storage/memory_file.h"
#include "storage/posix_file.h"

namespace flowdb {
namespace {

constexpr int64_t kSliceUs = 1500;

[[noreturn]] void fail(const Status& status) {
  std::fprintf(stderr, "%s\n", status.to_string().c_str());
  std::exit(1);
}

std::unique_ptr<File> file(const std::string& folder, const char* name) {
  if (folder.empty()) return std::make_unique<MemoryFile>(std::make_shared<std::string>(), name);
  auto opened = PosixFile::open(folder + "/" + name, PosixFile::Mode::create_if_missing);
  if (!opened.is_ok()) fail(opened.status());
  return std::move(opened).value();
}

void print(const char* name, std::vector<double>& times_us) {
  if (times_us.empty()) return;
  std::sort(times_us.begin(), times_us.end());
  const auto at = [&](double share) {
    return times_us[static_cast<size_t>(share * static_cast<double>(times_us.size() - 1))];
  };
  std::printf("%-12s %9zu: p50 %8.1f  p99 %8.1f  p99.9 %8.1f  p99.99 %8.1f  max %8.1f us\n", name,
              times_us.size(), at(0.5), at(0.99), at(0.999), at(0.9999), times_us.back());
}

double thread_us() {
  timespec now;
  clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
  return static_cast<double>(now.tv_sec) * 1e6 + static_cast<double>(now.tv_nsec) / 1e3;
}

template <typename Job>
double time_us(Job job) {
  const double start = thread_us();
  job();
  return thread_us() - start;
}

bool maintain(Engine& engine, int64_t budget_us, std::vector<double>& times) {
  bool more = false;
  times.push_back(time_us([&] {
    const Result<bool> pending = engine.maintain(budget_us, Upkeep::due);
    if (!pending.is_ok()) fail(pending.status());
    more = pending.value();
  }));
  return more;
}

void run(int records, size_t value_bytes, const std::string& folder) {
  std::mt19937_64 random(42);
  EngineOptions options;
  options.random = [&] { return random(); };
  options.now_us = [] {
    return std::chrono::duration_cast<std::chrono::microseconds>(
               std::chrono::system_clock::now().time_since_epoch())
        .count();
  };
  auto opened = Engine::open(file(folder, "flow.db"), file(folder, "flow.wal"), options);
  if (!opened.is_ok()) fail(opened.status());
  Engine& engine = *opened.value();
  std::string value(value_bytes, '\0');
  char key[16];
  WriteBatch batch;
  std::vector<double> alone;
  std::vector<double> writes;
  std::vector<double> steps;
  std::vector<double> slices;
  for (int n = 0; n < 2 * records; ++n) {
    for (size_t k = 0; k < value_bytes / 2; ++k) value[k] = static_cast<char>(random());
    std::snprintf(key, sizeof key, "key_%08d",
                  static_cast<int>(random() % static_cast<uint64_t>(records)));
    batch.clear();
    batch.put(key, value);
    (n < records ? alone : writes).push_back(time_us([&] {
      if (const Status status = engine.write(batch, Durability::relaxed); !status.is_ok()) {
        fail(status);
      }
    }));
    if (n < records || n % 8 != 0) continue;
    n % 16 == 0 ? maintain(engine, 0, steps) : maintain(engine, kSliceUs, slices);
  }
  while (maintain(engine, kSliceUs, slices)) {
  }
  print("write, alone", alone);
  print("write", writes);
  print("step", steps);
  print("slice", slices);
  const EngineStats stats = engine.stats();
  std::printf("%llu tables, %llu flushes, %llu compactions\n",
              static_cast<unsigned long long>(stats.tables),
              static_cast<unsigned long long>(stats.flushes),
              static_cast<unsigned long long>(stats.compactions));
}

}  // namespace
}  // namespace flowdb

int main(int argc, char** argv) {
  const int records = argc > 1 ? std::atoi(argv[1]) : 1'000'000;
  const int value_bytes = argc > 2 ? std::atoi(argv[2]) : 128;
  flowdb::run(records > 0 ? records : 1'000'000, static_cast<size_t>(value_bytes),
              argc > 3 ? argv[3] : "");
  return 0;
}
