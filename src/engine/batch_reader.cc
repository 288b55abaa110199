// Decodes what WriteBatch encodes, trusting nothing.
#include "engine/batch_reader.h"

#include <string>

#include "util/features.h"

namespace flowdb {

Result<bool> BatchReader::next(Record& record, std::string_view file) {
  if (!started_) {
    if (!input_.le(left_)) return Status::corruption(file, 0, "a batch without a count");
    started_ = true;
  }
  const size_t offset = input_.position();
  if (left_ == 0) {
    if (!input_.at_end()) return Status::corruption(file, offset, "bytes behind a batch");
    return false;
  }
  uint8_t flags;
  if (!input_.u8(flags)) return Status::corruption(file, offset, "a batch is cut short");
  constexpr uint8_t known = kRecordKindMask | kRecordHasTs | kRecordHasExpiry;
  const bool is_range = kFullEngine && flags == static_cast<uint8_t>(RecordKind::remove_range);
  if ((flags & ~known) != 0 || ((flags & kRecordKindMask) > 1 && !is_range)) {
    return Status::unsupported(std::string(file) + ": a batch operation with flags " +
                               std::to_string(flags));
  }
  if (!read_operation(flags, record)) {
    return Status::corruption(file, offset, "an operation of a batch is malformed");
  }
  --left_;
  return true;
}

bool BatchReader::read_operation(uint8_t flags, Record& record) {
  record = Record();
  record.kind = static_cast<RecordKind>(flags & kRecordKindMask);
  uint64_t number;
  if (!input_.bytes(record.key)) return false;
  if ((flags & kRecordHasTs) != 0) {
    if (!input_.varint(number)) return false;
    record.ts = unzigzag(number);
  }
  if ((flags & kRecordHasExpiry) != 0) {
    if (!input_.varint(number)) return false;
    record.expire_at = unzigzag(number);
  }
  return record.kind == RecordKind::remove || input_.bytes(record.value);
}

}  // namespace flowdb
