// ContainerSurvey: what can still be learnt of a container, damaged or not, and all that is wrong
// with it. Only reads, and stops at nothing.
#pragma once

#include <optional>
#include <string>

#include "storage/checkpoint.h"
#include "storage/file.h"
#include "storage/finding.h"

namespace flowdb {

struct ContainerSurvey {
  // Nothing is known when neither a superblock nor a checkpoint of ours can be read.
  std::optional<DatabaseId> database_id;
  // The tables that are live, as far as it can be known. Their regions may reach beyond the file.
  LiveTables tables;
  // Of the checkpoint that `tables` begins with; empty when there is none.
  std::string manifest;
  // Of the checkpoint that the older superblock names, where both can be read.
  std::string older_manifest;
  // The tables are not those that the manifest describes.
  bool changed = false;
  // The newest checkpoint can't be read, and `tables` is that of an older one, or empty. Tables
  // that stand in the file beside it: those of them that are newer than its manifest are live, too.
  LiveTables candidates;
};

// Looks at everything but the insides of tables and of the manifest, and adds to `findings`:
//  1. file header and both superblocks, with the checkpoints that they name;
//  2. the records that count beside the newest checkpoint, against their checksum;
//  3. the framing of the whole file, each tombstone's checksum, and each live table's header.
// What a crash may leave behind is no damage: a torn end of what was not committed, and, unless
// `recovered` (an owner has committed since the last crash), the filler that has hidden a table of
// the last commit.
ContainerSurvey survey_container(File& file, bool recovered, Findings& findings);

}  // namespace flowdb
