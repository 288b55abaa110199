// What an open engine holds, and the steps that its calls share; private to the engine's own files.
#pragma once

#include <memory>
#include <set>
#include <vector>

#include "engine/compaction_job.h"
#include "engine/engine.h"
#include "engine/manifest.h"
#include "engine/version.h"
#include "sst/block_cache.h"
#include "sst/table_builder.h"
#include "wal/log.h"

namespace flowdb {

struct Engine::State {
  explicit State(EngineOptions o) : options(std::move(o)), cache(options.block_cache_bytes) {}

  const EngineOptions options;
  std::unique_ptr<Container> container;
  std::unique_ptr<Log> log;
  BlockCache cache;
  std::shared_ptr<const Version> version = std::make_shared<Version>();
  std::shared_ptr<Memtable> memtable = std::make_shared<Memtable>();
  uint64_t last_sequence = 0;
  uint32_t next_table_id = 1;
  // What the newest checkpoint says.
  uint64_t checkpoint_sequence = 0;
  LogPosition checkpoint_position;
  // The tables are not those of the newest manifest; one has to be written before anything else is.
  bool checkpoint_due = false;
  bool closed = false;
  std::multiset<uint64_t> pins;
  std::function<bool(std::string_view key)> drop_filter;
  std::unique_ptr<CompactionJob> job;
  // Compaction has failed; writers stop trying until it is asked for explicitly.
  bool compaction_failed = false;
  EngineStats counters;

  // Recovery, at open (recovery.cc).
  Status open_files(std::unique_ptr<File> container_file, std::unique_ptr<File> log_file);
  Status load_version(const Manifest* manifest);
  Result<TableMeta> meta_by_itself(uint32_t id, const TableLocation& location,
                                   const Manifest* manifest);
  Status replay_log(const std::string& log_name);

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
  };
  // Commits it with a checkpoint, and makes the new version. Durable on return.
  Status commit(const Change& change);
  // A change that leaves the log's position as it was.
  Change change_of_tables() const;
  // A change that covers everything written so far, position `at`.
  Change change_of_all(const LogPosition& at) const;

  // Writes the memtable, if there is anything in it, as one table.
  Status write_memtable(std::vector<TableMeta>& added);
  // Writes the memtable and commits a checkpoint with the position `at`.
  Status checkpoint(const LogPosition& at);
  Status flush_memtable() { return checkpoint(log->position()); }

  // Makes room in memtable and log for `count` batches of `payload_bytes` in all.
  Status make_room(uint64_t payload_bytes, size_t count);
  // Whether the log takes so much in one write at all.
  bool fits_log(uint64_t payload_bytes, size_t count) const;
  // Commits the overlays as tables, past the log.
  Status commit_as_tables(const std::vector<const Memtable*>& overlays);

  // Ends the open table of a running compaction, so that another one can be written.
  Status pause_compaction();
  CompactionLimits compaction_limits() const;
  Status begin_compaction(CompactionPlan plan);
  // Works on the running compaction; commits it when it is done. Result: whether it was.
  Result<bool> step_compaction(int64_t budget_us);
  // Merges level 0 when flushes have got too far ahead of maintenance.
  Status relieve_level0();
};

}  // namespace flowdb
