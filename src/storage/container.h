// Container: the single file that holds all tables of a database (FORMAT.md). It knows where each
// live table is, and changes the set of live tables atomically together with the engine's manifest.
#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "storage/container_format.h"
#include "storage/directory.h"
#include "storage/file.h"
#include "storage/finding.h"
#include "storage/free_space.h"
#include "storage/storage.h"
#include "util/status.h"

namespace flowdb {

struct ContainerOptions {
  // Identity of a database that is created by this open; taken from a source of randomness by the
  // caller.
  DatabaseId new_id{};
  // false: a missing or empty file is `not_found` instead of a new container.
  bool create_if_missing = true;
  // Free room smaller than this is left alone until what is beside it is free, too.
  uint64_t region_bytes_min = kRegionBytesMin;
};

// Writes a table into free room of the container's file, or behind everything else (storage.h).
// Until Container::apply names the table, its room counts as free.
class ContainerWriter final
    : public std::conditional_t<kFullEngine, TableWriterInterface, WrittenTable> {
 public:
  ~ContainerWriter();
  // Errors: quota_exceeded, io_error. After an error, only destruction is allowed.
  Status append(std::string_view bytes);
  // Errors as of append().
  Status finish();

 private:
  friend class Container;
  using Base = std::conditional_t<kFullEngine, TableWriterInterface, WrittenTable>;
  ContainerWriter(Container& container, uint32_t id, const Region& region);
  bool is_in_region() const { return !region_.is_empty(); }
  // Begins behind everything else.
  void begin_at_end();
  // Goes on behind everything else, with what was written so far.
  Status move_to_end();
  Status write_buffer();
  Status finish_in_region();
  Status finish_at_end();

  Container& container_;
  Region region_;            // empty: behind everything else
  uint64_t gap_offset_ = 0;  // there: where the record before ends
  uint64_t record_offset_ = 0;
  uint64_t buffer_offset_ = 0;  // where `buffer_` begins in the file
  std::string buffer_;
  bool finished_ = false;
};

// Without the full engine nothing stands between the engine and its container.
class NoInterface {};

class Container final : public std::conditional_t<kFullEngine, StorageInterface, NoInterface> {
 public:
  // Opens or creates a container. Errors: corruption (with offset), unsupported, io_error,
  // quota_exceeded, not_found.
  static Result<std::unique_ptr<Container>> open(std::unique_ptr<File> file,
                                                 const ContainerOptions& options);
  ~Container();

  const DatabaseId& database_id() const;
  uint64_t epoch() const;
  // Raises the epoch by one in a flushed superblock: an owner's first write. Errors: closed,
  // io_error, quota_exceeded.
  Status raise_epoch();
  // Marks the database as being deleted, durably; a later open reports it through is_deleted().
  Status mark_deleted();
  bool is_deleted() const;

  // The manifest of the newest committed checkpoint; empty when there is none (new, or the
  // original's). Valid until the next apply().
  const std::string& manifest() const;
  // True when tables() is not what the manifest describes, until the next apply(): the original,
  // write_sst or delete_sst have changed it since the newest manifest, or there is none.
  bool changed_by_others() const;

  // Live tables by id, those of `apply` and those of `write_sst`.
  const std::map<uint32_t, TableLocation>& tables() const;
  bool sst_exists(uint32_t id) const;

  // Reads exactly `length` raw bytes of a live table from `offset` within it.
  // Errors: not_found (no such table), corruption (outside of the table, or the file is too short),
  // io_error.
  Status read_table(uint32_t id, uint64_t offset, char* buffer, size_t length) const;
  // The same of a table that stands, or stood, at `location`, as tables() has said: who still reads
  // an older set of tables can, also after they were removed.
  Status read_table(uint32_t id, const TableLocation& location, uint64_t offset, char* buffer,
                    size_t length) const;

  // As in the original. Durable on return; writing an id that is live replaces it, deleting one
  // that is not does nothing. Errors: invalid_argument (id 0xFFFFFFFF, or a table is being written
  // or waits to be added), closed, quota_exceeded, io_error; the tables are then those before,
  // until the next open at least: it may find the record, behind which nothing more can be written.
  Status write_sst(uint32_t id, std::string_view bytes);
  Status delete_sst(uint32_t id);
  // Appends and commits a checkpoint of the live table with the newest manifest.
  Status write_checkpoint();

  // Keeps the room of a live or finished table from being used again as long as the result lives,
  // also when the table is removed: for who goes on to read it at this location. May outlive the
  // Container. Null when there is no such table.
  std::shared_ptr<const TableLocation> hold_table(uint32_t id);

