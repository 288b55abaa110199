// MemoryFile: a File in memory, for tests and for databases that are not to be kept. Its bytes are
// shared, so that a file that is opened again sees what the one before left behind.
#pragma once

#include <memory>
#include <string>

#include "storage/file.h"

namespace flowdb {

class MemoryFile final : public File {
 public:
  // `bytes` is the file's content, also for every other MemoryFile that shares it. `name` is for
  // error messages.
  explicit MemoryFile(std::shared_ptr<std::string> bytes = std::make_shared<std::string>(),
                      std::string name = "memory")
      : bytes_(std::move(bytes)), name_(std::move(name)) {}

  Result<size_t> read_at(uint64_t offset, char* buffer, size_t length) override;
  Status write_at(uint64_t offset, std::string_view bytes) override;
  Status truncate(uint64_t size) override;
  Status sync() override { return Status::ok(); }
  Result<uint64_t> size() override { return uint64_t{bytes_->size()}; }
  std::string_view name() const override { return name_; }

 private:
  std::shared_ptr<std::string> bytes_;
  std::string name_;
};

}  // namespace flowdb
