// CappedFile: a File in memory under a quota that it shares with others.
#pragma once

#include <algorithm>
#include <memory>
#include <string>
#include <utility>

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
      : content_(content), file_(std::move(content), std::move(name)), quota_(std::move(quota)) {}

  Result<size_t> read_at(uint64_t offset, char* buffer, size_t length) override {
    return file_.read_at(offset, buffer, length);
  }
  Status write_at(uint64_t offset, std::string_view bytes) override {
    FLOWDB_RETURN_IF_ERROR(grow(offset + bytes.size()));
    return file_.write_at(offset, bytes);
  }
  Status truncate(uint64_t size) override {
    if (size < content_->size()) quota_->bytes -= content_->size() - size;
    FLOWDB_RETURN_IF_ERROR(grow(size));
    return file_.truncate(size);
  }
  Status sync() override { return file_.sync(); }
  Result<uint64_t> size() override { return file_.size(); }
  std::string_view name() const override { return file_.name(); }

 private:
  Status grow(uint64_t size) {
    if (size <= content_->size()) return Status::ok();
    const uint64_t more = size - content_->size();
    if (quota_->bytes + more > quota_->bytes_max) {
      return Status::quota_exceeded(std::string(name()) + ": the quota is used up");
    }
    quota_->bytes += more;
    quota_->bytes_most = std::max(quota_->bytes_most, quota_->bytes);
    return Status::ok();
  }

  std::shared_ptr<std::string> content_;
  MemoryFile file_;
  std::shared_ptr<Quota> quota_;
};

}  // namespace flowdb
