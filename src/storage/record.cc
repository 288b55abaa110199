// Reading and writing of record frames. A length is never added to before it is known to fit.
#include "storage/record.h"

#include <algorithm>

#include "util/coding.h"
#include "util/crc32c.h"

namespace flowdb {
namespace {

constexpr size_t kTombstoneBodyBytes = kTombstoneBytes - kLengthBytes;

ContainerRecord& malformed(ContainerRecord& record, std::string problem) {
  record.kind = ContainerRecord::Kind::malformed;
  record.problem = std::move(problem);
  return record;
}

// The original writes an id and nothing else, we a checksum behind it; a body of another size is
// neither.
void check_tombstone(ContainerRecord& record, uint64_t length, std::string_view bytes) {
  record.kind = ContainerRecord::Kind::tombstone;
  if (length == kBodyBytesMin) return;
  if (length != kTombstoneBodyBytes ||
      bytes.substr(kRecordHeaderBytes, kTombstoneMagic.size()) != kTombstoneMagic) {
    malformed(record, "tombstone: neither the original's nor ours");
    return;
  }
  const uint32_t expected = load_be32(bytes.data() + kTombstoneBytes - 4);
  const uint32_t found = crc32c(bytes.substr(kLengthBytes, kTombstoneBytes - 4 - kLengthBytes));
  if (found != expected) {
    malformed(record, "tombstone: checksum " + std::to_string(found) + ", expected " +
                          std::to_string(expected));
  }
}

}  // namespace

Result<ContainerRecord> read_record(File& file, uint64_t offset, uint64_t limit) {
  ContainerRecord record;
  record.offset = offset;
  char buffer[kTombstoneBytes];
  const uint64_t remaining = limit - offset;
  const size_t available = static_cast<size_t>(std::min<uint64_t>(remaining, sizeof buffer));
  FLOWDB_RETURN_IF_ERROR(read_exactly(file, offset, buffer, available));
  const std::string_view bytes(buffer, available);

  record.kind = ContainerRecord::Kind::cut_short;
  if (available < kLengthBytes) return record;
  const uint64_t length = load_be64(buffer);
  if (length > remaining - kLengthBytes) return record;
  record.end = offset + kLengthBytes + length;
  if (length == 0) return malformed(record, "record of no length");
  const uint8_t type = static_cast<uint8_t>(buffer[kLengthBytes]);
  if (type > kCheckpointType) {
    record.kind = ContainerRecord::Kind::unknown_type;
    record.problem = "record of the unknown type " + std::to_string(type);
    return record;
  }
  if (length < kBodyBytesMin) return malformed(record, "record too short for its type");
  std::copy(buffer, buffer + kRecordHeaderBytes, record.header.begin());
  record.id = load_be32(buffer + kLengthBytes + 1);
  if (type == kCheckpointType) {
    record.kind = ContainerRecord::Kind::checkpoint;
  } else if (record.id == kFillerId) {
    record.kind = ContainerRecord::Kind::filler;
  } else if (type == kTableType) {
    record.kind = ContainerRecord::Kind::table;
  } else {
    check_tombstone(record, length, bytes);
  }
  return record;
}

std::string encode_table_header(uint32_t id, uint64_t length) {
  std::string header;
  put_be64(header, kBodyBytesMin + length);
  put_u8(header, id == kFillerId ? kTombstoneType : kTableType);
  put_be32(header, id);
  return header;
}

bool is_name_of(uint32_t id, std::string_view header) {
  const std::string named = encode_table_header(id, 0);
  const std::string hidden = encode_table_header(kFillerId, 0);
  size_t at = kLengthBytes;
  while (at < kRecordHeaderBytes && header[at] == named[at]) ++at;
  return header.substr(at, kRecordHeaderBytes - at) == std::string_view(hidden).substr(at);
}

std::string encode_filler_header(uint64_t begin, uint64_t end) {
  return encode_table_header(kFillerId, end - begin - kRecordHeaderBytes);
}

std::string encode_tombstone(uint32_t id) {
  std::string record;
  put_be64(record, kTombstoneBodyBytes);
  put_u8(record, kTombstoneType);
  put_be32(record, id);
  record += kTombstoneMagic;
  put_be32(record, crc32c(std::string_view(record).substr(kLengthBytes)));
  return record;
}

uint64_t next_record_offset(uint64_t end) {
  const uint64_t next = (end + kPageBytes - 1) / kPageBytes * kPageBytes;
  return next != end && next - end < kRecordHeaderBytes ? next + kPageBytes : next;
}

std::string encode_gap(uint64_t end, uint64_t next_offset) {
  if (next_offset == end) return {};
  std::string filler = encode_filler_header(end, next_offset);
  filler.resize(static_cast<size_t>(next_offset - end), '\0');
  return filler;
}

uint32_t extend_records_crc(uint32_t crc, std::string_view record) {
  return crc32c(record.substr(0, kRecordHeaderBytes), crc);
}

}  // namespace flowdb
