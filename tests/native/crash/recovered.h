// What a database must be after any crash: it opens, holds a prefix of the commits, each one whole,
// takes new ones, and is the same when it is opened once more.
#pragma once

#include <string>

#include "crash/commits.h"
#include "crash/life.h"

namespace flowdb {

// Whether the commits of this workload are full ones.
inline bool is_full(uint64_t seed) { return seed / 2 % 2 == 1; }

// Everything as small as it can be, so that a few commits flush, switch extents and compact.
// Compression and style of compaction follow from the seed. `opening` numbers the openings of one
// database: each takes other random numbers, as each process does. `later`: at kCrashLater.
EngineOptions crash_options(uint64_t seed, uint64_t opening, bool later = false);

// Opens what a crash has left, checks it, works on, ends it in one of several ways and opens it
// again. `seed` is that of the workload, `number` says how. Result: empty, or what is wrong.
std::string check_recovered(Disk found, Commits& commits, const Expectation& expected,
                            uint64_t seed, uint64_t number);

}  // namespace flowdb
