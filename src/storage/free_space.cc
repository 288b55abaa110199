// Choices among free regions, and their computation from what is in use.
#include "storage/free_space.h"

#include <algorithm>

namespace flowdb {

void RegionsInUse::add(const Region& region) {
  if (region.bytes() == 0) return;
  uint64_t& end = ends_[region.begin];
  end = std::max(end, region.end);
}

Regions RegionsInUse::gaps(uint64_t begin, uint64_t end) const {
  Regions found;
  for (const auto& [used_from, used_to] : ends_) {
    if (used_from > begin) found.push_back({begin, used_from});
    begin = std::max(begin, used_to);
  }
  found.push_back({begin, std::max(begin, end)});
  return found;
}

uint64_t table_room(const Region& region) {
  constexpr uint64_t frames = 2 * kRecordHeaderBytes;  // its own, and that of a filler behind it
  return region.bytes() < frames ? 0 : region.bytes() - frames;
}

size_t lowest_fit(const Regions& regions, uint64_t bytes) {
  size_t lowest = regions.size();
  for (size_t i = 0; i < regions.size(); ++i) {
    if (table_room(regions[i]) < bytes) continue;
    if (lowest == regions.size() || regions[i].begin < regions[lowest].begin) lowest = i;
  }
  return lowest;
}

}  // namespace flowdb
