// CountingFile: a File in memory that counts the bytes that cross it, in both directions, and its
// flushes.
#pragma once

#include <memory>
#include <string>
#include <utility>

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
      : file_(std::move(content), std::move(name)), counts_(std::move(counts)) {}

  Result<size_t> read_at(uint64_t offset, char* buffer, size_t length) override {
    counts_->bytes += length;
    return file_.read_at(offset, buffer, length);
  }
  Status write_at(uint64_t offset, std::string_view bytes) override {
    counts_->bytes += bytes.size();
    return file_.write_at(offset, bytes);
  }
  Status truncate(uint64_t size) override { return file_.truncate(size); }
  Status sync() override {
    counts_->flushes += 1;
    return file_.sync();
  }
  Result<uint64_t> size() override { return file_.size(); }
  std::string_view name() const override { return file_.name(); }

 private:
  MemoryFile file_;
  std::shared_ptr<FileCounts> counts_;
};

}  // namespace flowdb
