// What is measured, and between which calls the clock runs.
#include "menu.h"

#include <algorithm>
#include <chrono>
#include <ctime>
#include <numeric>
#include <random>
#include <vector>

#include "records.h"

namespace flowdb::bench {
namespace {

double now_ns(Clock clock) {
  if (clock == Clock::thread) {
#ifdef CLOCK_THREAD_CPUTIME_ID
    timespec now;
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return 1e9 * static_cast<double>(now.tv_sec) + static_cast<double>(now.tv_nsec);
#endif
  }
  const std::chrono::duration<double, std::nano> now =
      std::chrono::steady_clock::now().time_since_epoch();
  return now.count();
}

// All keys that begin with a prefix: [lower, upper).
struct Bounds {
  std::string lower;
  std::string upper;
};

std::vector<Bounds> numbered_prefixes(uint32_t count, int digits) {
  std::vector<Bounds> prefixes;
  for (uint32_t i = 0; i < count; ++i) {
    char text[24];
    std::snprintf(text, sizeof text, "key_%0*u", digits, static_cast<unsigned>(i));
    prefixes.push_back({text, text});
    ++prefixes.back().upper.back();  // a digit, so that it never wraps
  }
  return prefixes;
}

class Run {
 public:
  Run(Store& store, const StoreSettings& settings, const MenuSettings& menu, const char* group,
      Results& results, const Records& records)
      : store_(store),
        settings_(settings),
        menu_(menu),
        group_(group),
        results_(results),
        records_(records) {}

  template <typename Job>
  void time(const char* name, uint64_t operations, Job job) {
    results_.note(group_, name, "ns", store_.name(), nanoseconds_of(operations, job));
  }

  // The median of several passes: one takes milliseconds only.
  template <typename Job>
  void time_passes(const char* name, uint64_t operations, Job job) {
    std::vector<double> passes;
    for (uint32_t i = 0; i < menu_.passes; ++i) passes.push_back(nanoseconds_of(operations, job));
    const auto middle = passes.begin() + menu_.passes / 2;
    std::nth_element(passes.begin(), middle, passes.end());
    results_.note(group_, name, "ns", store_.name(), *middle);
  }

  // `numbers`: of the records, in the order of writing; `generation` chooses their values.
  void write(const std::vector<uint32_t>& numbers, uint32_t generation) {
    uint32_t in_batch = 0;
    for (const uint32_t i : numbers) {
      store_.put(records_.key(i), records_.value(i + generation), i);
      if (++in_batch < menu_.batch_records) continue;
      store_.write();
      in_batch = 0;
    }
    if (in_batch > 0) store_.write();
  }

  void get(const std::vector<uint32_t>& numbers) {
    Seen seen;
    for (const uint32_t i : numbers) {
      if (!store_.get(records_.key(i), seen)) fail(store_.name(), "a key is missing");
    }
    expect(seen.records, numbers.size());
  }

  void get_missing(const std::vector<uint32_t>& numbers) {
    Seen seen;
    std::string key;
    for (const uint32_t i : numbers) {
      key.assign(records_.key(i));
      key.push_back('-');  // between two that are there
      if (store_.get(key, seen)) fail(store_.name(), "a key that was never written");
    }
  }

  void scan(Direction direction) {
    const Seen seen = store_.scan(std::nullopt, std::nullopt, direction);
    expect(seen.records, records_.count());
  }

  // One scan for each prefix; returns the records seen.
  uint64_t scan(const std::vector<Bounds>& prefixes) {
    uint64_t found = 0;
    for (const Bounds& prefix : prefixes) {
      found += store_.scan(prefix.lower, prefix.upper, Direction::forward).records;
    }
    return found;
  }

  void reopen(size_t cache_bytes) {
    store_.close();
    settings_.cache_bytes = cache_bytes;
    store_.open(settings_);
  }

  void note_disk_bytes() {
    store_.close();
    results_.note(group_, "size on disk", "KiB", store_.name(),
                  static_cast<double>(store_.disk_bytes()) / 1024);
    store_.open(settings_);
  }

  void time_reads() {
    const uint32_t n = records_.count();
    const std::vector<uint32_t> queries = records_.sample(menu_.point_queries, 11);
    time_passes("point query", queries.size(), [&] { get(queries); });
    time_passes("point query, missing key", queries.size(), [&] { get_missing(queries); });
    for (const int digits : {4, 6, 7}) {
      const std::vector<Bounds> prefixes = numbered_prefixes(menu_.prefix_rounds, digits);
      // Of the shortest prefixes few have records, and those have thousands: per record.
      const bool per_record = digits == 4;
      const std::string name = "prefix scan key_%0" + std::to_string(digits) + "d, a " +
                               (per_record ? "record" : "scan");
      time_passes(name.c_str(), per_record ? scan(prefixes) : prefixes.size(),
                  [&] { scan(prefixes); });
    }
    time_passes("full scan", n, [&] { scan(Direction::forward); });
    time_passes("full scan backward", n, [&] { scan(Direction::backward); });
  }

