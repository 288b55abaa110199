// Storage: where a database keeps its tables and its newest manifest. Natively an interface with
// two implementations: Container, one file for all (container.h), and MultiFileStorage, a file for
// each (multi_file_storage.h). The module for browsers has the container alone, and the names
// `Storage` and `TableWriter` stand for its classes: there is no virtual call in it, and nothing
// that only the other one needs.
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
#include "storage/file.h"
#include "storage/finding.h"
#include "util/features.h"
#include "util/status.h"

namespace flowdb {

class Container;
class ContainerWriter;
struct ContainerSurvey;

struct StorageStats {
  uint64_t live_tables = 0;
  uint64_t live_bytes = 0;
  uint64_t dead_bytes = 0;  // of the container's file; files of their own leave none
};

// What every writer says of its table.
class WrittenTable {
 public:
  uint32_t id() const { return id_; }
  // Bytes appended so far.
  uint64_t size() const { return size_; }
  // How many bytes the table may have in all; with more, what was written is copied to another
  // place.
  uint64_t room() const { return room_; }

 protected:
  explicit WrittenTable(uint32_t id) : id_(id) {}

  const uint32_t id_;
  uint64_t size_ = 0;
  uint64_t room_ = UINT64_MAX;
};

// Appends one table's raw bytes, a piece at a time, without holding them in memory. Until
// Storage::apply names the table, nothing refers to it. At most one writer is open at a time, and
// while one is, the storage changes in no other way. Must not outlive its storage.
class TableWriterInterface : public WrittenTable {
 public:
  // Gives the table up unless finish() has succeeded.
  virtual ~TableWriterInterface() = default;
  // Errors: quota_exceeded, io_error. After an error, only destruction is allowed.
  virtual Status append(std::string_view bytes) = 0;
  // Completes the table. It becomes durable with the apply() that adds it at the latest. Errors as
  // of append().
  virtual Status finish() = 0;

 protected:
  using WrittenTable::WrittenTable;
};

using TableWriter = std::conditional_t<kFullEngine, TableWriterInterface, ContainerWriter>;

// What an engine asks of its storage. container.h says more of each call, and its errors.
class StorageInterface {
 public:
  virtual ~StorageInterface() = default;

  virtual const DatabaseId& database_id() const = 0;
  virtual uint64_t epoch() const = 0;
  // Raises the epoch by one, durably: an owner's first write.
  virtual Status raise_epoch() = 0;
  // Marks the database as being deleted, durably.
  virtual Status mark_deleted() = 0;
  virtual bool is_deleted() const = 0;

  // Of the newest apply(); empty when there was none. Valid until the next one.
  virtual const std::string& manifest() const = 0;
  // The live tables are not those that the manifest describes.
  virtual bool changed_by_others() const = 0;
  virtual const std::map<uint32_t, TableLocation>& tables() const = 0;
  // Reads exactly `length` raw bytes from `offset` within the table that stands, or stood, at
  // `location`: live, finished, or held.
  virtual Status read_table(uint32_t id, const TableLocation& location, uint64_t offset,
                            char* buffer, size_t length) const = 0;
  // Lets a live or finished table be read at this location as long as the result lives, also when
  // the table is removed. May outlive the storage. Null when there is no such table.
  virtual std::shared_ptr<const TableLocation> hold_table(uint32_t id) = 0;

  // Durable on return; writing an id that is live replaces the table, deleting one that is not does
  // nothing.
  virtual Status write_sst(uint32_t id, std::string_view bytes) = 0;
  virtual Status delete_sst(uint32_t id) = 0;

  // Starts a table of about `expected_bytes` (0: not known) that a later apply() adds.
  virtual Result<std::unique_ptr<TableWriter>> begin_table(uint32_t id,
                                                           uint64_t expected_bytes) = 0;
  // Whether there is free room for such a table that only a commit makes available. This commit is
  // begun then, and made in steps of advance(); begin_table() would make it by itself.
  virtual Result<bool> begin_room(uint64_t expected_bytes) = 0;
  // Gives up a finished table that was not added; any other id is left as it is.
  virtual void discard_table(uint32_t id) = 0;
  // Commits atomically: the finished tables `added` become live, `removed` cease to be, `manifest`
  // is the new one. Durable on return. After an error the committed state is the one before, and
  // nothing can be written any more unless can_write().
  virtual Status apply(const std::vector<uint32_t>& added, const std::vector<uint32_t>& removed,
                       std::string manifest) = 0;
  // The same in steps, each with one flush at most: advance() until its result is true. Until then
  // only reading calls are allowed. Where each table is a file, the beginning is all of it.
  virtual Status begin_apply(const std::vector<uint32_t>& added,
                             const std::vector<uint32_t>& removed, std::string manifest) = 0;
  virtual Result<bool> advance() = 0;
  // To be called last. Only reading calls are allowed then.
  virtual Status close() = 0;
  // False after close(), and after a failure that has left unknown what is stored.
  virtual bool can_write() const = 0;

  // Upkeep of the room in the container's file; where each table is a file, none is ever due.
  virtual bool has_waiting_tables() const = 0;
  virtual std::optional<uint32_t> table_to_move(uint64_t part_bytes) const = 0;
  virtual bool has_room_before(uint64_t offset, uint64_t bytes) const = 0;
  virtual uint64_t reclaimable_bytes() const = 0;
  virtual Status reclaim() = 0;
  // The same in steps of advance().
  virtual Status begin_reclaim() = 0;

  // For who looks for damage (engine/verify.h): what is stored beside the insides of tables and
  // manifest, read once more, and all that is wrong with it; and the file in which a live table
  // stands.
  virtual ContainerSurvey survey(Findings& findings) const = 0;
  virtual Result<std::shared_ptr<File>> file_of(uint32_t id) const = 0;

  virtual StorageStats stats() const = 0;
  // For error messages. Valid as long as the storage.
  virtual std::string_view file_name() const = 0;
  // The same of the file in which a table stands. Valid until the next call that writes.
  virtual std::string_view table_file_name(uint32_t id) const = 0;
};

using Storage = std::conditional_t<kFullEngine, StorageInterface, Container>;

}  // namespace flowdb
