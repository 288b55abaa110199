// The bytes of one entry of a block, decoded. A walk spends most of its time here, so that all of
// it is inlined, whatever the size of the code elsewhere counts for.
#pragma once

#include <cstdint>
#include <string_view>

#include "sst/block.h"
#include "util/coding.h"
#include "util/record.h"

namespace flowdb {

// What has been wrong with an entry: not as the format has it, or of a kind that this build does
// not have.
enum class EntryError : uint8_t { none, malformed, unknown_flags };

// Reads numbers from front to back. REQUIRES: three bytes can be read behind the end.
class VarintReader {
 public:
  VarintReader(const char* begin, const char* end) : p_(begin), end_(end) {}

  const char* at() const { return p_; }
  uint64_t left() const { return static_cast<uint64_t>(end_ - p_); }
  // False when it is malformed or cut off.
  [[gnu::always_inline]] bool next(uint64_t& v) {
    if (p_ + 3 > end_) return next_long(v);
    const uint32_t first = static_cast<uint8_t>(p_[0]);
    const uint32_t second = static_cast<uint8_t>(p_[1]);
    if (first < 0x80) {
      v = first;
      p_ += 1;
    } else if (second < 0x80) {
      v = (first & 0x7f) | (second << 7);
      p_ += 2;
    } else if (const uint32_t third = static_cast<uint8_t>(p_[2]); third < 0x80) {
      v = (first & 0x7f) | ((second & 0x7f) << 7) | (third << 14);
      p_ += 3;
    } else {
      return next_long(v);
    }
    return true;
  }
  // Two numbers and a byte.
  [[gnu::always_inline]] bool next(uint64_t& a, uint64_t& b, uint8_t& c) {
    const uint32_t three = load_le<uint32_t>(p_);
    if ((three & 0x8080) != 0 || p_ + 3 > end_) {
      if (!next(a) || !next(b) || p_ == end_) return false;
      c = static_cast<uint8_t>(*p_++);
      return true;
    }
    a = three & 0xff;
    b = (three >> 8) & 0xff;
    c = static_cast<uint8_t>(three >> 16);
    p_ += 3;
    return true;
  }

 private:
  bool next_long(uint64_t& v) {
    uint64_t number;
    const char* const behind = long_varint(p_, end_, number);
    if (behind == nullptr) return false;
    v = number;
    p_ = behind;
    return true;
  }

  const char* p_;
  const char* end_;
};

// What an entry says, but for its key: so much of the key before it, and then `rest`.
struct BlockEntry {
  uint64_t shared = 0;
  std::string_view rest;
  size_t end = 0;  // among the block's entries
};

// Decodes the entry at `offset` of a block's entries, which is not behind them. Sets all of
// `record` but its key; in an index only the value.
[[gnu::always_inline]] inline EntryError decode_entry(std::string_view entries, size_t offset,
                                                      BlockKind kind, BlockEntry& entry,
                                                      Record& record) {
  // A restart and their count, eight bytes at least, stand behind the entries.
  VarintReader in(entries.data() + offset, entries.data() + entries.size());
  uint64_t rest;
  uint64_t number;
  uint64_t value_length = 0;
  bool has_value = true;
  if (kind != BlockKind::data) {
    if (!in.next(entry.shared) || !in.next(rest)) return EntryError::malformed;
  } else {
    uint8_t flags;
    if (!in.next(entry.shared, rest, flags)) return EntryError::malformed;
    constexpr uint8_t known = kRecordKindMask | kRecordHasTs | kRecordHasExpiry;
    if ((flags & ~known) != 0 || (flags & kRecordKindMask) > 1) return EntryError::unknown_flags;
    record.kind = static_cast<RecordKind>(flags & kRecordKindMask);
    record.ts = 0;
    record.expire_at = kNeverExpires;
    has_value = record.kind == RecordKind::put;
    if (!in.next(record.sequence)) return EntryError::malformed;
    if ((flags & kRecordHasTs) != 0) {
      if (!in.next(number)) return EntryError::malformed;
      record.ts = unzigzag(number);
    }
    if ((flags & kRecordHasExpiry) != 0) {
      if (!in.next(number)) return EntryError::malformed;
      record.expire_at = unzigzag(number);
    }
  }
  if (has_value && !in.next(value_length)) return EntryError::malformed;
  if (rest > in.left() || value_length > in.left() - rest) return EntryError::malformed;
  entry.rest = {in.at(), static_cast<size_t>(rest)};
  record.value = {in.at() + rest, static_cast<size_t>(value_length)};
  entry.end =
      static_cast<size_t>(in.at() - entries.data()) + static_cast<size_t>(rest + value_length);
  return EntryError::none;
}

// The number at p, of which is known that it is well formed; p goes behind it. Without its bytes
// read, for what is not wanted.
[[gnu::always_inline]] inline uint64_t known_varint(const char*& p) {
  const uint32_t three = load_le<uint32_t>(p);
  if ((three & 0x80) == 0) return p += 1, three & 0x7f;
  if ((three & 0x8000) == 0) return p += 2, (three & 0x7f) | (three & 0x7f00) >> 1;
  if ((three & 0x800000) == 0) {
    return p += 3, (three & 0x7f) | (three & 0x7f00) >> 1 | (three & 0x7f0000) >> 2;
  }
  uint64_t number = 0;
  p = long_varint(p, p + kMaxVarint, number);
  return number;
}
[[gnu::always_inline]] inline void skip_varint(const char*& p) {
  while (static_cast<uint8_t>(*p++) >= 0x80) {
  }
}

// Which fields of a record are decoded besides its value.
enum class PlainFields : uint8_t { ts, ts_and_sequence };

// Decodes the entry at `p` of a data block that is known to be well formed, and a put that never
// expires. False, with nothing done, when its lengths are not short.
template <PlainFields fields = PlainFields::ts>
[[gnu::always_inline]] inline bool decode_plain_entry(const char* p, BlockEntry& entry,
                                                      Record& record) {
  const uint32_t head = load_le<uint32_t>(p);
  if ((head & 0x8080) != 0) return false;
  entry.shared = head & 0x7f;
  const size_t rest = (head >> 8) & 0x7f;
  p += 3;
  if (fields == PlainFields::ts) {
    skip_varint(p);
  } else {
    record.sequence = known_varint(p);
  }
  record.ts = (head & uint32_t{kRecordHasTs} << 16) != 0 ? unzigzag(known_varint(p)) : 0;
  const auto value_length = static_cast<size_t>(known_varint(p));
  entry.rest = {p, rest};
  record.value = {p + rest, value_length};
  return true;
}

}  // namespace flowdb
