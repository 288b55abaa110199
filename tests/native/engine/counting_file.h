// CountingFile: a File that counts the bytes that cross it, in both directions, and its flushes;
// CountingDirectory: a Directory of such files, whose own flushes count, too.
#pragma once

#include <memory>
#include <string>
#include <utility>

#include "storage/forwarding_file.h"
#include "storage/memory_file.h"

namespace flowdb {

struct FileCounts {
  uint64_t bytes = 0;
  uint64_t flushes = 0;
};

class CountingFile final : public ForwardingFile {
 public:
  CountingFile(std::shared_ptr<std::string> content, std::string name,
               std::shared_ptr<FileCounts> counts)
      : CountingFile(std::make_unique<MemoryFile>(std::move(content), std::move(name)),
                     std::move(counts)) {}
  CountingFile(std::unique_ptr<File> file, std::shared_ptr<FileCounts> counts)
      : ForwardingFile(std::move(file)), counts_(std::move(counts)) {}

  Result<size_t> read_at(uint64_t offset, char* buffer, size_t length) override {
    counts_->bytes += length;
    return ForwardingFile::read_at(offset, buffer, length);
  }
  Status write_at(uint64_t offset, std::string_view bytes) override {
    counts_->bytes += bytes.size();
    return ForwardingFile::write_at(offset, bytes);
  }
  Status sync() override {
    counts_->flushes += 1;
    return ForwardingFile::sync();
  }

 private:
  const std::shared_ptr<FileCounts> counts_;
};

class CountingDirectory final : public ForwardingDirectory {
 public:
  CountingDirectory(std::unique_ptr<Directory> directory, std::shared_ptr<FileCounts> counts)
      : ForwardingDirectory(std::move(directory)), counts_(std::move(counts)) {}

  Status sync() override {
    counts_->flushes += 1;
    return ForwardingDirectory::sync();
  }

 private:
  std::unique_ptr<File> wrap(std::unique_ptr<File> file) override {
    return std::make_unique<CountingFile>(std::move(file), counts_);
  }

  const std::shared_ptr<FileCounts> counts_;
};

}  // namespace flowdb
