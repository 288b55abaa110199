// PosixDirectory: a directory of the operating system. Of the native build only.
#pragma once

#include <memory>
#include <string>

#include "storage/directory.h"

namespace flowdb {

class PosixDirectory final : public Directory {
 public:
  // Opens the directory and locks it for this owner; makes it when it is missing, durably, in one
  // that exists. Errors: busy (another owner has it open), quota_exceeded, io_error.
  static Result<std::unique_ptr<PosixDirectory>> open(const std::string& path);
  // One that exists, for who works on single files in it and leaves the others to their owners.
  // Errors: not_found, io_error.
  static Result<std::unique_ptr<PosixDirectory>> open_shared(const std::string& path);
  ~PosixDirectory() override;

  Result<std::unique_ptr<File>> create_file(const std::string& name) override;
  Result<std::unique_ptr<File>> open_file(const std::string& name) override;
  Status rename(const std::string& from, const std::string& to) override;
  Status remove(const std::string& name) override;
  Result<std::vector<std::string>> list() override;
  Status sync() override;
  std::string_view name() const override { return path_; }

 private:
  PosixDirectory(int descriptor, std::string path)
      : descriptor_(descriptor), path_(std::move(path)) {}
  // Makes it durable that there is this directory.
  Status sync_own_name();
  std::string path_of(const std::string& name) const { return path_ + "/" + name; }

  const int descriptor_;
  const std::string path_;
};

}  // namespace flowdb
