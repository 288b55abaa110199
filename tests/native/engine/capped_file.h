// CappedFile: a File under a quota that it shares with others; CappedDirectory: a Directory of such
// files.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

#include "storage/forwarding_file.h"
#include "storage/memory_file.h"

namespace flowdb {

struct Quota {
  uint64_t bytes_max = 0;
  uint64_t bytes = 0;
  uint64_t bytes_most = 0;  // that there ever were
};

class CappedFile final : public ForwardingFile {
 public:
  CappedFile(std::shared_ptr<std::string> content, std::string name, std::shared_ptr<Quota> quota)
      : CappedFile(std::make_unique<MemoryFile>(std::move(content), std::move(name)),
                   std::move(quota)) {}
  // The quota knows of what the file holds already.
  CappedFile(std::unique_ptr<File> file, std::shared_ptr<Quota> quota)
      : ForwardingFile(std::move(file)), quota_(std::move(quota)) {}

  Status write_at(uint64_t offset, std::string_view bytes) override {
    FLOWDB_RETURN_IF_ERROR(grow(offset + bytes.size()));
    return ForwardingFile::write_at(offset, bytes);
  }
  Status truncate(uint64_t size) override {
    FLOWDB_ASSIGN_OR_RETURN(const uint64_t before, this->size());
    if (size < before) quota_->bytes -= before - size;
    FLOWDB_RETURN_IF_ERROR(grow(size));
    return ForwardingFile::truncate(size);
  }

 private:
  Status grow(uint64_t size) {
    FLOWDB_ASSIGN_OR_RETURN(const uint64_t before, this->size());
    if (size <= before) return Status::ok();
    const uint64_t more = size - before;
    if (quota_->bytes + more > quota_->bytes_max) {
      return Status::quota_exceeded(std::string(name()) + ": the quota is used up");
    }
    quota_->bytes += more;
    quota_->bytes_most = std::max(quota_->bytes_most, quota_->bytes);
    return Status::ok();
  }

  const std::shared_ptr<Quota> quota_;
};

class CappedDirectory final : public ForwardingDirectory {
 public:
  // REQUIRES: it is empty.
  CappedDirectory(std::unique_ptr<Directory> directory, std::shared_ptr<Quota> quota)
      : ForwardingDirectory(std::move(directory)), quota_(std::move(quota)) {}

  Result<std::unique_ptr<File>> create_file(const std::string& name) override {
    FLOWDB_RETURN_IF_ERROR(give_back(name));
    return ForwardingDirectory::create_file(name);
  }
  Status rename(const std::string& from, const std::string& to) override {
    FLOWDB_RETURN_IF_ERROR(give_back(to));
    return ForwardingDirectory::rename(from, to);
  }
  Status remove(const std::string& name) override {
    FLOWDB_RETURN_IF_ERROR(give_back(name));
    return ForwardingDirectory::remove(name);
  }

 private:
  std::unique_ptr<File> wrap(std::unique_ptr<File> file) override {
    return std::make_unique<CappedFile>(std::move(file), quota_);
  }
  // What the file of this name holds, if there is one.
  Status give_back(const std::string& name) {
    const Result<std::unique_ptr<File>> file = open_file(name);
    if (file.status().is(StatusCode::not_found)) return Status::ok();
    if (!file.is_ok()) return file.status();
    FLOWDB_ASSIGN_OR_RETURN(const uint64_t size, file.value()->size());
    quota_->bytes -= size;
    return Status::ok();
  }

  const std::shared_ptr<Quota> quota_;
};

}  // namespace flowdb
