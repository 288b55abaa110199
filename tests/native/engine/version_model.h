// What a database holds, as a map: versions by key and time, the newest of a key first, as
// iterators have them.
#pragma once

#include <cstdint>
#include <map>
#include <string>

#include "util/record.h"

namespace flowdb {

struct VersionPlace {
  std::string key;
  int64_t ts = 0;
  bool operator<(const VersionPlace& other) const {
    return key != other.key ? key < other.key : ts > other.ts;
  }
};
struct VersionContent {
  std::string value;
  int64_t expire_at = kNeverExpires;
};
using VersionModel = std::map<VersionPlace, VersionContent>;

inline void erase_range(VersionModel& model, const std::string& begin, const std::string& end) {
  model.erase(model.lower_bound({begin, INT64_MAX}), model.lower_bound({end, INT64_MAX}));
}

}  // namespace flowdb
