// What a caller configures: the engine as a whole, and each read.
#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "memtable/memtable.h"
#include "util/key_fate.h"
#include "util/status.h"

namespace flowdb {

struct Spill;

enum class Compression : uint8_t { none = 0, lz4 = 1, zstd = 2 };
// leveled: little is stored twice. size_tiered: each record is written fewer times, and a merge of
// everything needs twice the room; only in a full build (util/features.h).
enum class CompactionStyle : uint8_t { leveled = 0, size_tiered = 1 };
// relaxed: written before the call returns, survives the end of the process. strict: flushed, too.
enum class Durability : uint8_t { relaxed = 0, strict = 1 };

struct EngineOptions {
  size_t memtable_bytes_max = 8 << 20;
  size_t block_bytes = 4 << 10;
  size_t table_bytes_max = 4 << 20;
  // What open transactions have written and not committed; beyond it, their writes go to tables.
  size_t overlay_bytes_max = 8 << 20;
  // Of data, index and filter blocks together.
  size_t block_cache_bytes = 16 << 20;
  // Two memtables (one is filled while the other is written), what transactions have written, and
  // the block cache have to fit: nothing else grows with what is stored or written. A memtable may
  // end a group of writes above its maximum, and one that an iterator reads lives as long.
  size_t memory_bytes_max = 64 << 20;
  int bloom_bits_per_key = 10;
  Compression compression = Compression::lz4;
  CompactionStyle compaction_style = CompactionStyle::leveled;
  // A compaction of level 0 begins at this many; size_tiered merges at least so many, from 2 on.
  size_t level0_tables_max = 4;
  size_t level1_bytes_max = 16 << 20;  // each level below holds ten times as much
  // Only in a full build (util/features.h). Records that are put without an expire_at, in batches
  // without a TTL, expire after so many microseconds; 0: never.
  int64_t default_ttl_us = 0;
  uint64_t log_extent_bytes_min = 128 << 10;
  // Two values of 1 MiB, each with its frame. For batches of such the log has one extent of twice
  // the size in place of two.
  uint64_t log_extent_bytes_max = (2 << 20) + (64 << 10);
  // Free room in the container smaller than this is not used again.
  uint64_t region_bytes_min = 64 << 10;
  bool create_if_missing = true;
  // Random 64-bit numbers for ids and salts; must not be predictable from earlier runs. Required.
  std::function<uint64_t()> random;
  // Microseconds since 1970. Required.
  std::function<int64_t()> now_us;
  // A clock that only goes forward, in nanoseconds. With it, latencies are measured; without, they
  // cost nothing.
  std::function<uint64_t()> clock_ns;
};

// Errors: invalid_argument, naming the first field that is outside of its range, its value, and the
// range; unsupported: a choice that this build does not have. Without the full engine
// (util/features.h) nobody chooses anything but how much memory is used, and only that is looked
// at.
Status validate(const EngineOptions& options);

// Which of a key's versions (of different ts) a walk shows: the latest one, or the series.
enum class Versions : uint8_t { all, latest };

struct ReadOptions {
  // Versions with a larger sequence number are not seen.
  uint64_t snapshot = UINT64_MAX;
  // Newer than everything stored, read first: a transaction's own writes. May be null. Must live as
  // long as the iterator.
  const Memtable* overlay = nullptr;
  // Older than the overlay, and newer than everything else: what of the transaction's writes was
  // spilled. May be null. REQUIRES: nothing is spilled to it while the iterator exists.
  const Spill* spill = nullptr;
  // Keys in [lower, upper) that begin with `prefix`; nullopt: no bound. A get ignores these. The
  // bytes must live as long as the iterator.
  std::optional<std::string_view> lower;
  std::optional<std::string_view> upper;
  std::string_view prefix;
  // Versions with a ts in [ts_min, ts_max], microseconds. Blocks and tables that hold none are not
  // read.
  int64_t ts_min = INT64_MIN;
  int64_t ts_max = INT64_MAX;
  Versions versions = Versions::all;
};

}  // namespace flowdb
