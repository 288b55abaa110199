// DirectoryExploration: tries the states after crashes of directory lives, and counts the distinct
// ones. What Exploration is for the two files of a container.
#pragma once

#include <string>
#include <unordered_set>

#include "crash/directory_life.h"
#include "crash/exploration.h"
#include "crash/recovered.h"

namespace flowdb {

class DirectoryExploration {
 public:
  explicit DirectoryExploration(const DirectoryShape& shape) : shape_(shape) {}

  // Tries states of the life `seed` until `distinct()` has reached `target` or there are no more.
  // Result: empty, or what was wrong with which state.
  std::string explore(uint64_t seed, const Depth& depth, size_t target);
  // Tries one state.
  std::string replay(const StateName& name);

  // Distinct images tried, by names and contents.
  size_t distinct() const { return images_.size(); }

 private:
  std::string try_state(DirectoryLife& life, const DirectoryStates& states, const StateName& name);

  const DirectoryShape shape_;
  std::unordered_set<uint64_t> images_;
};

}  // namespace flowdb
