// Looks for damage in a whole database, and reports all of it. Only reads.
#pragma once

#include "storage/directory.h"
#include "storage/file.h"
#include "storage/finding.h"

namespace flowdb {

// Reads everything that the two files of a database hold: header, superblocks, checkpoints, framing
// and tombstones of the container; each block of each live table, compared with what index, filter,
// properties and manifest say of its records; that tables of one level do not overlap and that no
// sequence number is above the manifest's last; each frame of the log. Changes nothing. Memory: a
// block and an index at a time, and the log.
// Result: all that is wrong, in that order; empty for a database that is whole. A torn frame at the
// log's end is reported, too: a kill leaves it, and the next open passes over it. Room that nothing
// refers to is not looked at.
Findings verify_database(File& container, File& log);

// The same where each table is a file, of a database that nobody has open. Only in a full build
// (util/features.h). Files that are no tables are not looked at.
Findings verify_database(Directory& root, Directory& tables);

}  // namespace flowdb
