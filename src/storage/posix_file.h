// PosixFile: a File over a descriptor of the operating system, for the native build.
#pragma once

#include <memory>
#include <string>

#include "storage/file.h"

namespace flowdb {

class PosixFile final : public File {
 public:
  enum class Mode {
    existing,           // not_found when there is none
    create_if_missing,  // an empty file is made, durably
    create_unflushed,   // the same; its name is durable when the caller has flushed the directory
  };

  // Opens the file at `path` for this owner alone, as a synchronous access handle of a browser
  // does. Errors: not_found, busy (another owner has it open), quota_exceeded, io_error.
  static Result<std::unique_ptr<PosixFile>> open(const std::string& path, Mode mode);
  ~PosixFile() override;

  Result<size_t> read_at(uint64_t offset, char* buffer, size_t length) override;
  Status write_at(uint64_t offset, std::string_view bytes) override;
  Status truncate(uint64_t size) override;
  Status sync() override;
  Result<uint64_t> size() override;
  std::string_view name() const override { return path_; }

 private:
  PosixFile(int descriptor, std::string path) : descriptor_(descriptor), path_(std::move(path)) {}
  const int descriptor_;
  const std::string path_;
};

// Gives the file at `from` the name `to`, durably, in place of a file that has it. Both in one
// directory. Errors: io_error.
Status rename_file(const std::string& from, const std::string& to);

// Removes the file at `path`; one that is not there is no error. Errors: io_error.
Status remove_file(const std::string& path);

}  // namespace flowdb
