// The jobs of the bench, in the groups that share a database.
#pragma once

#include <cstdint>

#include "results.h"
#include "store.h"

namespace flowdb::bench {

// wall: as a user waits. thread: the processor time of the thread that calls, for a machine that
// has other work; what RocksDB and LevelDB do in threads of their own is free then.
enum class Clock : uint8_t { wall, thread };

struct MenuSettings {
  Clock clock = Clock::wall;
  uint32_t records = 100'000;
  uint32_t large_records = 1'000'000;
  uint32_t point_queries = 10'000;
  uint32_t large_queries = 100'000;
  uint32_t batch_records = 100;
  uint32_t passes = 5;  // of a read job in a round
  uint32_t prefix_rounds = 1000;
  size_t small_cache_bytes = 8 << 20;
};

// Each runs one group on a fresh database in settings.folder, which must be empty.
struct Group {
  const char* name;
  void (*run)(Store& store, StoreSettings settings, const MenuSettings& menu, const char* group,
              Results& results);
};
extern const Group kGroups[4];

}  // namespace flowdb::bench
