// The part of the container's survey that looks at its frames: records one behind the other up to
// the file's end, and every live table one of them.
#pragma once

#include <optional>
#include <vector>

#include "storage/container_survey.h"
#include "storage/superblock.h"

namespace flowdb {

// A superblock, and what it names.
struct SurveyedSuperblock {
  Superblock superblock;
  std::optional<Checkpoint> checkpoint;
};

// Adds what is wrong with them to `findings`. `superblocks`: those that are whole, the newest
// first; `survey` says which tables are live; `recovered` as of survey_container().
void check_frames(File& file, uint64_t file_bytes,
                  const std::vector<SurveyedSuperblock>& superblocks, const ContainerSurvey& survey,
                  bool recovered, Findings& findings);

}  // namespace flowdb