 private:
  template <typename Job>
  double nanoseconds_of(uint64_t operations, Job job) const {
    const double start = now_ns(menu_.clock);
    job();
    return (now_ns(menu_.clock) - start) / static_cast<double>(operations);
  }

  void expect(uint64_t seen, uint64_t wanted) const {
    if (seen == wanted) return;
    fail(store_.name(),
         "saw " + std::to_string(seen) + " records instead of " + std::to_string(wanted));
  }

  Store& store_;
  StoreSettings settings_;
  const MenuSettings& menu_;
  const char* group_;
  Results& results_;
  const Records& records_;
};

std::vector<uint32_t> in_order(uint32_t count) {
  std::vector<uint32_t> numbers(count);
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

std::vector<uint32_t> shuffled(uint32_t count) {
  std::vector<uint32_t> numbers = in_order(count);
  std::shuffle(numbers.begin(), numbers.end(), std::mt19937_64(3));
  return numbers;
}

void run_ordered(Store& store, StoreSettings settings, const MenuSettings& menu, const char* group,
                 Results& results, ValueKind kind) {
  const Records records(menu.records, kind);
  Run run(store, settings, menu, group, results, records);
  store.open(settings);
  run.time("sequential write", menu.records, [&] { run.write(in_order(menu.records), 0); });
  run.time("flush and compaction", menu.records, [&] { store.compact(); });
  run.reopen(settings.cache_bytes);
  // All of it into the caches.
  run.scan(Direction::forward);
  run.get(in_order(menu.records));
  run.time_reads();
  run.note_disk_bytes();
  store.close();
}

void run_constant(Store& store, StoreSettings settings, const MenuSettings& menu, const char* group,
                  Results& results) {
  run_ordered(store, settings, menu, group, results, ValueKind::constant);
}

void run_half(Store& store, StoreSettings settings, const MenuSettings& menu, const char* group,
              Results& results) {
  run_ordered(store, settings, menu, group, results, ValueKind::half);
}

void run_memtable(Store& store, StoreSettings settings, const MenuSettings& menu, const char* group,
                  Results& results) {
  const Records records(menu.records, ValueKind::half);
  Run run(store, settings, menu, group, results, records);
  store.open(settings);
  run.time("sequential write", menu.records, [&] { run.write(in_order(menu.records), 0); });
  run.time_reads();
  store.close();
}

void run_large(Store& store, StoreSettings settings, const MenuSettings& menu, const char* group,
               Results& results) {
  const uint32_t n = menu.large_records;
  const Records records(n, ValueKind::half);
  Run run(store, settings, menu, group, results, records);
  const std::vector<uint32_t> queries = records.sample(menu.large_queries, 13);
  store.open(settings);
  run.time("random write", n, [&] { run.write(shuffled(n), 0); });
  run.time("flush and compaction that is due", n, [&] { store.settle(); });
  run.time("random overwrite", n, [&] { run.write(records.sample(n, 17), 1); });
  run.time("flush and compaction that is due, again", n, [&] { store.settle(); });
  run.time_passes("random read", queries.size(), [&] { run.get(queries); });
  run.time("compaction of everything", n, [&] { store.compact(); });
  run.reopen(settings.cache_bytes);
  run.scan(Direction::forward);
  run.get(queries);
  run.time_passes("random read, compacted", queries.size(), [&] { run.get(queries); });
  run.time_passes("random read, missing key", queries.size(), [&] { run.get_missing(queries); });
  run.time_passes("full scan", n, [&] { run.scan(Direction::forward); });
  run.time_passes("full scan backward", n, [&] { run.scan(Direction::backward); });
  run.reopen(menu.small_cache_bytes);
  run.time("random read, cold, small cache", queries.size(), [&] { run.get(queries); });
  run.time("full scan, small cache", n, [&] { run.scan(Direction::forward); });
  run.note_disk_bytes();
  store.close();
}

}  // namespace

const Group kGroups[4] = {
    {"in order, constant values", run_constant},
    {"in order, values that compress 2:1", run_half},
    {"memtable only", run_memtable},
    {"at random, large", run_large},
};

}  // namespace flowdb::bench
