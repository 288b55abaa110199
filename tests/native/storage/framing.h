// Whether a container's bytes are framed: records one behind the other, as its format says, found
// without the code under test but for the superblock.
#pragma once

#include <cstdint>
#include <string>

#include "storage/superblock.h"

namespace flowdb {

// The last boundary between two records up to `limit`, from the file header on.
inline uint64_t framed_up_to(const std::string& file, uint64_t limit) {
  uint64_t at = kFileHeaderBytes;
  while (at + kLengthBytes <= limit) {
    uint64_t length = 0;
    for (size_t i = 0; i < kLengthBytes; ++i) {
      length = length << 8 | static_cast<uint8_t>(file[static_cast<size_t>(at) + i]);
    }
    if (length < kBodyBytesMin || length > limit - at - kLengthBytes) break;
    if (static_cast<uint8_t>(file[static_cast<size_t>(at + kLengthBytes)]) > kCheckpointType) break;
    at += kLengthBytes + length;
  }
  return at;
}

inline bool is_framed_to_its_end(const std::string& file) {
  return framed_up_to(file, file.size()) == file.size();
}

// The newest superblock; of generation 0, and without a committed end, when there is none.
inline Superblock newest_superblock(const std::string& file) {
  Superblock newest;
  newest.committed_end = 0;
  for (const size_t offset : kSlotOffsets) {
    if (file.size() < offset + kSuperblockBytes) continue;
    const auto slot = decode_superblock("flow.db", offset,
                                        std::string_view(file).substr(offset, kSuperblockBytes));
    if (!slot.is_ok() || slot->state != SuperblockSlot::State::whole) continue;
    if (slot->superblock.generation > newest.generation) newest = slot->superblock;
  }
  return newest;
}

inline uint64_t committed_end(const std::string& file) {
  return newest_superblock(file).committed_end;
}

// What looks like records of a table 77, from whichever 13th byte on it is read.
inline std::string deceptive_bytes(size_t size, uint32_t seed) {
  std::string bytes;
  const char record[] = "\0\0\0\0\0\0\0\5\0\0\0\0M";
  while (bytes.size() < size) bytes.append(record, 13);
  bytes.resize(size);
  // A few bytes tell one table from another.
  for (size_t i = 0; i < 4 && i < size; ++i)
    bytes[size - 1 - i] = static_cast<char>(seed >> (8 * i));
  return bytes;
}

}  // namespace flowdb
