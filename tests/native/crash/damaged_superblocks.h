// The way back without superblocks: a walk over the records of flow.db, from its header to its end.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "crash/history.h"

namespace flowdb {

// What is wrong with the frames of a container that was recovered: empty, when records stand one
// behind the other from its header to its end.
std::string check_frames(const std::string& container);
// The same of one that a crash has left: up to where a superblock vouches for it, or to a filler
// that reaches over the end of a file whose growth was lost. `halves`: where a failed write has
// left so much of a header, which an opening mends.
std::string check_found_frames(const std::string& container, const std::vector<size_t>& halves);

enum class DamagedSuperblocks { newest, both };

// The disk with superblocks that can't be read; nullopt when there is none that names a checkpoint:
// then what is lost with them stands nowhere else.
std::optional<Disk> with_damaged(Disk disk, DamagedSuperblocks which);

}  // namespace flowdb
