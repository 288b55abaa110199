// Checkpoint: the record that replaces the whole live table, and in ours carries the engine's
// manifest (FORMAT.md).
#pragma once

#include <map>
#include <string>

#include "storage/record.h"

namespace flowdb {

using LiveTables = std::map<uint32_t, TableLocation>;

// Which of a container's checkpoints is the newest, where their order in the file does not say it.
struct CheckpointOrder {
  uint64_t generation = 0;  // of the superblock that commits it; 0: the order in the file counts
  uint64_t file_end = 0;    // records from here on are newer than the checkpoint
};

struct Checkpoint {
  bool own = false;  // ours; else the original's, which has neither an id nor a manifest
  DatabaseId database_id{};
  LiveTables tables;
  std::string manifest;
  CheckpointOrder order;
};

// The length of the whole record, a multiple of 512. `ordered`: with a CheckpointOrder.
uint64_t checkpoint_bytes(const LiveTables& tables, std::string_view manifest, bool ordered);

// The whole record; an order of generation 0 is not stored.
std::string encode_checkpoint(const LiveTables& tables, std::string_view manifest,
                              const DatabaseId& id, const CheckpointOrder& order);

// Reads the content of a record of the kind checkpoint. Errors: corruption (with offset), io_error.
Result<Checkpoint> read_checkpoint(File& file, const ContainerRecord& record);

}  // namespace flowdb
