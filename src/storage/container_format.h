// The layout of flow.db in numbers (FORMAT.md): what the sources that read it and those that write
// it share.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>
#include <string_view>

namespace flowdb {

using DatabaseId = std::array<uint8_t, 16>;

// Where the raw bytes of a live table are, in bytes.
struct TableLocation {
  uint64_t offset = 0;
  uint64_t length = 0;
};

// Frames room that holds nothing; never a table's id.
inline constexpr uint32_t kFillerId = 0xffffffff;

inline constexpr uint64_t kSectorBytes = 512;
inline constexpr uint64_t kPageBytes = 4096;  // records of ours begin at multiples of it

// File header.
inline constexpr std::string_view kContainerMagic = "FLOWDB01";
inline constexpr uint32_t kContainerVersion = 1;
inline constexpr size_t kVersionOffset = 8;
inline constexpr size_t kFileHeaderBytes = 4096;
inline constexpr std::array<size_t, 2> kSlotOffsets = {512, 2048};
static_assert(kContainerMagic.size() == kVersionOffset);
static_assert(kSlotOffsets[0] % kSectorBytes == 0 && kSlotOffsets[1] % kSectorBytes == 0);
static_assert(kSlotOffsets[0] + kSectorBytes <= kSlotOffsets[1]);
static_assert(kSlotOffsets[1] + kSectorBytes <= kFileHeaderBytes);
static_assert(kFileHeaderBytes % kPageBytes == 0);

// Superblock: offsets of its fields in the sector.
inline constexpr std::string_view kSuperblockMagic = "FLOWSUP1";
inline constexpr uint32_t kSuperblockVersion = 1;
inline constexpr size_t kSuperblockBytes = 512;
namespace superblock_field {
inline constexpr size_t kVersion = 8;
inline constexpr size_t kIncompatible = 12;
inline constexpr size_t kCompatible = 16;
inline constexpr size_t kState = 20;
inline constexpr size_t kGeneration = 24;
inline constexpr size_t kDatabaseId = 32;
inline constexpr size_t kEpoch = 48;
inline constexpr size_t kCheckpointOffset = 56;
inline constexpr size_t kCheckpointLength = 64;
inline constexpr size_t kCommittedEnd = 72;
inline constexpr size_t kRecordsCrc = 80;
inline constexpr size_t kChanged = 84;
inline constexpr size_t kScanBegin = 88;
inline constexpr size_t kClosed = 96;
inline constexpr size_t kCrc = 508;
static_assert(kSuperblockMagic.size() == kVersion);
static_assert(kDatabaseId + sizeof(DatabaseId) == kEpoch);
static_assert(kCrc + 4 == kSuperblockBytes && kSuperblockBytes == kSectorBytes);
}  // namespace superblock_field

// Incompatible feature bits of superblocks.
inline constexpr uint32_t kReusedFeature = 1;  // regions were reused; kScanBegin and kClosed count

// Generations are below this: no writer comes so far, and one more is always a higher number.
inline constexpr uint64_t kGenerationsMax = uint64_t{1} << 63;

// Records.
inline constexpr uint8_t kTableType = 0;
inline constexpr uint8_t kTombstoneType = 1;
inline constexpr uint8_t kCheckpointType = 2;
inline constexpr uint64_t kLengthBytes = 8;          // the field that does not count itself
inline constexpr uint64_t kRecordHeaderBytes = 13;   // length, type, and an id or a count
inline constexpr uint64_t kBodyBytesMin = 5;         // type, and an id or a count
inline constexpr uint64_t kShortestTableBytes = 64;  // raw ones: a table's footer
static_assert(kLengthBytes + kBodyBytesMin == kRecordHeaderBytes);

// Tombstones of ours: a magic and a checksum behind the id.
inline constexpr std::string_view kTombstoneMagic = "FLOWTMB1";
inline constexpr uint64_t kTombstoneBytes = kRecordHeaderBytes + 8 + 4;
static_assert(kTombstoneMagic.size() == 8);

// Checkpoints of ours: a magic, the manifest, padding, the database's id and a checksum behind the
// entries. In a container with reused regions, the generation and the file's end stand between
// padding and id.
inline constexpr std::string_view kCheckpointMagic = "FLOWCKP1";
inline constexpr uint64_t kCheckpointEntryBytes = 4 + 8 + 8;
inline constexpr uint64_t kCheckpointExtraBytesMin = 8 + 8 + 16 + 4;
inline constexpr uint64_t kCheckpointOrderBytes = 8 + 8;
static_assert(kCheckpointMagic.size() == 8);
static_assert(kCheckpointExtraBytesMin == 8 + 8 + sizeof(DatabaseId) + 4);

// A checkpoint in a reused region stands so far behind the region's beginning: a filler hides it
// until it is durable.
inline constexpr uint64_t kCheckpointLeadBytes = kSectorBytes;
// Unless it is configured otherwise, smaller ones are left alone until what is beside them is free,
// too.
inline constexpr uint64_t kRegionBytesMin = 64 << 10;

}  // namespace flowdb
