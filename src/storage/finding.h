// Finding: one place where stored bytes are not what they should be. Who looks for damage reports
// all of it and goes on, where who opens a database refuses at the first.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "util/status.h"

namespace flowdb {

struct Finding {
  // corruption; unsupported: nothing may be wrong, but this build can't say; io_error.
  StatusCode code = StatusCode::corruption;
  std::string file;
  uint64_t offset = 0;            // bytes from the file's start
  std::optional<uint32_t> table;  // id, where the place is in a table
  std::string what;
  // Empty when there is nothing to compare.
  std::string expected;
  std::string found;

  // "corruption: flow.db at 8192, table 7: ... (expected ..., found ...)"
  std::string to_string() const;
};

using Findings = std::vector<Finding>;

// What a failed call says, found at this place.
Finding finding_of(const Status& status, std::string_view file, uint64_t offset);

}  // namespace flowdb
