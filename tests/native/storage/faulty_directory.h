// FaultyDirectory: a directory in memory that fails from a given call on, as when the process is
// killed there, and knows what a power failure leaves of it.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "storage/directory.h"
#include "storage/memory_file.h"

namespace flowdb {

// Calls that change something fail once so many have succeeded.
struct CallsLeft {
  int64_t calls = INT64_MAX;
  bool take() { return calls-- > 0; }
  // The disk is full after so many more writes.
  int64_t writes = INT64_MAX;
};

// A file's bytes, and what of them was flushed.
struct StoredFile {
  std::shared_ptr<std::string> bytes = std::make_shared<std::string>();
  std::string flushed;
};
using StoredFiles = std::map<std::string, std::shared_ptr<StoredFile>>;

// Which files there are, and as of the last flush.
struct StoredNames {
  StoredFiles now;
  StoredFiles flushed;
  uint64_t created = 0;  // how many files there ever were

  // After a power failure: names and contents, each as they are or as they were flushed.
  StoredNames after_power_failure(bool names_flushed, bool bytes_flushed) const {
    StoredNames left;
    for (const auto& [name, file] : names_flushed ? flushed : now) {
      auto copy = std::make_shared<StoredFile>();
      copy->flushed = bytes_flushed ? file->flushed : *file->bytes;
      *copy->bytes = copy->flushed;
      left.now[name] = copy;
    }
    left.flushed = left.now;
    left.created = created;
    return left;
  }
};

// As it is now, shared with nobody.
inline std::shared_ptr<StoredNames> copy_of(const StoredNames& names) {
  return std::make_shared<StoredNames>(names.after_power_failure(false, false));
}

class FaultyDirectory final : public Directory {
 public:
  FaultyDirectory(std::shared_ptr<StoredNames> names, std::shared_ptr<CallsLeft> left)
      : names_(std::move(names)), left_(std::move(left)) {}

  Result<std::unique_ptr<File>> create_file(const std::string& name) override {
    if (!left_->take()) return failed();
    names_->now[name] = std::make_shared<StoredFile>();
    ++names_->created;
    return open_file(name);
  }
  Result<std::unique_ptr<File>> open_file(const std::string& name) override {
    const auto found = names_->now.find(name);
    if (found == names_->now.end()) return Status::not_found(name);
    return std::unique_ptr<File>(new FaultyFile(found->second, left_, name));
  }
  Status rename(const std::string& from, const std::string& to) override {
    if (!left_->take()) return failed();
    const auto found = names_->now.find(from);
    if (found == names_->now.end()) return Status::not_found(from);
    names_->now[to] = found->second;
    names_->now.erase(from);
    return Status::ok();
  }
  Status remove(const std::string& name) override {
    if (names_->now.count(name) == 0) return Status::ok();
    if (!left_->take()) return failed();
    names_->now.erase(name);
    return Status::ok();
  }
  Result<std::vector<std::string>> list() override {
    std::vector<std::string> result;
    for (const auto& entry : names_->now) result.push_back(entry.first);
    return result;
  }
  Status sync() override {
    if (!left_->take()) return failed();
    names_->flushed = names_->now;
    return Status::ok();
  }
  std::string_view name() const override { return "directory"; }

 private:
  static Status failed() { return Status::io_error("the process was killed"); }

  class FaultyFile final : public File {
   public:
    FaultyFile(std::shared_ptr<StoredFile> stored, std::shared_ptr<CallsLeft> left,
               std::string name)
        : stored_(std::move(stored)),
          left_(std::move(left)),
          file_(stored_->bytes, std::move(name)) {}

    Result<size_t> read_at(uint64_t offset, char* buffer, size_t length) override {
      return file_.read_at(offset, buffer, length);
    }
    Status write_at(uint64_t offset, std::string_view bytes) override {
      if (!left_->take()) return failed();
      if (left_->writes-- <= 0) return Status::quota_exceeded("the disk is full");
      return file_.write_at(offset, bytes);
    }
    Status truncate(uint64_t size) override {
      return left_->take() ? file_.truncate(size) : failed();
    }
    Status sync() override {
      if (!left_->take()) return failed();
      stored_->flushed = *stored_->bytes;
      return Status::ok();
    }
    Result<uint64_t> size() override { return file_.size(); }
    std::string_view name() const override { return file_.name(); }

   private:
    std::shared_ptr<StoredFile> stored_;
    std::shared_ptr<CallsLeft> left_;
    MemoryFile file_;
  };

  std::shared_ptr<StoredNames> names_;
  std::shared_ptr<CallsLeft> left_;
};

}  // namespace flowdb
