// The layout of flow.wal in numbers (FORMAT.md).
#pragma once

#include <cstddef>
#include <cstdint>
#include <string_view>

#include "storage/container_format.h"

namespace flowdb {

// File header.
inline constexpr std::string_view kLogMagic = "FLOWLOG1";
inline constexpr uint32_t kLogVersion = 1;
inline constexpr size_t kLogHeaderBytes = 4096;
namespace log_header_field {
inline constexpr size_t kVersion = 8;
inline constexpr size_t kIncompatible = 12;
inline constexpr size_t kDatabaseId = 16;
inline constexpr size_t kCrc = 32;
static_assert(kLogMagic.size() == kVersion);
static_assert(kDatabaseId + sizeof(DatabaseId) == kCrc);
}  // namespace log_header_field

// The extent of a log to whose position no manifest has led yet.
inline constexpr uint64_t kFirstExtentBytes = 128 << 10;
// No log is longer; sums of offsets and sizes below it can't wrap.
inline constexpr uint64_t kLogBytesMax = uint64_t{1} << 48;
// Extents are multiples of it.
inline constexpr uint64_t kExtentUnit = 4096;

// Frames.
enum class FrameType : uint8_t { batch = 1, epoch = 2, jump = 3 };
inline constexpr uint64_t kFrameAlignment = 8;
inline constexpr size_t kFrameHeaderBytes = 24;
namespace frame_field {
inline constexpr size_t kCrc = 0;
inline constexpr size_t kLength = 4;
inline constexpr size_t kType = 8;
inline constexpr size_t kSequence = 16;
static_assert(kSequence + 8 == kFrameHeaderBytes);
}  // namespace frame_field
inline constexpr size_t kEpochPayloadBytes = 8;
inline constexpr size_t kJumpPayloadBytes = 8 + 8 + 8;

constexpr uint64_t frame_bytes(uint64_t payload_bytes) {
  return (kFrameHeaderBytes + payload_bytes + kFrameAlignment - 1) / kFrameAlignment *
         kFrameAlignment;
}

inline constexpr uint64_t kEpochFrameBytes = frame_bytes(kEpochPayloadBytes);
inline constexpr uint64_t kJumpFrameBytes = frame_bytes(kJumpPayloadBytes);
static_assert(kEpochFrameBytes == 32 && kJumpFrameBytes == 48);

}  // namespace flowdb
