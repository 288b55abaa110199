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
  // What it refers to, unless that can't be read: the tables that were live with it; its
  // checkpoint, with the page that this begins in; the records behind.
  LiveTables older_tables;
  Regions older_rest;
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

  // Whether it is not known that a superblock was durable after this table's header was.
  bool is_new(uint32_t id, const TableLocation& location) const {
    const auto found = older_tables.find(id);
    return found == older_tables.end() || !(table_region(found->second) == table_region(location));
  }
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

// Looks up what `content.older` refers to. Errors: io_error.
Status read_older_references(File& file, uint64_t file_bytes, ContainerContent& content);

// Whether the file is framed as `content` says, as far as the first commit relies on it: what is in
// use lies in the file and apart from each other, and the header of a new table, which that commit
// writes once more, is its own or one behind which a crash can have left it. Errors: corruption
// (with offset), io_error.
Status check_layout(File& file, uint64_t file_bytes, const ContainerContent& content);

}  // namespace flowdb
