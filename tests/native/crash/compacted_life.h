// CompactedLife: compact_file() on a database with dead regions, recorded, and then crashed in
// every way of the crash model, or with calls that fail: the database holds what it held, and the
// next call makes it as small as an uninterrupted one does.
#pragma once

#include <string>
#include <vector>

#include "crash/commits.h"
#include "crash/directory_states.h"

namespace flowdb {

class CompactedLife {
 public:
  // The database was closed, or, with its last commits in the log alone, killed.
  explicit CompactedLife(bool closed);

  // Each of these tells what is wrong, or is empty. `places`: at which a write is torn; `states`:
  // of a power failure at each event, when there are more of them. `images` grows by those that
  // were distinct.
  std::string crash(size_t places, uint64_t states, size_t& images);
  // A power failure behind a commit that was flushed behind compact_file(): the name of the file
  // before is gone for good, and with it what it lacks.
  std::string crash_behind(uint64_t states);
  // Every call fails, in every way, once or for good.
  std::string fail();

 private:
  std::string check_content(DirectoryDisk& disk, uint64_t last);
  std::string check(const DirectoryImage& found);

  DirectoryImage database_;
  std::vector<DirectoryEvent> events_;
  size_t compacted_bytes_ = 0;
  std::string problem_;
  Commits commits_;
};

}  // namespace flowdb
