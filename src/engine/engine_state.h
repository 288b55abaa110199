// What an open engine holds, and the steps that its calls share; private to the engine's own files.
#pragma once

#include <memory>
#include <optional>
#include <set>
#include <vector>

#include "engine/compaction_job.h"
#include "engine/dead_records.h"
#include "engine/engine.h"
#include "engine/flush_job.h"
#include "engine/manifest.h"
#include "engine/table_output.h"
#include "engine/version.h"
#include "engine/visible_iterator.h"
#include "sst/block_cache.h"
#include "sst/table_builder.h"
#include "wal/log.h"

namespace flowdb {

// The log's name, where there are directories.
inline constexpr std::string_view kLogName = "flow.wal";

struct Engine::State {
  explicit State(EngineOptions o) : options(std::move(o)), cache(options.block_cache_bytes) {
    if (kFullEngine && options.clock_ns) latencies = std::make_unique<EngineLatencies>();
  }

  const EngineOptions options;
  std::unique_ptr<Storage> storage;
  std::unique_ptr<Log> log;
  File* log_file = nullptr;  // the log's, for who looks for damage
  BlockCache cache;
  std::shared_ptr<const Version> version = std::make_shared<Version>();
  std::shared_ptr<Memtable> memtable = std::make_shared<Memtable>();
  // About how many bytes in the tables are dead, because the memtable holds newer records.
  uint64_t hidden_by_memtable = 0;
  Version::Places inserted_at;
  // Of the memtable before, until it is in a table; null: there is none.
  std::unique_ptr<FlushJob> flush;
  uint64_t last_sequence = 0;
  uint32_t next_table_id = 1;
  // What the newest checkpoint says.
  uint64_t checkpoint_sequence = 0;
  LogPosition checkpoint_position;
  // The tables are not those of the newest manifest; one has to be written before anything else is.
  bool checkpoint_due = false;
  bool closed = false;
  std::multiset<uint64_t> pins;
  DropFilter drop_filter;
  TableSplit table_split;  // without groups
  // Nobody has looked for tables that the filter drops whole since it changed, or since a table
  // came.
  bool may_have_dead_tables = true;
  DeadRecords dead_records;
  std::unique_ptr<CompactionJob> job;
  // It has failed; writers stop trying until it is asked for explicitly, or until they need the
  // room that a flush makes.
  bool compaction_failed = false;
  // Where the last of the tables stood that are being moved forward; they came to stand behind it,
  // because a record is larger than its table, or that failed: not to be tried again before
  // something else changes.
  uint64_t moved_from = UINT64_MAX;
  bool last_move_failed = false;
  // What the last commit removed becomes free with the next one.
  bool room_is_waiting = false;
  bool flush_failed = false;
  // What writers still have to do of the pending maintenance (job_step.h).
  uint64_t work_due = 0;
  EngineStats counters;
  std::unique_ptr<EngineLatencies> latencies;  // null: not measured

  // Recovery, at open (recovery.cc).
  Status open_files(std::unique_ptr<File> container, std::unique_ptr<File> opened_log);
  // The same where each table is a file (engine_multi_file.cc).
  Status open_directories(std::unique_ptr<Directory> root, std::unique_ptr<Directory> tables);
  ContainerOptions container_options() const;
  // The rest of it, when the storage is open.
  Status recover(std::unique_ptr<File> opened_log);
  Status load_version(const Manifest* manifest);
  Result<TableMeta> meta_by_itself(uint32_t id, const TableLocation& location,
                                   const Manifest* manifest);
  Status replay_log(const std::string& log_name);

  // Removals of ranges, wherever a reader meets them (engine_read.cc). Most databases have none.
  NewestVersion newest_version(std::string_view key, const ReadOptions& read) const;
  bool has_range_removes(const ReadOptions& read) const;
  Status take_range_removes(const ReadOptions& read, Visibility& to) const;

  // closed: by close(), or because an earlier failure has left unknown what is stored.
  Status check_writable() const;
  TableBuilderOptions builder_options(size_t level) const;
  TableFiles files_of(const std::vector<TableMeta>& metas);

  // One atomic change of the live tables.
  struct Change {
    std::vector<TableMeta> added;   // written, not live yet
    std::vector<uint32_t> removed;  // to be live no more
    TableFiles moved;               // live, at another level from now on
    uint64_t sequence = 0;          // everything up to here is in the tables
    LogPosition position;           // of the first batch that is not
    bool has_dropped = false;       // what nothing refers to, as the drop filter says
    bool moves_forward = false;     // what it frees stood behind all others
  };
  // Commits it with a checkpoint, and makes the new version. Durable on return. REQUIRES: no commit
  // is under way.
  Status commit(Change change);
  // The same in steps, between which records are read and written (engine_commit.cc).
  enum class CommitOf : uint8_t { flush, part, last_part, move, removal, expiry, reclaim };
  struct Commit {
    CommitOf what;
    Change change;
    std::shared_ptr<const Version> next;
    uint8_t log_flushes_left = 0;
    bool has_begun = false;  // the storage's commit
  };
  std::optional<Commit> commit_under_way;
  // Flushes nothing yet. Result: the work done. Errors: corruption.
  Result<uint64_t> begin_commit(CommitOf what, Change change);
  // REQUIRES: commit_under_way. Result: the work done. After a failure, too, none is under way, and
  // whoever wanted it knows of that.
  Result<uint64_t> step_commit();
  // A step of a job that writes tables, or the begin of a commit that makes room for the next one.
  template <typename Job>
  Result<uint64_t> step_writing(Job& writing) {
    FLOWDB_ASSIGN_OR_RETURN(const bool waits, writing.begin_room());
    if (!waits) return writing.step();
    commit_under_way = Commit{CommitOf::reclaim, Change(), nullptr, 0, true};
    return uint64_t{1};
  }
  // Makes the steps that are left, if any. A failure of a compaction is not the caller's: errors:
  // those of a flush; closed, io_error.
  Status finish_commit();
  // One flush of the file or the log. Result: whether it was the last.
  Result<bool> advance_commit(Commit& commit);
  // A change that leaves the log's position as it was.
  Change change_of_tables() const;

