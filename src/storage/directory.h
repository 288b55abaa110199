// Directory: files by name, beside the File interface that is one file. Names have no slash.
// Implementation: POSIX (posix_directory.h); the tests have one in memory that fails.
#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include "storage/file.h"
#include "util/status.h"

namespace flowdb {

class Directory {
 public:
  virtual ~Directory() = default;
  Directory(const Directory&) = delete;
  Directory& operator=(const Directory&) = delete;

  // A new, empty file; one that has the name is gone. Errors: quota_exceeded, io_error.
  virtual Result<std::unique_ptr<File>> create_file(const std::string& name) = 0;
  // Errors: not_found, io_error.
  virtual Result<std::unique_ptr<File>> open_file(const std::string& name) = 0;
  // Gives the file `from` the name `to`, in place of a file that has it, at once for whoever opens
  // it. Errors: not_found, io_error.
  virtual Status rename(const std::string& from, const std::string& to) = 0;
  // A file that is not there is no error; who has it open can still read it. Errors: io_error.
  virtual Status remove(const std::string& name) = 0;
  // The names of all files, in no order. Errors: io_error.
  virtual Result<std::vector<std::string>> list() = 0;
  // Makes durable which files there are, and what their names are; not what is in them. Errors:
  // io_error.
  virtual Status sync() = 0;
  // For error messages. Valid as long as the Directory.
  virtual std::string_view name() const = 0;

 protected:
  Directory() = default;
};

}  // namespace flowdb
