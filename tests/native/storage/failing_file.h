// A File that fails once, at a call that a test chooses: a full quota or an I/O error at any place.
#pragma once

#include <memory>
#include <string>

#include "storage/file.h"

namespace flowdb {

// Shared between a test and the FailingFiles that it hands out.
struct FailurePlan {
  int calls_before_failure = 0;  // of any kind, on any of the files
  enum class Leaves { nothing, half, all };
  Leaves write_leaves = Leaves::nothing;  // what the failing write leaves in the file
  bool then_all_fail = false;             // every call after the failing one fails, too
  bool failed = false;
  bool paused = false;  // calls of the test itself, which neither fail nor count

  // To be asked once a call.
  bool next_fails() {
    if (paused) return false;
    if (failed) return then_all_fail;
    failed = calls_before_failure-- == 0;
    return failed;
  }
};

class FailingFile final : public File {
 public:
  FailingFile(std::unique_ptr<File> file, std::shared_ptr<FailurePlan> plan)
      : file_(std::move(file)), plan_(std::move(plan)) {}

  Result<size_t> read_at(uint64_t offset, char* buffer, size_t length) override {
    if (plan_->next_fails()) return Status::io_error("injected: read");
    return file_->read_at(offset, buffer, length);
  }
  Status write_at(uint64_t offset, std::string_view bytes) override {
    if (!plan_->next_fails()) return file_->write_at(offset, bytes);
    const size_t part = plan_->write_leaves == FailurePlan::Leaves::nothing ? 0
                        : plan_->write_leaves == FailurePlan::Leaves::half  ? bytes.size() / 2
                                                                            : bytes.size();
    FLOWDB_RETURN_IF_ERROR(file_->write_at(offset, bytes.substr(0, part)));
    return Status::quota_exceeded("injected: write");
  }
  Status truncate(uint64_t size) override {
    if (plan_->next_fails()) return Status::quota_exceeded("injected: truncate");
    return file_->truncate(size);
  }
  Status sync() override {
    if (plan_->next_fails()) return Status::io_error("injected: sync");
    return file_->sync();
  }
  Result<uint64_t> size() override {
    if (plan_->next_fails()) return Status::io_error("injected: size");
    return file_->size();
  }
  std::string_view name() const override { return file_->name(); }

 private:
  std::unique_ptr<File> file_;
  std::shared_ptr<FailurePlan> plan_;
};

}  // namespace flowdb
