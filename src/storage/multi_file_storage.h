// MultiFileStorage: tables as files of their own, beside the container that holds them all
// (FORMAT.md, "Tables in files"; src/README.md: which one for whom). Its calls promise what the
// container's of the same names do. Of a full build only.
#pragma once

#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "storage/checkpoint_file.h"
#include "storage/container.h"
#include "storage/directory.h"
#include "storage/sst_files.h"
#include "storage/storage.h"

namespace flowdb {

class MultiFileStorage;

// Appends one table's raw bytes to a file of its own. Must not outlive its storage.
class TableFileWriter final : public TableWriterInterface {
 public:
  // Gives the file up unless finish() has succeeded.
  ~TableFileWriter() override;
  Status append(std::string_view bytes) override;
  // Completes the file, durably.
  Status finish() override;

 private:
  friend class MultiFileStorage;
  TableFileWriter(MultiFileStorage& storage, uint32_t id, std::unique_ptr<File> file);
  Status write_buffer();

  MultiFileStorage& storage_;
  std::unique_ptr<File> file_;
  std::string buffer_;
  uint64_t written_ = 0;
  bool finished_ = false;
};

class MultiFileStorage final : public StorageInterface {
 public:
  // Opens or creates a storage: `root` has the checkpoint, `tables` the tables. Files that a crash
  // has left are removed. Of the options, region_bytes_min has no meaning here. Errors: corruption,
  // unsupported, io_error, quota_exceeded, not_found.
  static Result<std::unique_ptr<MultiFileStorage>> open(std::unique_ptr<Directory> root,
                                                        std::unique_ptr<Directory> tables,
                                                        const ContainerOptions& options);

  const DatabaseId& database_id() const override { return committed_.database_id; }
  uint64_t epoch() const override { return committed_.epoch; }
  Status raise_epoch() override;
  Status mark_deleted() override;
  bool is_deleted() const override { return committed_.deleted; }

  const std::string& manifest() const override { return committed_.manifest; }
  bool changed_by_others() const override { return committed_.changed; }
  // Each begins at offset 0 of its file.
  const LiveTables& tables() const override { return committed_.tables; }
  bool sst_exists(uint32_t id) const { return committed_.tables.count(id) != 0; }
  // Errors: not_found (no such live table), corruption (outside of the table; its file is missing,
  // or not as long as the table), io_error.
  Status read_table(uint32_t id, uint64_t offset, char* buffer, size_t length) const;
  Status read_table(uint32_t id, const TableLocation& location, uint64_t offset, char* buffer,
                    size_t length) const override;
  // The table's file stays as long as the result lives. (Not that of a table whose id is given to
  // another one meanwhile.)
  std::shared_ptr<const TableLocation> hold_table(uint32_t id) override { return files_.hold(id); }

  // Errors: invalid_argument (id 0xFFFFFFFF, a finished table has it, or a table is being written),
  // closed, quota_exceeded, io_error; the tables are then those before.
  Status write_sst(uint32_t id, std::string_view bytes) override;
  Status delete_sst(uint32_t id) override;

  // Errors: invalid_argument (`id` is 0xFFFFFFFF, live or finished, or another writer is open),
  // closed, quota_exceeded, io_error. How long the table will be is of no use here.
  Result<std::unique_ptr<TableWriter>> begin_table(uint32_t id, uint64_t expected_bytes) override;
  Result<bool> begin_room(uint64_t) override { return false; }
  Result<std::unique_ptr<TableWriter>> begin_table(uint32_t id) { return begin_table(id, 0); }
  void discard_table(uint32_t id) override;
  // Errors: invalid_argument (no such finished or live table, or one is being written), closed,
  // quota_exceeded, io_error.
  Status apply(const std::vector<uint32_t>& added, const std::vector<uint32_t>& removed,
               std::string manifest) override;
  // Is all of it.
  Status begin_apply(const std::vector<uint32_t>& added, const std::vector<uint32_t>& removed,
                     std::string manifest) override {
    return apply(added, removed, std::move(manifest));
  }
  Result<bool> advance() override { return true; }
  // Gives up finished tables that were not added. Errors: invalid_argument (a table is being
  // written), closed.
  Status close() override;
  bool can_write() const override { return can_write_; }

  // What is removed is the file system's at once: there is never room to be used again.
  bool has_waiting_tables() const override { return !finished_.empty(); }
  std::optional<uint32_t> table_to_move(uint64_t) const override { return std::nullopt; }
  bool has_room_before(uint64_t, uint64_t) const override { return false; }
  uint64_t reclaimable_bytes() const override { return 0; }
  Status reclaim() override { return check_idle(); }
  Status begin_reclaim() override { return reclaim(); }

  ContainerSurvey survey(Findings& findings) const override;
  // To be read only. It can be read as long as it is held, also when the table was removed. Errors:
  // as read_table().
  Result<std::shared_ptr<File>> file_of(uint32_t id) const override;
  StorageStats stats() const override;
  std::string_view file_name() const override { return root_->name(); }
  std::string_view table_file_name(uint32_t id) const override { return files_.path(id); }

 private:
  friend class TableFileWriter;
  MultiFileStorage(std::unique_ptr<Directory> root, std::unique_ptr<Directory> tables)
      : root_(std::move(root)), files_(std::move(tables)) {}
  Status load(const ContainerOptions& options);
  Status remove_leftovers(const std::vector<std::string>& names);
  // closed, or invalid_argument while a table is being written.
  Status check_idle() const;
  Status check_id(uint32_t id) const;
  Status write_table_file(uint32_t id, std::string_view bytes);
  // Replaces the checkpoint, durably.
  Status commit(Committed next);
  // Makes the names in `root_`, or those of the tables, durable.
  Status sync_checkpoint_name();
  Status sync_table_names();
  Status sync(Directory& directory);

  const std::unique_ptr<Directory> root_;
  SstFiles files_;
  Committed committed_;
  LiveTables finished_;
  bool writing_ = false;
  bool can_write_ = true;
};

// What can be learnt of a storage that need not open, and all that is wrong with it, but for the
// insides of tables and of the manifest.
ContainerSurvey survey_files(Directory& root, Directory& tables, Findings& findings);

}  // namespace flowdb
