// Choices among free regions, and their computation from what is in use.
#include "storage/free_space.h"

#include <algorithm>

namespace flowdb {

// Shell's sort: there may be thousands, and std::sort takes ten times the code in the WebAssembly
// module.
void sort_by_begin(Regions& regions) {
  for (size_t step = regions.size() / 2; step > 0; step = step == 2 ? 1 : step * 5 / 11) {
    for (size_t i = step; i < regions.size(); ++i) {
      const Region moved = regions[i];
      size_t at = i;
      for (; at >= step && moved.begin < regions[at - step].begin; at -= step) {
        regions[at] = regions[at - step];
      }
      regions[at] = moved;
    }
  }
}

void add_region(Regions& regions, const Region& region) {
  if (!region.is_empty()) regions.push_back(region);
}

Regions gaps_between(Regions in_use, uint64_t begin, uint64_t end) {
  sort_by_begin(in_use);
  Regions found;
  for (const Region& used : in_use) {
    if (used.begin > begin) found.push_back({begin, used.begin});
    begin = std::max(begin, used.end);
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
    const uint64_t room = regions[i].bytes();
    if (room != bytes && room < bytes + kRecordHeaderBytes) continue;
    if (lowest == regions.size() || regions[i].begin < regions[lowest].begin) lowest = i;
  }
  return lowest;
}

}  // namespace flowdb
