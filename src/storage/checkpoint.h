// Checkpoint: the record that replaces the whole live table, and in ours carries the engine's
// manifest (FORMAT.md).
#pragma once

#include <map>
#include <string>

#include "storage/record.h"

namespace flowdb {

using LiveTables = std::map<uint32_t, TableLocation>;

struct Checkpoint {
  bool own = false;  // ours; else the original's, which has neither an id nor a manifest
  DatabaseId database_id{};
  LiveTables tables;
  std::string manifest;
};

// The whole record, a multiple of 512 bytes long.
std::string encode_checkpoint(const LiveTables& tables, std::string_view manifest,
                              const DatabaseId& id);

// Reads the content of a record of the kind checkpoint. Errors: corruption (with offset), io_error.
Result<Checkpoint> read_checkpoint(File& file, const ContainerRecord& record);

}  // namespace flowdb
