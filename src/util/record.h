// Record: one version of a key, as every layer above hands it on, and the order in which records
// stand everywhere.
#pragma once

#include <cstdint>
#include <string_view>

#include "util/bytes.h"

namespace flowdb {

inline constexpr int64_t kNeverExpires = INT64_MAX;

// remove_range: of all versions of the keys in [key, value) that are older; it has no ts.
enum class RecordKind : uint8_t { put = 0, remove = 1, remove_range = 2 };

// The flags byte before a record in a table's block and in a batch.
inline constexpr uint8_t kRecordKindMask = 0x03;
inline constexpr uint8_t kRecordHasTs = 0x04;      // else the ts is 0
inline constexpr uint8_t kRecordHasExpiry = 0x08;  // else it never expires

// One version of a record. `key` and `value` are views; who hands it out says how long they hold.
struct Record {
  std::string_view key;
  std::string_view value;
  int64_t ts = 0;
  int64_t expire_at = kNeverExpires;
  uint64_t sequence = 0;
  RecordKind kind = RecordKind::put;
};

inline uint8_t record_flags(const Record& record) {
  return static_cast<uint8_t>(static_cast<uint8_t>(record.kind) |
                              (record.ts != 0 ? kRecordHasTs : 0) |
                              (record.expire_at != kNeverExpires ? kRecordHasExpiry : 0));
}

// Where a record stands in the order: key ascending by bytes, ts descending, sequence descending.
// <0, 0, >0.
inline int compare_records(const Record& a, const Record& b) {
  if (const int c = compare_bytes(a.key, b.key); c != 0) return c;
  if (a.ts != b.ts) return a.ts > b.ts ? -1 : 1;
  if (a.sequence != b.sequence) return a.sequence > b.sequence ? -1 : 1;
  return 0;
}

// The place before all versions of `key`; with `ts`, before all records of that version.
inline Record place_before(std::string_view key, int64_t ts = INT64_MAX) {
  Record place;
  place.key = key;
  place.ts = ts;
  place.sequence = UINT64_MAX;
  return place;
}

}  // namespace flowdb
