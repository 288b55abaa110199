// What an engine counts.
#pragma once

#include <cstdint>

namespace flowdb {

struct EngineStats {
  // Memory, in bytes. The cache holds index and filter blocks, too.
  uint64_t memtable_bytes = 0;
  uint64_t cache_bytes = 0;
  // Files.
  uint64_t tables = 0;
  uint64_t table_bytes = 0;
  uint64_t dead_bytes = 0;
  uint64_t log_bytes = 0;
  // Events since the open.
  uint64_t flushes = 0;
  uint64_t compactions = 0;
  uint64_t expired_tables = 0;  // dropped whole, unread
  uint64_t log_writes = 0;
  uint64_t log_syncs = 0;
  uint64_t recovered_batches = 0;
  uint64_t blocks_read = 0;     // from the container
  uint64_t blocks_cached = 0;   // found in the cache
  uint64_t blocks_skipped = 0;  // not read, because of their times
};

}  // namespace flowdb
