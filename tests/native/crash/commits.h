// Commits: what commit n of a workload writes, and what the database holds after it. Both follow
// from the seed and n alone, so that a commit that was lost can be made once more, byte for byte.
#pragma once

#include <array>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "engine/version_model.h"

namespace flowdb {

// The clock of a workload, in microseconds, and that of some of the openings behind its crashes.
inline constexpr int64_t kCrashNow = 1'000'000;
inline constexpr int64_t kCrashLater = 2'000'000;

using Content = VersionModel;

uint64_t hash_of(std::string_view bytes, uint64_t seed = 0);

class Commits {
 public:
  // `large_every`: each commit whose number it divides is larger than the log takes; 0: none is.
  // `full`: with what only a full build has: versions of several times, removals of ranges, expiry.
  Commits(uint64_t seed, uint64_t large_every, bool full = false)
      : seed_(seed), large_every_(large_every), full_(full) {}

  // Commits are counted from 1.
  WriteBatch batch(uint64_t number) const;
  // What is visible after commits 1 to `number`: the hash as of read_content(), `later` at
  // kCrashLater.
  uint64_t hash_after(uint64_t number, bool later = false);
  Content content_after(uint64_t number, bool later = false) const;

 private:
  struct Operation;
  std::vector<Operation> operations(uint64_t number) const;
  void apply(uint64_t number, Content& content) const;

  const uint64_t seed_;
  const uint64_t large_every_;
  const bool full_;
  // The hashes of the contents behind the commits so far asked for, and the last of them itself.
  Content newest_;
  std::vector<std::array<uint64_t, 2>> hashes_;  // at kCrashNow, and later
};

// The batch as two runs of a spill: `newest` is what it writes, `obsolete` puts something else in
// each of its places.
void fill_runs(const WriteBatch& batch, Memtable& obsolete, Memtable& newest);

// Every commit writes its number under this key.
inline constexpr std::string_view kLastKey = "last";

// What an engine holds.
struct FoundContent {
  uint64_t hash = 0;
  uint64_t last = 0;  // the number of the last commit, 0: none
};
Result<FoundContent> read_content(Iterator& iterator);

}  // namespace flowdb
