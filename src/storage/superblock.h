// Superblock: one sector of the file header that says which checkpoint counts and up to where the
// file is vouched for (FORMAT.md). Two slots hold the newest and the one before.
#pragma once

#include <string>
#include <string_view>

#include "storage/container_format.h"
#include "storage/free_space.h"
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
  // Regions have been used again: the order of records in the file says nothing any more, and the
  // records that count beside the checkpoint begin at `reused_scan_begin`.
  bool reused = false;
  uint64_t reused_scan_begin = 0;
  // Nothing of ours stands behind the committed end, so that what is found there is the original's.
  // Where regions are reused, nothing else tells it from what a power failure has brought back.
  bool closed = false;
  // CRC32C of the 13-byte headers of all records from scan_begin() to the committed end.
  uint32_t records_crc = 0;
  // The live tables are not those that the manifest describes.
  bool changed = false;

  uint64_t checkpoint_end() const { return checkpoint_offset + checkpoint_length; }
  // Records from here on to the committed end change what the checkpoint says.
  uint64_t scan_begin() const {
    if (reused) return reused_scan_begin;
    return checkpoint_offset == 0 ? kFileHeaderBytes : checkpoint_end();
  }
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

// The room of its checkpoint, with the filler in front of it that has hidden it.
inline Region checkpoint_region(const Superblock& superblock) {
  return {superblock.checkpoint_offset / kPageBytes * kPageBytes, superblock.checkpoint_end()};
}

// The file header of a container with one superblock.
std::string encode_file_header(const Superblock& superblock);

}  // namespace flowdb
