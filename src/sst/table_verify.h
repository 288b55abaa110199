// Reads all of a table and compares everything that is said of its records with the records.
#pragma once

#include <optional>

#include "sst/table_survey.h"

namespace flowdb {

// Checks one table, a block at a time, and adds all that is wrong to `findings`: checksums, and
// that each byte belongs to a block; that records ascend; the bounds that index and properties
// give; that the filter has every key. Result: the properties, nullopt when they can't be read.
std::optional<TableProperties> verify_table(const StoredTable& table, Findings& findings);

}  // namespace flowdb
