// Makes the checksums in damaged bytes right again, as far as the bytes still say where they are.
#pragma once

#include <cstdint>
#include <string>

#include "storage/container_format.h"

namespace flowdb {

// The superblocks, checkpoints and tombstones of a container.
void reseal_container(std::string& file);
// The record of a checkpoint, length included.
void reseal_checkpoint(std::string& record);
// The header of a log, and its frames from the start.
void reseal_log(std::string& file, const DatabaseId& id);
// The footer and the blocks of a table.
void reseal_table(std::string& raw);

}  // namespace flowdb
