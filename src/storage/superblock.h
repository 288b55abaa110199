// Superblock: one sector of the file header that says which checkpoint counts and up to where the
// file is vouched for (FORMAT.md). Two slots hold the newest and the one before.
#pragma once

#include <string>
#include <string_view>

#include "storage/container_format.h"
#include "util/status.h"

namespace flowdb {

struct Superblock {
  uint32_t compatible = 0;
  bool deleted = false;
  uint64_t generation = 0;
  DatabaseId database_id{};
  uint64_t epoch = 0;
  uint64_t checkpoint_offset = 0;  // 0: there is none
  uint64_t checkpoint_length = 0;
  uint64_t committed_end = kFileHeaderBytes;
  // CRC32C of the 13-byte headers of all records from the checkpoint's end to the committed end.
  uint32_t records_crc = 0;
  // The live tables are not those that the manifest describes.
  bool changed = false;
};

struct SuperblockSlot {
  enum class State { empty, damaged, whole };
  State state = State::empty;
  Superblock superblock;  // when whole
};

// The sector that holds `superblock`.
std::string encode_superblock(const Superblock& superblock);

// Reads one slot; `file` and `offset` say where `sector` was found. REQUIRES: sector has
// kSuperblockBytes bytes. Errors: unsupported (a version or a feature that is not known here),
// corruption (fields that can't be).
Result<SuperblockSlot> decode_superblock(std::string_view file, uint64_t offset,
                                         std::string_view sector);

// Where the superblock of this generation is, in bytes from the file's start.
inline size_t superblock_offset(uint64_t generation) { return kSlotOffsets[generation % 2]; }

// The file header of a container with one superblock.
std::string encode_file_header(const Superblock& superblock);

}  // namespace flowdb
