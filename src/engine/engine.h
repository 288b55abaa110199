// Engine: the LSM tree over one storage of tables and one log. Single-threaded.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "engine/iterator.h"
#include "engine/latency.h"
#include "engine/options.h"
#include "engine/pinned_value.h"
#include "engine/stats.h"
#include "engine/write_batch.h"
#include "memtable/memtable.h"
#include "storage/container.h"
#include "storage/directory.h"
#include "storage/file.h"
#include "storage/finding.h"
#include "storage/storage.h"
#include "util/status.h"

namespace flowdb {

// due: the flush of a full memtable, compaction. all: then a memtable is flushed that an opening
// would have to recover from a long log, and the container is tidied, too: what is free at its end
// is cut off, and tables move to free room in front. That costs some commits, and is for times when
// nobody waits.
enum class Upkeep : uint8_t { due, all };

class Engine {
 public:
  // Opens or creates the database in these two files, and recovers what the log holds. Errors:
  // corruption, unsupported, io_error, quota_exceeded, invalid_argument (an option, named),
  // not_found.
  static Result<std::unique_ptr<Engine>> open(std::unique_ptr<File> container,
                                              std::unique_ptr<File> log, EngineOptions options);
  // The same with a file for each table (storage/multi_file_storage.h); these are in `tables`, and
  // `root` has what was committed last, and the log, "flow.wal". Only in a full build
  // (util/features.h). Errors: as above; of the options, region_bytes_min has no meaning.
  static Result<std::unique_ptr<Engine>> open(std::unique_ptr<Directory> root,
                                              std::unique_ptr<Directory> tables,
                                              EngineOptions options);
  // Does not close(): what was written relaxed is in the log.
  ~Engine();

  // Commits each batch, in order, all with one log write and at most one flush. Atomic per batch;
  // when the call fails none of them is visible. Durability: `durability`, for all of them; batches
  // larger than the log takes go straight into tables, which is always strict.
  // Errors: quota_exceeded, io_error: none will ever be recovered, and the database goes on; unless
  // the failure has left unknown what is stored: then each further call that writes returns
  // `closed`, and the next open finds none, the first few or all of these batches, each whole. Also
  // invalid_argument (a batch of more than 2 GiB, or with a negative TTL), unsupported (what this
  // build leaves out, util/features.h) and closed.
  Status write(const std::vector<const WriteBatch*>& batches, Durability durability);
  Status write(const WriteBatch& batch, Durability durability) {
    return write({&batch}, durability);
  }

  // Commits the newest version of every key of `overlay` as one batch would. REQUIRES: its keys
  // have ts 0.
  Status write_overlays(const std::vector<const Memtable*>& overlays, Durability durability);

  // Moves an overlay that grows too large for the memory to tables that nobody else sees, as the
  // newest run of `spill`; it may be destroyed then. REQUIRES: one version of a key and ts, or only
  // the newest counts. Errors: quota_exceeded, io_error, closed; `spill` is as before.
  Status spill(const Memtable& overlay, Spill& spill);
  // Commits all that was spilled, as one batch would. Always strict. Errors: as write().
  Status write_spill(Spill& spill);

  // The value of the newest visible version that the options' times admit: with `ts_max`, the one
  // at that time. Errors: not_found, corruption, unsupported, io_error.
  // `expire_at`, unless null, becomes that of this version.
  Status get(std::string_view key, const ReadOptions& options, PinnedValue& value,
             int64_t* expire_at = nullptr);
  // The same with a copy of it.
  Status get(std::string_view key, const ReadOptions& options, std::string& value,
             int64_t* expire_at = nullptr);

  // Changes parts of a JSON value: applies an RFC 7396 merge patch to the version of `key` at `ts`,
  // as one batch; it keeps its expire_at. What is not changed keeps its text, all digits included.
  // Errors: not_found; invalid_argument: `merge` or the stored value is no JSON, with the offset;
  // and those of get() and write().
  Status patch(std::string_view key, std::string_view merge, Durability durability, int64_t ts = 0);

  // Lazy; sees the state at this call (and later inserts into the overlay). Writes, flushes and
  // compactions may happen while it exists. Must not outlive the Engine.
  std::unique_ptr<Iterator> new_iterator(const ReadOptions& options);

  // The last committed sequence number, to be a ReadOptions::snapshot. Versions that it needs are
  // kept while it is pinned; every pin needs one unpin.
  uint64_t pin_snapshot();
  void unpin_snapshot(uint64_t sequence);

  // Flushes and compactions drop the records of keys that nothing refers to any more by this
  // filter; they and maintenance drop tables, unread, that have no others. A key that is once
  // dropped must stay so; one that is stored later may be none of them.
  void set_drop_filter(DropFilter filter);
  // To be called when the filter drops more keys than before, for maintenance to look.
  void drop_filter_changed();

  // From now on no table is written with records on both sides of `key` (below it, and from it on),
  // and level 0 is compacted on each side by itself: for keys from it on that are written once and
  // in order, so that their tables meet no others and are moved down unread. Of these, keys that
  // share their first `group_bytes` are removed together: tables end between large groups. `key`
  // must outlive the engine. Ignored where tables of level 0 are merged with each other
  // (size_tiered).
  void set_table_split(std::string_view key, size_t group_bytes);

  // Writes the memtable to a table and commits it. Durable on return.
  Status flush();
  // Does a piece of the pending maintenance of about `budget_us` microseconds. Writers do what is
  // due themselves, in proportion to what they write, when they get ahead of it.
  // Result: whether more of that is pending.
  Result<bool> maintain(int64_t budget_us, Upkeep upkeep = Upkeep::all);
  // flush(), then compaction of everything into one level, in one go: for tools and tests. Errors
  // as flush(), and corruption: then everything is as it was.
  Status compact_all();
  // flush(), a last checkpoint, and the log cut to its header. The engine accepts no further call
  // but destruction, also when this fails: nothing is lost then, the next open reads the log.
  Status close();

  // Whether calls that write may still succeed; else each returns `closed` until the database is
  // opened again.
  bool accepts_writes() const;

  // Reads everything that is stored, and reports all that is wrong with it (verify.h). What is not
  // damaged can be read and written on. Takes as long as it takes to read both files.
  Findings verify();

  Storage& storage();
  const EngineOptions& options() const;
  EngineStats stats() const;
  // Null, unless the options have a clock_ns. Valid as long as the Engine.
  const EngineLatencies* latencies() const;
  // Counters and latencies in Prometheus' text format.
  std::string prometheus_text() const;

 private:
  struct State;
  // write() of batches whose records have the expire_at that they shall have.
  Status write_stamped(const std::vector<const WriteBatch*>& batches, Durability durability);
  // Commits the overlays past the log. Puts without an expire_at get this one.
  Status write_as_tables(const std::vector<const Memtable*>& overlays, int64_t expire_at);
  // What the forms of get() share: leaves the value with `newest`, or, of a version of an older
  // time, in `older`, a view of which it becomes then.
  Status find(std::string_view key, const ReadOptions& options, class NewestVersion& newest,
              std::string& older, std::string_view& value, int64_t* expire_at);
  explicit Engine(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace flowdb
