// Engine: the LSM tree over one container and one log. Single-threaded.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "engine/iterator.h"
#include "engine/write_batch.h"
#include "memtable/memtable.h"
#include "storage/container.h"
#include "storage/file.h"
#include "util/status.h"

namespace flowdb {

enum class Compression : uint8_t { none = 0, lz4 = 1, zstd = 2 };
// relaxed: written before the call returns, survives the end of the process. strict: flushed, too.
enum class Durability : uint8_t { relaxed = 0, strict = 1 };

struct EngineOptions {
  size_t memtable_bytes_max = 8 << 20;
  size_t block_bytes = 4 << 10;
  size_t table_bytes_max = 4 << 20;
  size_t block_cache_bytes = 16 << 20;
  int bloom_bits_per_key = 10;
  Compression compression = Compression::lz4;
  size_t level0_tables_max = 4;        // a compaction of level 0 begins at this many
  size_t level1_bytes_max = 16 << 20;  // each level below holds ten times as much
  uint64_t log_extent_bytes_min = 128 << 10;
  uint64_t log_extent_bytes_max = 2 << 20;
  bool create_if_missing = true;
  // Random 64-bit numbers for ids and salts; must not be predictable from earlier runs. Required.
  std::function<uint64_t()> random;
  // Microseconds since 1970. Required.
  std::function<int64_t()> now_us;
};

struct ReadOptions {
  // Versions with a larger sequence number are not seen.
  uint64_t snapshot = UINT64_MAX;
  // Newer than everything stored, read first: a transaction's own writes. May be null. Must live as
  // long as the iterator.
  const Memtable* overlay = nullptr;
  // Keys in [lower, upper); nullopt: no bound. The bytes must live as long as the iterator.
  std::optional<std::string_view> lower;
  std::optional<std::string_view> upper;
};

struct EngineStats {
  uint64_t memtable_bytes = 0;
  uint64_t tables = 0;
  uint64_t table_bytes = 0;
  uint64_t dead_bytes = 0;
  uint64_t log_bytes = 0;
  uint64_t flushes = 0;
  uint64_t compactions = 0;
  uint64_t log_writes = 0;
  uint64_t log_syncs = 0;
  uint64_t recovered_batches = 0;
};

class Engine {
 public:
  // Opens or creates the database in these two files, and recovers what the log holds. Errors:
  // corruption, unsupported, io_error, quota_exceeded, invalid_argument (an option, named),
  // not_found.
  static Result<std::unique_ptr<Engine>> open(std::unique_ptr<File> container,
                                              std::unique_ptr<File> log, EngineOptions options);
  // Does not close(): what was written relaxed is in the log.
  ~Engine();

  // Commits each batch, in order, all with one log write and at most one flush. Atomic per batch;
  // when the call fails none of them is visible. Durability: `durability`, for all of them; batches
  // larger than the log takes go straight into tables, which is always strict.
  // Errors: quota_exceeded, io_error: none will ever be recovered, and the database goes on; unless
  // the failure has left unknown what is stored: then each further call that writes returns
  // `closed`, and the next open finds none, the first few or all of these batches, each whole. Also
  // invalid_argument (a batch of more than 2 GiB) and closed.
  Status write(const std::vector<const WriteBatch*>& batches, Durability durability);
  Status write(const WriteBatch& batch, Durability durability) {
    return write({&batch}, durability);
  }

  // Commits the newest version of every key of `overlay` as one batch would. REQUIRES: its keys
  // have ts 0.
  Status write_overlays(const std::vector<const Memtable*>& overlays, Durability durability);

  // The value of the newest visible version. Errors: not_found, corruption, io_error.
  Status get(std::string_view key, const ReadOptions& options, std::string& value);

  // Lazy; sees the state at this call (and later inserts into the overlay). Writes, flushes and
  // compactions may happen while it exists. Must not outlive the Engine.
  std::unique_ptr<Iterator> new_iterator(const ReadOptions& options);

  // The last committed sequence number, to be a ReadOptions::snapshot. Versions that it needs are
  // kept while it is pinned; every pin needs one unpin.
  uint64_t pin_snapshot();
  void unpin_snapshot(uint64_t sequence);

  // Compactions drop a record when this returns true for its key: for key ranges that nothing
  // refers to any more. Must stay true for a key once it was.
  void set_drop_filter(std::function<bool(std::string_view key)> filter);

  // Writes the memtable to a table and commits it. Durable on return.
  Status flush();
  // Does a piece of the pending maintenance (the flush of a full memtable, compaction) of about
  // `budget_us` microseconds. Writers do the same, in proportion to what they write, when they get
  // ahead of it.
  // Result: whether more is pending.
  Result<bool> maintain(int64_t budget_us);
  // flush(), then compaction of everything into one level, in one go: for tools and tests. Errors
  // as flush(), and corruption: then everything is as it was.
  Status compact_all();
  // flush(), a last checkpoint, and the log cut to its header. The engine accepts no further call
  // but destruction, also when this fails: nothing is lost then, the next open reads the log.
  Status close();

  Container& container();
  EngineStats stats() const;

 private:
  struct State;
  explicit Engine(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace flowdb
