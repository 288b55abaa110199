// The file CHECKPOINT of a MultiFileStorage: all that it has committed, replaced as a whole
// (FORMAT.md, "Tables in files"). Of a full build only.
#pragma once

#include <optional>
#include <string>

#include "storage/checkpoint.h"
#include "storage/directory.h"

namespace flowdb {

// What a storage has committed.
struct Committed {
  DatabaseId database_id{};
  LiveTables tables;  // each at offset 0 of its file
  std::string manifest;
  bool changed = false;  // the tables are not those of the manifest
  bool deleted = false;
  uint64_t epoch = 0;
  // Not stored: some lengths are those of the files found, whose names may not be durable.
  bool found_either = false;
};

// The length of a table that is being replaced: it is the old or the new one.
inline constexpr uint64_t kEitherLength = UINT64_MAX;

// Whether there is one. Errors: io_error.
Result<bool> has_checkpoint_file(Directory& root);
// Reads it; lengths that it leaves open are those of the files in `tables`. Result: nullopt when
// there is none. Errors: corruption, unsupported, io_error.
Result<std::optional<Committed>> read_checkpoint_file(Directory& root, Directory& tables);

// Writes it beside the one that counts, durably. Errors: quota_exceeded, io_error.
Status prepare_checkpoint_file(Directory& root, const Committed& committed);
// Puts the prepared one in its place; durable when `root` is flushed. After an error it is not
// known which one counts. Errors: io_error.
Status replace_checkpoint_file(Directory& root);
// Removes one that was prepared and came to nothing, if there is one. Errors: io_error.
Status remove_prepared_checkpoint_file(Directory& root);

}  // namespace flowdb
