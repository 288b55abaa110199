// Spill: what a transaction has written to tables before its commit, because memory would not hold
// it. Nobody else sees these tables; the commit makes all of them live at once.
#pragma once

#include <memory>
#include <vector>

#include "engine/table_output.h"
#include "engine/version.h"

namespace flowdb {

// Gives the tables up when it is destroyed before they are committed. Must not outlive the Engine.
struct Spill {
  // One overlay that was spilled: sorted, disjoint tables.
  struct Run {
    std::unique_ptr<TableOutput> output;
    TableFiles files;
  };
  std::vector<Run> runs;  // a later one is newer

  bool has_range_removes() const {
    if (!kFullEngine) return false;
    for (const Run& run : runs) {
      for (const auto& file : run.files) {
        if (file->meta().has_range_removes) return true;
      }
    }
    return false;
  }
};

}  // namespace flowdb
