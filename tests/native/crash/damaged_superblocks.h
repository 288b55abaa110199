// The way back without superblocks: a walk over the records of flow.db, from its header to its end.
#pragma once

#include <optional>
#include <string>

#include "crash/history.h"

namespace flowdb {

// What is wrong with the frames of a container that was recovered: empty, when records stand one
// behind the other from its header to its end.
std::string check_frames(const std::string& container);

enum class DamagedSuperblocks { newest, both };

// The disk with superblocks that can't be read; nullopt when there is none that names a checkpoint:
// then what is lost with them stands nowhere else.
std::optional<Disk> with_damaged(Disk disk, DamagedSuperblocks which);

}  // namespace flowdb
