// ReadOnlyFile: bytes that nobody may change. A write is refused, and fails the test.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>

#include "storage/memory_file.h"

namespace flowdb {

class ReadOnlyFile final : public File {
 public:
  ReadOnlyFile(std::shared_ptr<std::string> bytes, std::string name)
      : file_(std::move(bytes), std::move(name)) {}

  Result<size_t> read_at(uint64_t offset, char* buffer, size_t length) override {
    return file_.read_at(offset, buffer, length);
  }
  Status write_at(uint64_t, std::string_view) override { return refuse(); }
  Status truncate(uint64_t) override { return refuse(); }
  Status sync() override { return refuse(); }
  Result<uint64_t> size() override { return file_.size(); }
  std::string_view name() const override { return file_.name(); }

 private:
  Status refuse() {
    ADD_FAILURE() << file_.name() << " was to be changed";
    return Status::io_error("read-only");
  }

  MemoryFile file_;
};

}  // namespace flowdb
