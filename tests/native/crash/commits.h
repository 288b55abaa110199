// Commits: what commit n of a workload writes, and what the database holds after it. Both follow
// from the seed and n alone, so that a commit that was lost can be made once more, byte for byte.
#pragma once

#include <map>
#include <string>
#include <vector>

#include "engine/engine.h"

namespace flowdb {

using Content = std::map<std::string, std::string>;

uint64_t hash_of(std::string_view bytes, uint64_t seed = 0);

class Commits {
 public:
  // `large_every`: each commit whose number it divides is larger than the log takes; 0: none is.
  Commits(uint64_t seed, uint64_t large_every) : seed_(seed), large_every_(large_every) {}

  // Commits are counted from 1.
  WriteBatch batch(uint64_t number) const;
  // The content after commits 1 to `number`, as read by content_hash.
  uint64_t hash_after(uint64_t number);
  Content content_after(uint64_t number) const;

 private:
  void apply(uint64_t number, Content& content) const;

  const uint64_t seed_;
  const uint64_t large_every_;
  // The hashes of the contents behind the commits so far asked for, and the last of them itself.
  Content newest_;
  std::vector<uint64_t> hashes_;
};

// Every commit writes its number under this key.
inline constexpr std::string_view kLastKey = "last";

// What an engine holds.
struct FoundContent {
  uint64_t hash = 0;
  uint64_t last = 0;  // the number of the last commit, 0: none
};
Result<FoundContent> read_content(Iterator& iterator);

}  // namespace flowdb
