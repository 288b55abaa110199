// ContainerRecord: how the container is framed (FORMAT.md): tables, tombstones, fillers and
// checkpoints one behind the other.
#pragma once

#include <array>
#include <string>

#include "storage/container_format.h"
#include "storage/file.h"
#include "util/status.h"

namespace flowdb {

// What stands at one offset of a container.
struct ContainerRecord {
  enum class Kind {
    table,
    tombstone,
    filler,
    checkpoint,    // the frame is whole; read_checkpoint says whether its content is
    cut_short,     // goes on behind the limit
    malformed,     // can't be what any writer made; `problem` says why
    unknown_type,  // whole, of a type that this version does not know
  };
  Kind kind = Kind::malformed;
  uint64_t offset = 0;
  uint64_t end = 0;  // where the next record begins; of a whole record only
  uint32_t id = 0;   // of a table or a tombstone
  std::array<char, kRecordHeaderBytes> header{};
  std::string problem;

  // Whether it is one that this version knows, and the next one follows it.
  bool is_whole() const {
    return kind != Kind::cut_short && kind != Kind::malformed && kind != Kind::unknown_type;
  }
};

// Reads the frame at `offset`, which ends at `limit` at the latest. Errors: io_error.
// REQUIRES: offset < limit, and the file reaches to the limit.
Result<ContainerRecord> read_record(File& file, uint64_t offset, uint64_t limit);

// The 13 bytes in front of a table's `length` raw bytes, or of a filler's that fills them.
std::string encode_table_header(uint32_t id, uint64_t length);

// Whether type and id in a record's header are a live table's, or a filler's as they were before it
// was named, or what a failure between the two has left.
bool is_name_of(uint32_t id, std::string_view header);

// The header of a filler from `begin` to `end`.
std::string encode_filler_header(uint64_t begin, uint64_t end);

// A whole tombstone of ours.
std::string encode_tombstone(uint32_t id);

// Where the next record of ours begins when the last one ends at `end`: room for a filler is left,
// or none.
uint64_t next_record_offset(uint64_t end);

// The filler between the two, empty when there is no room between them.
std::string encode_gap(uint64_t end, uint64_t next_offset);

// The checksum of record headers (Superblock::records_crc), continued by that of one more record.
uint32_t extend_records_crc(uint32_t crc, std::string_view record);

}  // namespace flowdb
