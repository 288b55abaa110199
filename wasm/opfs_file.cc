// What the handles answer is not taken for granted: where the quota is full, Chromium's write
// returns 4294967288 and Firefox's a short count, instead of throwing. Each outcome is compared
// with what was asked for.
#include "opfs_file.h"

#include "imports.h"

namespace flowdb {

namespace {

// Outcomes below 0, where a count of bytes would be 0 or above: as js/worker/flow-imports.ts has
// them.
constexpr double kFailed = -1;
constexpr double kQuotaExceeded = -2;
// -8 as u32: what Chromium's write returns instead of throwing where there is no room.
constexpr double kChromiumNoSpace = 4294967288;

bool is_count(double outcome, size_t max) {
  return outcome >= 0 && outcome <= static_cast<double>(max);
}

}  // namespace

Status OpfsFile::failure(const char* call, double outcome) const {
  std::string message = name_ + ": " + call;
  if (outcome == kFailed || outcome == kQuotaExceeded) {
    char text[200];
    message += " threw ";
    message.append(text, static_cast<size_t>(flow_file_error(text, sizeof text)));
  } else {
    message += " returned " + std::to_string(static_cast<int64_t>(outcome));
  }
  if (outcome == kQuotaExceeded) return Status::quota_exceeded(std::move(message));
  return Status::io_error(std::move(message));
}

Result<size_t> OpfsFile::read_at(uint64_t offset, char* buffer, size_t length) {
  const double outcome =
      flow_file_read(number_, static_cast<double>(offset), buffer, static_cast<double>(length));
  if (!is_count(outcome, length)) return failure("read", outcome);
  const size_t count = static_cast<size_t>(outcome);
  if (count == length) return count;
  // Only the end of the file may make it short.
  FLOWDB_ASSIGN_OR_RETURN(const uint64_t end, size());
  if (offset + count < end) return failure("read", outcome);
  return count;
}

Status OpfsFile::write_at(uint64_t offset, std::string_view bytes) {
  const double outcome = flow_file_write(number_, static_cast<double>(offset), bytes.data(),
                                         static_cast<double>(bytes.size()));
  if (outcome == static_cast<double>(bytes.size())) return Status::ok();
  const bool no_room = outcome == kChromiumNoSpace || is_count(outcome, bytes.size());
  if (!no_room) return failure("write", outcome);
  return Status::quota_exceeded(name_ + ": write of " + std::to_string(bytes.size()) +
                                " bytes returned " + std::to_string(static_cast<int64_t>(outcome)));
}

Status OpfsFile::truncate(uint64_t size) {
  const double outcome = flow_file_truncate(number_, static_cast<double>(size));
  return outcome == 0 ? Status::ok() : failure("truncate", outcome);
}

Status OpfsFile::sync() {
  const double outcome = flow_file_flush(number_);
  return outcome == 0 ? Status::ok() : failure("flush", outcome);
}

Result<uint64_t> OpfsFile::size() {
  const double outcome = flow_file_size(number_);
  constexpr double kLargest = 9007199254740992;  // 2^53
  if (!(outcome >= 0 && outcome < kLargest)) return failure("getSize", outcome);
  return static_cast<uint64_t>(outcome);
}

}  // namespace flowdb
