// CountingFile: a File that counts the bytes that cross it, in both directions, and its flushes;
// CountingDirectory: a Directory of such files, whose own flushes count, too.
#pragma once

#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "storage/directory.h"
#include "storage/memory_file.h"

namespace flowdb {

struct FileCounts {
  uint64_t bytes = 0;
  uint64_t flushes = 0;
};

class CountingFile final : public File {
 public:
  CountingFile(std::shared_ptr<std::string> content, std::string name,
               std::shared_ptr<FileCounts> counts)
      : CountingFile(std::make_unique<MemoryFile>(std::move(content), std::move(name)),
                     std::move(counts)) {}
  CountingFile(std::unique_ptr<File> file, std::shared_ptr<FileCounts> counts)
      : file_(std::move(file)), counts_(std::move(counts)) {}

  Result<size_t> read_at(uint64_t offset, char* buffer, size_t length) override {
    counts_->bytes += length;
    return file_->read_at(offset, buffer, length);
  }
  Status write_at(uint64_t offset, std::string_view bytes) override {
    counts_->bytes += bytes.size();
    return file_->write_at(offset, bytes);
  }
  Status truncate(uint64_t size) override { return file_->truncate(size); }
  Status sync() override {
    counts_->flushes += 1;
    return file_->sync();
  }
  Result<uint64_t> size() override { return file_->size(); }
  std::string_view name() const override { return file_->name(); }

 private:
  const std::unique_ptr<File> file_;
  const std::shared_ptr<FileCounts> counts_;
};

class CountingDirectory final : public Directory {
 public:
  CountingDirectory(std::unique_ptr<Directory> directory, std::shared_ptr<FileCounts> counts)
      : directory_(std::move(directory)), counts_(std::move(counts)) {}

  Result<std::unique_ptr<File>> create_file(const std::string& name) override {
    return counted(directory_->create_file(name));
  }
  Result<std::unique_ptr<File>> open_file(const std::string& name) override {
    return counted(directory_->open_file(name));
  }
  Status rename(const std::string& from, const std::string& to) override {
    return directory_->rename(from, to);
  }
  Status remove(const std::string& name) override { return directory_->remove(name); }
  Result<std::vector<std::string>> list() override { return directory_->list(); }
  Status sync() override {
    counts_->flushes += 1;
    return directory_->sync();
  }
  std::string_view name() const override { return directory_->name(); }

 private:
  Result<std::unique_ptr<File>> counted(Result<std::unique_ptr<File>> file) const {
    if (!file.is_ok()) return file;
    return std::unique_ptr<File>(new CountingFile(std::move(file).value(), counts_));
  }

  const std::unique_ptr<Directory> directory_;
  const std::shared_ptr<FileCounts> counts_;
};

}  // namespace flowdb
