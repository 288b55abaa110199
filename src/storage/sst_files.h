// SstFiles: the tables of a MultiFileStorage as files of one directory, by id. A file is opened
// when it is first read, not too many are open at a time, and what ceases to be a table loses its
// file when nobody reads it any more. Of a full build only.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <string>

#include "storage/container_format.h"
#include "storage/directory.h"

namespace flowdb {

inline constexpr std::string_view kTemporarySuffix = ".tmp";

// The name of a table's file, and of the same until it is added.
std::string sst_name(uint32_t id);
std::string temporary_sst_name(uint32_t id);
// nullopt: not the name of a table's file.
std::optional<uint32_t> id_of_sst(const std::string& name);

// Makes what was written to a table's file durable.
Status sync_table_file(File& file);

class SstFiles {
 public:
  explicit SstFiles(std::unique_ptr<Directory> directory) : directory_(std::move(directory)) {}

  Directory& directory() const { return *directory_; }

  // A new, empty file for a table, under its temporary name. Errors: quota_exceeded, io_error.
  Result<std::unique_ptr<File>> create(uint32_t id);
  // Removes it. When that fails, the next opening of the storage does.
  void remove_temporary(uint32_t id);
  // Knows of a file of `length` bytes from now on, in place of one that has the id.
  void add(uint32_t id, uint64_t length, bool is_temporary);
  // Gives the file the name of a table, if it has not got it yet. Errors: io_error.
  Status name(uint32_t id);
  // Gives the temporary file, of `length` bytes, the name of the table, which may have had another.
  // Errors: io_error; what is known is then as before.
  Status replace(uint32_t id, uint64_t length);
  // Forgets the table, which who holds it goes on to read; its file is removed when nobody does.
  // When that fails, the next opening of the storage removes it.
  void remove(uint32_t id);
  // Forgets the table, and leaves its file alone.
  void forget(uint32_t id);

  // Null when there is no such table.
  std::shared_ptr<const TableLocation> hold(uint32_t id) const;
  // The file's name, with that of the directory; the directory's when there is no such table. Valid
  // until a table is added, named or removed.
  std::string_view path(uint32_t id) const;
  // The file of a table that is there, or held. Errors: not_found (no such table), corruption (its
  // file is missing, or not as long as the table), io_error.
  Result<std::shared_ptr<File>> open(uint32_t id) const;
  // Reads exactly `length` bytes. Errors as open(), and corruption (outside of the table).
  Status read(uint32_t id, uint64_t offset, char* buffer, size_t length) const;

 private:
  struct SstFile;

  // Null when there is none.
  SstFile* find(uint32_t id) const;
  Status open(SstFile& sst) const;
  // Closes what has not been read for the longest time, when as many are open as may be.
  void close_one() const;

  const std::shared_ptr<Directory> directory_;
  std::map<uint32_t, std::shared_ptr<SstFile>> files_;
  // No tables any more, but held.
  std::map<uint32_t, std::weak_ptr<SstFile>> leaving_;
  mutable uint64_t reads_ = 0;
};

}  // namespace flowdb
