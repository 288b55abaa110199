// The frame of a table (FORMAT.md): blocks' trailers and handles, the footer, and the sizes of all
// that.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "storage/container_format.h"
#include "util/coding.h"

namespace flowdb {

enum class BlockCompression : uint8_t { none = 0, lz4 = 1, zstd = 2 };

// Compression byte and CRC behind a block's payload.
inline constexpr size_t kBlockTrailerBytes = 1 + 4;
// A restart (a key in full) every so many entries of a block.
inline constexpr uint32_t kRestartInterval = 16;
inline constexpr uint8_t kIndexEntryHasTimes = 0x01;
inline constexpr uint32_t kTableVersion = 1;
// An incompatible feature: the table removes ranges of keys.
inline constexpr uint32_t kFeatureRangeRemoves = 1;
inline constexpr std::string_view kTableMagic = "FLOWSST1";
static_assert(kTableMagic.size() == 8);

// Where a block's payload is, relative to the table's first byte.
struct BlockHandle {
  uint64_t offset = 0;
  uint64_t length = 0;

  void encode(std::string& out) const {
    put_varint(out, offset);
    put_varint(out, length);
  }
  bool decode(Reader& in) { return in.varint(offset) && in.varint(length); }
};

struct Footer {
  uint32_t table_id = 0;
  uint32_t incompatible = 0;
  BlockHandle properties;
  BlockHandle index;
  BlockHandle filter;
  uint32_t version = kTableVersion;

  // Where each field stands.
  static constexpr size_t kBytes = 64;
  static constexpr size_t kTableIdAt = 0;
  static constexpr size_t kIncompatibleAt = 4;
  static constexpr size_t kPropertiesAt = 8;
  static constexpr size_t kIndexAt = 20;
  static constexpr size_t kFilterAt = 32;
  static constexpr size_t kVersionAt = 44;
  static constexpr size_t kZeroAt = 48;
  static constexpr size_t kCrcAt = 52;
  static constexpr size_t kMagicAt = 56;
  static constexpr size_t kHandleBytes = 8 + 4;

  std::string encode() const;
  enum class Decoded { ok, not_a_table, damaged };
  // REQUIRES: kBytes bytes. not_a_table: other bytes than ours; damaged: ours, but the checksum
  // does not hold.
  Decoded decode(std::string_view bytes);
};
static_assert(Footer::kPropertiesAt + Footer::kHandleBytes == Footer::kIndexAt);
static_assert(Footer::kIndexAt + Footer::kHandleBytes == Footer::kFilterAt);
static_assert(Footer::kFilterAt + Footer::kHandleBytes == Footer::kVersionAt);
static_assert(Footer::kMagicAt + kTableMagic.size() == Footer::kBytes);
static_assert(kShortestTableBytes == Footer::kBytes);

// A table's raw length is this, modulo a sector, so that its record in the container ends on a
// sector.
inline constexpr uint64_t kTableLengthInSector = kSectorBytes - kRecordHeaderBytes;
static_assert(kTableLengthInSector == 499);

// Zeros between `body` bytes of blocks and the footer.
inline constexpr size_t padding_bytes(uint64_t body) {
  const uint64_t end = (body + Footer::kBytes + kRecordHeaderBytes) % kSectorBytes;
  return static_cast<size_t>((kSectorBytes - end) % kSectorBytes);
}
static_assert((100 + padding_bytes(100) + Footer::kBytes) % kSectorBytes == kTableLengthInSector);
static_assert(padding_bytes(kTableLengthInSector - Footer::kBytes) == 0);

}  // namespace flowdb
