// CappedFile: a File under a quota that it shares with others; CappedDirectory: a Directory of such
// files.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "storage/directory.h"
#include "storage/memory_file.h"

namespace flowdb {

struct Quota {
  uint64_t bytes_max = 0;
  uint64_t bytes = 0;
  uint64_t bytes_most = 0;  // that there ever were
};

class CappedFile final : public File {
 public:
  CappedFile(std::shared_ptr<std::string> content, std::string name, std::shared_ptr<Quota> quota)
      : CappedFile(std::make_unique<MemoryFile>(std::move(content), std::move(name)),
                   std::move(quota)) {}
  // The quota knows of what the file holds already.
  CappedFile(std::unique_ptr<File> file, std::shared_ptr<Quota> quota)
      : file_(std::move(file)), quota_(std::move(quota)) {}

  Result<size_t> read_at(uint64_t offset, char* buffer, size_t length) override {
    return file_->read_at(offset, buffer, length);
  }
  Status write_at(uint64_t offset, std::string_view bytes) override {
    FLOWDB_RETURN_IF_ERROR(grow(offset + bytes.size()));
    return file_->write_at(offset, bytes);
  }
  Status truncate(uint64_t size) override {
    FLOWDB_ASSIGN_OR_RETURN(const uint64_t before, file_->size());
    if (size < before) quota_->bytes -= before - size;
    FLOWDB_RETURN_IF_ERROR(grow(size));
    return file_->truncate(size);
  }
  Status sync() override { return file_->sync(); }
  Result<uint64_t> size() override { return file_->size(); }
  std::string_view name() const override { return file_->name(); }

 private:
  Status grow(uint64_t size) {
    FLOWDB_ASSIGN_OR_RETURN(const uint64_t before, file_->size());
    if (size <= before) return Status::ok();
    const uint64_t more = size - before;
    if (quota_->bytes + more > quota_->bytes_max) {
      return Status::quota_exceeded(std::string(name()) + ": the quota is used up");
    }
    quota_->bytes += more;
    quota_->bytes_most = std::max(quota_->bytes_most, quota_->bytes);
    return Status::ok();
  }

  const std::unique_ptr<File> file_;
  const std::shared_ptr<Quota> quota_;
};

class CappedDirectory final : public Directory {
 public:
  // REQUIRES: it is empty.
  CappedDirectory(std::unique_ptr<Directory> directory, std::shared_ptr<Quota> quota)
      : directory_(std::move(directory)), quota_(std::move(quota)) {}

  Result<std::unique_ptr<File>> create_file(const std::string& name) override {
    FLOWDB_RETURN_IF_ERROR(give_back(name));
    return capped(directory_->create_file(name));
  }
  Result<std::unique_ptr<File>> open_file(const std::string& name) override {
    return capped(directory_->open_file(name));
  }
  Status rename(const std::string& from, const std::string& to) override {
    FLOWDB_RETURN_IF_ERROR(give_back(to));
    return directory_->rename(from, to);
  }
  Status remove(const std::string& name) override {
    FLOWDB_RETURN_IF_ERROR(give_back(name));
    return directory_->remove(name);
  }
  Result<std::vector<std::string>> list() override { return directory_->list(); }
  Status sync() override { return directory_->sync(); }
  std::string_view name() const override { return directory_->name(); }

 private:
  Result<std::unique_ptr<File>> capped(Result<std::unique_ptr<File>> file) const {
    if (!file.is_ok()) return file;
    return std::unique_ptr<File>(new CappedFile(std::move(file).value(), quota_));
  }
  // What the file of this name holds, if there is one.
  Status give_back(const std::string& name) {
    const Result<std::unique_ptr<File>> file = directory_->open_file(name);
    if (file.status().is(StatusCode::not_found)) return Status::ok();
    if (!file.is_ok()) return file.status();
    FLOWDB_ASSIGN_OR_RETURN(const uint64_t size, file.value()->size());
    quota_->bytes -= size;
    return Status::ok();
  }

  const std::unique_ptr<Directory> directory_;
  const std::shared_ptr<Quota> quota_;
};

}  // namespace flowdb
