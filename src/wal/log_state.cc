// The steps of writing, and what a failed one leaves behind.
#include "wal/log_state.h"

#include <algorithm>
#include <vector>

#include "util/insertion_sort.h"
#include "util/rules.h"

namespace flowdb {

bool Log::State::is_possible(const LogPosition& position) {
  return position.offset >= kLogHeaderBytes && position.limit <= kLogBytesMax &&
         position.offset % kFrameAlignment == 0 && position.limit % kFrameAlignment == 0 &&
         position.offset <= position.limit && position.limit - position.offset >= kJumpFrameBytes;
}

Status Log::State::check_writable() const {
  if (!can_write || closing) {
    return Status::closed(std::string(file->name()) +
                          ": an earlier write failed or the log was closed");
  }
  if (!recovered) return Status::invalid_argument("a log is read before it is written");
  return Status::ok();
}

Status Log::State::reserve(uint64_t limit) {
  if (reserved >= limit) return Status::ok();
  FLOWDB_ASSIGN_OR_RETURN(const uint64_t size, file->size());
  if (size < limit) FLOWDB_RETURN_IF_ERROR(file->truncate(limit));
  reserved = std::max(size, limit);
  return Status::ok();
}

void Log::State::trim() {
  uint64_t end = 0;
  for (const Extent& extent : in_use) end = std::max(end, extent.limit);
  if (reserved > end && file->truncate(end).is_ok()) reserved = end;
}

Status Log::State::flush() {
  Status status = file->sync();
  if (!status.is_ok()) can_write = false;
  return status;
}

Status Log::State::write_frames(const std::string& frames, bool sync) {
  FLOWDB_RETURN_IF_ERROR(reserve(position.limit));
  Status status = file->write_at(position.offset, frames);
  if (status.is_ok() && sync && holds(Rule::log_strict_flush)) status = flush();
  if (!status.is_ok()) invalidate();
  return status;
}

void Log::State::invalidate() {
  // What follows the first frame of the failed write is chained to it. When that same frame is
  // written once more the others must not come back with it, hence the new epoch.
  epoch_due = epoch_due || holds(Rule::log_failure_epoch);
  if (!holds(Rule::log_failure_zeroed)) return;
  const std::string zeros(kFrameHeaderBytes, '\0');
  if (const Status status = file->write_at(position.offset, zeros); !status.is_ok()) {
    can_write = false;
    return;
  }
  // Durable before the failure is reported, also when one of two flushes does nothing.
  for (const Rule rule : {Rule::log_failure_flush, Rule::log_failure_flush_again}) {
    if (!holds(rule)) continue;
    if (const Status status = flush(); !status.is_ok()) return;
  }
}

bool Log::State::is_free(const Extent& extent) const {
  return std::none_of(in_use.begin(), in_use.end(), [&](const Extent& used) {
    return extent.offset < used.limit && used.offset < extent.limit;
  });
}

Log::State::Extent Log::State::place(uint64_t bytes, uint64_t room_before) const {
  // Every hole begins behind the header or behind an extent.
  const uint64_t first = kLogHeaderBytes + room_before;
  std::vector<uint64_t> candidates = {first};
  for (const Extent& used : in_use) candidates.push_back(std::max(first, used.limit));
  insertion_sort(candidates);
  for (const uint64_t offset : candidates) {
    if (is_free({offset, offset + bytes})) return {offset, offset + bytes};
  }
  return {candidates.back(), candidates.back() + bytes};
}

}  // namespace flowdb
