// Container::State: what an open container knows, and the two steps that every change of it is made
// of: a record behind the last one, and a superblock that vouches for it.
#pragma once

#include <map>
#include <memory>
#include <string>

#include "storage/checkpoint.h"
#include "storage/container.h"
#include "storage/superblock.h"

namespace flowdb {

struct Container::State {
  std::unique_ptr<File> file;
  Superblock superblock;  // the newest one in the file; generation 0: none yet
  LiveTables tables;
  LiveTables finished;  // complete in the file, not yet added
  std::string manifest;
  bool changed = false;      // the tables are not those of the manifest
  uint64_t end = 0;          // of the last record that counts
  uint32_t records_crc = 0;  // of the records from the newest checkpoint's end to `end`
  bool tail = true;          // bytes may stand behind `end`
  bool unflushed = false;    // what `end` takes in may not be durable yet
  bool writing = false;      // a TableWriter is open
  bool can_write = true;

  // closed when an earlier failure has made what is stored unknown.
  Status check_writable() const;
  // The same, and invalid_argument while a table is being written.
  Status check_no_writer() const;
  // The same, and invalid_argument while finished tables wait: their headers are going to change,
  // so that no superblock may take their checksum.
  Status check_idle() const;
  // Cuts off what stands behind `end`. To be called before a record is written there: a shorter
  // record would else leave the rest of a longer one behind itself.
  Status cut_tail();
  // The same after a failed write, as far as the file lets it: the room is free, now or at the next
  // write.
  void drop_tail();
  // Takes what was written from `end` on, the gap and the record's header, for a record that
  // counts.
  void accept(std::string_view gap, std::string_view header, uint64_t new_end);
  // Writes a record behind the last one, the gap in front of it included. Result: its offset.
  Result<uint64_t> append_record(std::string_view record);
  // Flushes; a failure makes the container read-only.
  Status flush();
  // Writes the next superblock, which vouches for everything up to `end`, and flushes it.
  Status commit(Superblock next);
  // Appends a checkpoint and commits it.
  Status commit_checkpoint(LiveTables next_tables, std::string next_manifest, bool next_changed);
  // Reframes the table at `location`, so far a filler, as the table `id`.
  Status name_table(uint32_t id, const TableLocation& location);
};

}  // namespace flowdb