  // To the memtable.
  void insert(const Record& record);
  // From here on the full memtable is flushed, and a new one takes the writes. `at`: the log's
  // position behind all that was written. REQUIRES: flush is null.
  void freeze(const LogPosition& at);
  // One step of the flush. Result: the work done. After a failure it can begin anew. REQUIRES:
  // flush is not null, and no other commit under way; it is null when this was the last step.
  Result<uint64_t> step_flush();
  Result<uint64_t> write_flush();
  Result<uint64_t> commit_flush();
  // Puts those new tables of level 0 into level 1 that would only be moved there.
  void place(Change& change);
  Status finish_flush();
  // Writes all that was written so far to tables, and commits a checkpoint with the position `at`.
  Status checkpoint(const LogPosition& at);

  // What is about to be written in one go.
  struct LogNeed {
    uint64_t payload_bytes = 0;
    size_t batches = 0;
    uint64_t operations = 0;
  };
  // Makes room in memtable and log.
  Status make_room(const LogNeed& need);
  // To another extent of the log. Result: whether the memtable was flushed for it.
  Result<bool> switch_extent(const LogNeed& need);
  // Whether the log takes so much in one write at all.
  bool fits_log(uint64_t payload_bytes, size_t count) const;
  // When a record that is written now expires, of itself.
  int64_t expiry(int64_t ttl_us) const;
  // Engine::spill; puts without an expire_at get this one.
  Status spill(const Memtable& overlay, int64_t expire_at, Spill& to);

  // Ends the open table of a running compaction, so that another one can be written.
  Status pause_compaction();
  bool is_size_tiered() const {
    return kFullEngine && options.compaction_style == CompactionStyle::size_tiered;
  }
  CompactionLimits compaction_limits() const;
  // The split for new tables, whose groups are to stay together.
  TableSplit split_into_groups() const;
  // What the options' style of compaction wants next, and how urgent it is: from 1 on there is a
  // plan.
  std::optional<CompactionPlan> next_compaction() const;
  double compaction_urgency() const;
  // Begins with this compaction, or the commit of a move. Result: the work done.
  Result<uint64_t> begin(CompactionPlan plan);
  // `of_all`: of everything, in smaller parts.
  void begin_compaction(CompactionPlan plan, bool of_all = false);
  // Whether so much of the container is dead that its last table is worth to be moved.
  bool is_sparse() const;
  // The plan that moves the container's last table to free room in front of it, and others with it;
  // one of level 0 is merged instead. nullopt: there is no room that takes it, or `part_bytes` of
  // it.
  std::optional<CompactionPlan> plan_move_forward(uint64_t part_bytes = UINT64_MAX) const;
  // The plan that writes the table again of which the most is dead, in relation to what is left, and
  // neighbours of which much is; one of level 0 is merged instead. nullopt: none is worth it.
  std::optional<CompactionPlan> plan_drop() const;
  // Those of a level, beside the one `at`, that move with it.
  void add_neighbors(const TableFiles& files, size_t at, TableFiles& moved) const;
  // Moves tables until there is no such room, and cuts off the file's end. Errors as commit().
  Status move_forward();
  // Moves the last table in parts: the first fills free room that does not take all of it, and the
  // last comes to its end. Result: false when there is no room for a part. Errors as commit().
  Result<bool> fill_room();
  // One step of the running compaction. Result: the work done. REQUIRES: job is not null; it is
  // null when all is merged, or has failed.
  Result<uint64_t> step_compaction();
  // It has failed, and would fail again. What is dead in its tables counts no more until more has
  // died, and a move is not tried before something else changes: the rest of the upkeep goes on.
  void give_up_compaction();
  // Begins to commit what the job has ready, and ends it with its last part.
  Result<uint64_t> commit_part();
  // All that is left of it.
  Status finish_compaction();
  // Those of which the drop filter drops every key, by id.
  std::vector<uint32_t> dead_tables() const;
  // Gives them up; looks only when there may be some.
  Change change_of_dead_tables();
  Change change_of_expired_tables() const;

  bool is_maintenance_due(Upkeep upkeep) const;
  // One step of it. Result: the work done, 0 when there was none.
  Result<uint64_t> step_maintenance(Upkeep upkeep);
  // Whether the memtable is worth a flush, or the container has room to give back, or to free with
  // a move.
  bool is_untidy() const;
  // Whether a flush of the memtable would let compactions free that much.
  bool hides_much() const;
  // Whether the memtable holds so much that an opening would have to read for long in the log.
  bool takes_long_to_recover() const;
  Result<uint64_t> step_tidying();
  // How much of the pending maintenance writers do for each byte that they write, of large values
  // behind the split key or of others.
  uint64_t pace(bool of_large) const;
  // Does it for a write of so many bytes of either sort. Errors: closed.
  Status keep_pace(uint64_t bytes, uint64_t large_bytes);
};

}  // namespace flowdb
