// The reading of a whole container at its opening: which tables are live, and up to where the file
// counts.
#pragma once

#include <optional>

#include "storage/checkpoint.h"
#include "storage/free_space.h"
#include "storage/superblock.h"

namespace flowdb {

// What a container's bytes say.
struct ContainerContent {
  // The newest one; generation 0 when none was found.
  Superblock superblock;
  // The other whole one, or the newest itself when a newer checkpoint than its own was found;
  // generation 0: there is none.
  Superblock older;
  LiveTables tables;
  // Of the newest checkpoint of ours, empty when there is none.
  std::string manifest;
  // The tables are not those that the manifest describes.
  bool changed = false;
  // Where the last record that counts ends. What stands behind it is no one's.
  uint64_t end = kFileHeaderBytes;
  // Of the records from the newest checkpoint's end to `end`.
  uint32_t records_crc = 0;
  // More than the superblock vouches for counts, so it may not be durable yet.
  bool beyond_superblock = false;
};

// What can be said of a file without looking at its records.
enum class ContainerPresence {
  absent,  // empty, or the beginning of one whose creation was cut off: nothing was ever stored in
           // it
  present,
};

// Errors: corruption (no container, or the rest of one that held data), unsupported, io_error.
Result<ContainerPresence> find_container(File& file, uint64_t file_bytes);

// Reads a container. `new_id` becomes the id of one that has none, the original's. Changes nothing.
// REQUIRES: find_container says that it is present. Errors: corruption (with offset), unsupported,
// io_error.
Result<ContainerContent> scan_container(File& file, uint64_t file_bytes, const DatabaseId& new_id);

// What the superblock `older` refers to: `tables`, the records of those that are live with it, and
// `rest`, its checkpoint, with the page that it begins in, and the records behind. Nothing when it
// has no checkpoint, or what it refers to can't be read. Errors: io_error.
Status read_older_references(File& file, uint64_t file_bytes, const Superblock& older,
                             Regions& tables, Regions& rest);

}  // namespace flowdb
