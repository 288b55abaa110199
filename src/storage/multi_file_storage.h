// MultiFileStorage: tables as files of their own, beside the container that holds them all
// (FORMAT.md, "Tables in files"). Its calls promise what the container's of the same names do. Of
// the native build only.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/checkpoint.h"
#include "storage/container.h"
#include "storage/directory.h"

namespace flowdb {

class MultiFileStorage;

// Appends one table's raw bytes to a file of its own. Must not outlive its storage.
class TableFileWriter {
 public:
  // Gives the file up unless finish() has succeeded.
  ~TableFileWriter();
  // Errors: quota_exceeded, io_error. After an error, only destruction is allowed.
  Status append(std::string_view bytes);
  uint64_t size() const { return size_; }
  uint32_t id() const { return id_; }
  // Completes the file, durably; the table becomes live with the apply() that adds it. Errors as
  // append().
  Status finish();

 private:
  friend class MultiFileStorage;
  TableFileWriter(MultiFileStorage& storage, uint32_t id, std::unique_ptr<File> file)
      : storage_(storage), id_(id), file_(std::move(file)) {}

  MultiFileStorage& storage_;
  const uint32_t id_;
  std::unique_ptr<File> file_;
  uint64_t size_ = 0;
  bool finished_ = false;
};

class MultiFileStorage {
 public:
  // Opens or creates a storage: `root` has the checkpoint, `tables` the tables. Files that a crash
  // has left are removed. Of the options, region_bytes_min has no meaning here. Errors: corruption,
  // unsupported, io_error, quota_exceeded, not_found.
  static Result<std::unique_ptr<MultiFileStorage>> open(std::unique_ptr<Directory> root,
                                                        std::unique_ptr<Directory> tables,
                                                        const ContainerOptions& options);

  const DatabaseId& database_id() const { return id_; }
  // Of the newest apply(); empty when there was none. Valid until the next one.
  const std::string& manifest() const { return manifest_; }
  // The live tables are not those that the manifest describes.
  bool changed_by_others() const { return changed_; }
  // Live tables; each begins at offset 0 of its file.
  const LiveTables& tables() const { return live_; }
  bool sst_exists(uint32_t id) const { return live_.count(id) != 0; }
  // A live table's file, to be read only. It can be read as long as it is held, also when the table
  // was deleted. Errors: not_found (no such live table), corruption (its file is missing, or not as
  // long as the table), io_error.
  Result<std::shared_ptr<File>> open_reader(uint32_t id);
  // Reads exactly `length` raw bytes from `offset` on. Errors: as open_reader(), and corruption
  // (outside of the table).
  Status read_table(uint32_t id, uint64_t offset, char* buffer, size_t length);

  // Durable on return; writing an id that is live replaces the table, deleting one that is not does
  // nothing. Errors: invalid_argument (id 0xFFFFFFFF, or a finished table has it), closed,
  // quota_exceeded, io_error; the tables are then those before.
  Status write_sst(uint32_t id, std::string_view bytes);
  Status delete_sst(uint32_t id);

  // Starts a table that a later apply() adds. Errors: invalid_argument (`id` is 0xFFFFFFFF, live or
  // finished), closed, quota_exceeded, io_error.
  Result<std::unique_ptr<TableFileWriter>> begin_table(uint32_t id);
  // Gives up a finished table that was not added; any other id is left as it is.
  void discard_table(uint32_t id);
  // Commits atomically: the finished tables `added` become live, `removed` cease to be, `manifest`
  // is the new one. Durable on return. Errors: invalid_argument (no such finished or live table),
  // closed, quota_exceeded, io_error; the committed state is then the one before, and nothing can
  // be written any more unless can_write().
  Status apply(const std::vector<uint32_t>& added, const std::vector<uint32_t>& removed,
               std::string manifest);

  // False when a failure has left unknown what is stored, until the next open.
  bool can_write() const { return can_write_; }

 private:
  friend class TableFileWriter;
  MultiFileStorage(std::unique_ptr<Directory> root, std::unique_ptr<Directory> tables)
      : root_(std::move(root)), directory_(std::move(tables)) {}
  Status read_checkpoint_file(const ContainerOptions& options);
  Status adopt_tables(const std::vector<std::string>& names);
  Status remove_leftovers(const std::vector<std::string>& names);
  Status check_id(uint32_t id) const;
  // Replaces the checkpoint, durably.
  Status commit(LiveTables live, std::string manifest, bool changed);
  // Gives a complete temporary file the name of its table.
  Status name_table(uint32_t id);
  Status sync_twice(Directory& directory);

  const std::unique_ptr<Directory> root_;
  const std::unique_ptr<Directory> directory_;
  DatabaseId id_{};
  LiveTables live_;
  LiveTables finished_;
  std::string manifest_;
  bool changed_ = false;
  bool can_write_ = true;
  std::map<uint32_t, std::shared_ptr<File>> readers_;
};

}  // namespace flowdb