  // Starts a table that a later apply() adds. With `expected_bytes`, which may be wrong, a place is
  // chosen: free room in the file, or its end; a commit that makes such room free is made if
  // needed. Errors: invalid_argument (another writer is open, or `id` is the filler's, live or
  // finished already), closed, quota_exceeded, corruption, io_error.
  Result<std::unique_ptr<TableWriter>> begin_table(uint32_t id, uint64_t expected_bytes = 0);
  // Begins that commit, if there is such room, to be made in steps of advance(): the begin_table()
  // behind it finds the room free. Errors as of begin_table().
  Result<bool> begin_room(uint64_t expected_bytes);
  // Gives up a finished table that was not added; any other id is left as it is.
  void discard_table(uint32_t id);

  // Commits atomically: the finished tables `added` become live, `removed` cease to be, `manifest`
  // is the new one. Durable on return, also when one of two consecutive flushes does nothing: what
  // the commit freed may be used again at once, in this file and in the log. Errors:
  // invalid_argument (no such finished or live table, or one is being written), closed,
  // quota_exceeded, io_error; the committed state is then the one before, and the container accepts
  // no further write unless can_write().
  Status apply(const std::vector<uint32_t>& added, const std::vector<uint32_t>& removed,
               std::string manifest);
  // The same in steps. begin_apply() writes nothing yet; each advance() makes a step with one flush
  // at most, and its result is true when the commit is over. Until then all is read as before, and
  // only reading calls, hold_table(), discard_table() of other tables, mark_deleted(), which makes
  // the steps that are left, and destruction, which is a crash, are allowed. Errors of both: as
  // apply(); behind one of advance() no commit is under way.
  Status begin_apply(const std::vector<uint32_t>& added, const std::vector<uint32_t>& removed,
                     std::string manifest);
  Result<bool> advance();

  // To be called last: what the original appends to the file from now on is found at the next
  // opening. Without it that is so only when no regions were reused. Only reading calls are allowed
  // then. Gives up finished tables that were not added. Errors: invalid_argument (a table is being
  // written), closed, quota_exceeded, corruption, io_error.
  Status close();

  // False after close(), and after a failed flush, superblock write, write_sst() or delete_sst():
  // what is stored is then unknown until the next open.
  bool can_write() const;

  // Writes a canonical copy (every live table once, then a checkpoint) into the empty file
  // `target`, and flushes it. This container is left as it is. The copy keeps the database id, the
  // epoch and the manifest. Until the call has succeeded, `target` is no container. Errors:
  // invalid_argument (the target is not empty), corruption, quota_exceeded, io_error.
  Status copy_to(File& target) const;

  // Whether finished tables wait to be added: reclaim() refuses then.
  bool has_waiting_tables() const;
  // The live table that stands behind all others, when free room in front of it takes somewhat more
  // than it has: written once more, as another table, it would come to stand there. Or when there
  // is room for `part_bytes` of it.
  std::optional<uint32_t> table_to_move(uint64_t part_bytes) const;
  // Whether the room that a table of `bytes` would be given begins in front of `offset`.
  bool has_room_before(uint64_t offset, uint64_t bytes) const;
  // About how many bytes the file becomes shorter by when reclaim() is called until this is 0.
  uint64_t reclaimable_bytes() const;
  // Commits the state as it is once more, so that room that only the commit before last refers to
  // becomes free, and what is free at the file's end is cut off. Errors: invalid_argument (a table
  // is being written or waits to be added), closed, quota_exceeded, corruption, io_error.
  Status reclaim();
  // The same in steps of advance().
  Status begin_reclaim();
  // Whether the file's free regions have been used again since the container was created or copied.
  // If not, the original's scan finds the same live tables.
  bool regions_reused() const;

  // Reads the container itself again, all but the insides of tables and manifest, and reports all
  // that is wrong with it (container_survey.h).
  Findings verify() const;

  // The same, with what is stored (container_survey.h); and the container's file, valid as long as
  // the Container.
  ContainerSurvey survey(Findings& findings) const;
  Result<std::shared_ptr<File>> file_of(uint32_t id) const;

  StorageStats stats() const;
  // Flushes the file. Errors: closed, io_error.
  Status sync();
  std::string_view file_name() const;
  std::string_view table_file_name(uint32_t) const { return file_name(); }

 private:
  friend class ContainerWriter;
  struct State;
  explicit Container(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

// Replaces the container at `path` by a canonical copy: a temporary file beside it, flushed,
// renamed, directory flushed. Of the native build only. A failure leaves the container as it was,
// or, when only the name's flush has failed, its copy in its place.
// REQUIRES: nobody has it open. Errors as Container::open.
Status compact_file(const std::string& path);
// The same with the file `name` of a directory.
Status compact_file(Directory& directory, const std::string& name);

}  // namespace flowdb
