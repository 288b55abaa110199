// Records of ours begin at multiples of 4096 (checkpoints in used regions 512 bytes behind one), so
// that the next one can be found when the one before does not lead to it.
#include "storage/framing_survey.h"

#include <algorithm>

namespace flowdb {
bool FramingSurvey::is_record(uint64_t offset, uint64_t limit) const {
  if (offset >= limit) return offset == limit;
  const Result<ContainerRecord> record = read_record(file_, offset, limit);
  return record.is_ok() && record->is_whole();
}

uint64_t FramingSurvey::resume(uint64_t offset, uint64_t limit) const {
  for (uint64_t page = offset / kPageBytes * kPageBytes; page < limit; page += kPageBytes) {
    for (const auto& entry : known_) {
      const uint64_t begin = entry.second.offset - kRecordHeaderBytes;
      const uint64_t end = entry.second.offset + entry.second.length;
      // A table that begins in this page, wherever that is.
      if (begin > offset && begin >= page && begin < page + kPageBytes) return begin;
      // Behind one, the record that follows it.
      if (begin < page && page < end && end < limit) page = end / kPageBytes * kPageBytes;
      if (end > offset && end >= page && end < page + kPageBytes && is_record(end, limit)) {
        return end;
      }
    }
    for (const uint64_t lead : {uint64_t{0}, kCheckpointLeadBytes}) {
      if (page + lead > offset && is_record(page + lead, limit)) return page + lead;
    }
  }
  return limit;
}

void FramingSurvey::walk(uint64_t begin, uint64_t limit, const Stopped* stopped,
                         const std::function<void(const ContainerRecord&)>& use) const {
  for (uint64_t at = begin; at < limit;) {
    const Result<ContainerRecord> read = read_record(file_, at, limit);
    if (read.is_ok() && read->is_whole()) {
      use(read.value());
      at = read->end;
      continue;
    }
    Status status = read.status();
    // Another version may have written a record of another type; then its length leads on.
    bool leads_on = false;
    if (read.is_ok()) {
      const bool unknown = read->kind == ContainerRecord::Kind::unknown_type;
      const std::string what = read->problem.empty() ? "record cut short" : read->problem;
      status = unknown ? Status::unsupported(std::string(file_.name()) + " at " +
                                             std::to_string(at) + ": " + what)
                       : Status::corruption(file_.name(), at, what);
      leads_on = read->end > at + kLengthBytes && is_record(read->end, limit);
    }
    if (stopped != nullptr) (*stopped)(at, status);
    at = leads_on ? read->end : resume(at, limit);
  }
}

bool FramingSurvey::is_torn_end(uint64_t offset) const {
  const Result<ContainerRecord> record = read_record(file_, offset, size_);
  if (record.is_ok() && record->kind == ContainerRecord::Kind::cut_short) return true;
  std::string buffer;
  for (uint64_t at = offset; at < size_; at += buffer.size()) {
    buffer.resize(static_cast<size_t>(std::min<uint64_t>(size_ - at, 64 << 10)));
    if (!read_exactly(file_, at, buffer.data(), buffer.size()).is_ok()) return false;
    if (buffer.find_first_not_of('\0') != std::string::npos) return false;
  }
  return true;
}

}  // namespace flowdb
