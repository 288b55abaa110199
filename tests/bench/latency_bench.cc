// What single writes cost under sustained load: nobody calls maintain(), so that the writers do all
// of the flushing and compacting.
//
//   latency_bench [RECORDS=1000000] [FOLDER]
//
// Puts of 128 bytes at random keys, one a batch. Without a folder the files are in memory. Prints
// percentiles of a write, then of the slices of maintain(0) that do the rest, in microseconds.
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

using Clock = std::chrono::steady_clock;

constexpr size_t kValueBytes = 128;

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

template <typename Job>
double time_us(Job job) {
  const auto start = Clock::now();
  job();
  return std::chrono::duration<double, std::micro>(Clock::now() - start).count();
}

void run(int records, const std::string& folder) {
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
  std::string value(kValueBytes, '\0');
  char key[16];
  WriteBatch batch;
  std::vector<double> times;
  for (int n = 0; n < records; ++n) {
    for (size_t k = 0; k < kValueBytes / 2; ++k) value[k] = static_cast<char>(random());
    std::snprintf(key, sizeof key, "key_%08d",
                  static_cast<int>(random() % static_cast<uint64_t>(records)));
    batch.clear();
    batch.put(key, value);
    times.push_back(time_us([&] {
      if (const Status status = engine.write(batch, Durability::relaxed); !status.is_ok()) {
        fail(status);
      }
    }));
  }
  print("write", times);
  times.clear();
  for (bool more = true; more;) {
    times.push_back(time_us([&] {
      const Result<bool> pending = engine.maintain(0);
      if (!pending.is_ok()) fail(pending.status());
      more = pending.value();
    }));
  }
  print("maintain(0)", times);
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
  flowdb::run(records > 0 ? records : 1'000'000, argc > 2 ? argv[2] : "");
  return 0;
}
