// Tagged fields; an odd tag may be ignored by who does not know it.
#include "sst/properties.h"

#include <algorithm>

#include "util/coding.h"

namespace flowdb {
namespace {

enum Tag : uint64_t {
  kSmallestKey = 2,
  kLargestKey = 4,
  kRecords = 6,
  kSequences = 8,
  kTimes = 10,
  kExpiry = 12,
  kLevel = 14,
  kDatabaseId = 16,
  kRangeRemoves = 18,
};

void put_field(std::string& out, Tag tag, std::string_view bytes) {
  put_varint(out, tag);
  put_bytes(out, bytes);
}

std::string two_varints(uint64_t a, uint64_t b) {
  std::string bytes;
  put_varint(bytes, a);
  put_varint(bytes, b);
  return bytes;
}

bool read_two(Reader& in, uint64_t& a, uint64_t& b) { return in.varint(a) && in.varint(b); }

}  // namespace

void TableProperties::add(const Record& record) {
  if (records == 0) smallest_key.assign(record.key);
  largest_key.assign(record.key);
  ++records;
  if (record.kind == RecordKind::remove) ++removes;
  smallest_sequence = std::min(smallest_sequence, record.sequence);
  largest_sequence = std::max(largest_sequence, record.sequence);
  min_ts = std::min(min_ts, record.ts);
  max_ts = std::max(max_ts, record.ts);
  max_expire_at = std::max(max_expire_at, record.expire_at);
}

void TableProperties::add(const RangeRemoves& ranges) {
  if (records == 0) min_ts = max_ts = 0;
  bool is_first = records == 0;
  ranges.each([&](std::string_view begin, std::string_view end,
                   const std::vector<uint64_t>& sequences) {
    if (is_first || begin < smallest_key) smallest_key.assign(begin);
    is_first = false;
    // The largest key before `end` has no name, unless `end` is the next one behind it.
    if (end.back() == '\0') end.remove_suffix(1);
    if (end > largest_key) largest_key.assign(end);
    smallest_sequence = std::min(smallest_sequence, sequences.front());
    largest_sequence = std::max(largest_sequence, sequences.back());
  });
  max_expire_at = kNeverExpires;
}

std::string TableProperties::encode() const {
  std::string out;
  put_field(out, kSmallestKey, smallest_key);
  put_field(out, kLargestKey, largest_key);
  put_field(out, kRecords, two_varints(records, removes));
  put_field(out, kSequences, two_varints(smallest_sequence, largest_sequence));
  put_field(out, kTimes, two_varints(zigzag(min_ts), zigzag(max_ts)));
  std::string number;
  if (max_expire_at != kNeverExpires) {
    put_varint(number, zigzag(max_expire_at));
    put_field(out, kExpiry, number);
  }
  number.clear();
  put_varint(number, level);
  put_field(out, kLevel, number);
  put_field(out, kDatabaseId,
            {reinterpret_cast<const char*>(database_id.data()), database_id.size()});
  if (range_removes.length > 0) {
    put_field(out, kRangeRemoves, two_varints(range_removes.offset, range_removes.length));
  }
  return out;
}

TableProperties::Decoded TableProperties::decode(std::string_view payload) {
  *this = TableProperties();
  max_expire_at = kNeverExpires;
  uint32_t seen = 0;  // bit tag / 2
  uint64_t last_tag = 0;
  for (Reader in(payload); !in.at_end();) {
    uint64_t tag;
    uint64_t a;
    uint64_t b;
    std::string_view bytes;
    if (!in.varint(tag) || !in.bytes(bytes) || tag <= last_tag) return Decoded::malformed;
    last_tag = tag;
    if (tag % 2 == 1) continue;
    if (tag > kRangeRemoves) return Decoded::unknown_tag;
    seen |= uint32_t{1} << (tag / 2);
    Reader field(bytes);
    bool whole = true;
    switch (static_cast<Tag>(tag)) {
      case kSmallestKey:
        smallest_key.assign(bytes);
        continue;
      case kLargestKey:
        largest_key.assign(bytes);
        continue;
      case kRecords:
        whole = read_two(field, records, removes);
        break;
      case kSequences:
        whole = read_two(field, smallest_sequence, largest_sequence);
        break;
      case kTimes:
        whole = read_two(field, a, b);
        if (whole) min_ts = unzigzag(a);
        if (whole) max_ts = unzigzag(b);
        break;
      case kExpiry:
        whole = field.varint(a);
        if (whole) max_expire_at = unzigzag(a);
        break;
      case kLevel:
        whole = field.u8(level);  // below 128, a varint of one byte
        break;
      case kDatabaseId:
        whole = field.take(database_id.size(), bytes);
        if (whole) bytes.copy(reinterpret_cast<char*>(database_id.data()), bytes.size());
        break;
      case kRangeRemoves:
        whole = range_removes.decode(field) && range_removes.length > 0;
        break;
    }
    if (!whole || !field.at_end()) return Decoded::malformed;
  }
  constexpr uint32_t needed = (1u << (kSmallestKey / 2)) | (1u << (kLargestKey / 2)) |
                              (1u << (kRecords / 2)) | (1u << (kSequences / 2)) |
                              (1u << (kTimes / 2)) | (1u << (kLevel / 2)) |
                              (1u << (kDatabaseId / 2));
  const bool sane = (seen & needed) == needed && removes <= records &&
                    (records > 0 || range_removes.length > 0) &&
                    smallest_key <= largest_key && smallest_sequence <= largest_sequence &&
                    min_ts <= max_ts && level < 128;
  return sane ? Decoded::ok : Decoded::malformed;
}

}  // namespace flowdb
