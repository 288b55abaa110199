// What the stories of found_test.cc are made of, and those that the rules need, too.
#pragma once

#include <string>
#include <vector>

#include "crash/faulty_disk.h"

namespace flowdb {

constexpr uint64_t kStorySeed = 1;

// Opens the database and ends the process at once. `opening`: its number, from 1.
void open_and_end(FaultyDisk& disk, uint64_t opening);

// Commits until regions are used again, and then once more; then the process ends. Result: the
// number of commits.
uint64_t reuse_regions(FaultyDisk& disk);

// The events that write the last superblocks of a history, `count` of them at most, the last first.
std::vector<size_t> last_superblocks(const History& history, size_t count);

// A number for check_recovered() with which it verifies, too.
constexpr uint64_t verified(uint64_t state) { return 8 * state; }

// A process is killed behind its superblock, the next one opens what is there, and the power fails
// while it does: the superblock before is the newest again. Result: empty, or what is wrong.
std::string lose_superblocks_that_were_seen();

// A power failure takes the headers that let tables be seen, and not the superblock beside them;
// then the same happens to the recovery. Result: empty, or what is wrong.
std::string lose_headers_beside_superblocks();

// A write of several commits fails though all of it is there; then the first of them is made again
// alone, byte for byte, and the process is killed or the power fails. Result: empty, or what is
// wrong.
std::string repeat_the_first_of_a_failed_write();

// Two databases exchange their logs: neither is opened. Result: empty, or what is wrong.
std::string exchange_logs();

}  // namespace flowdb
