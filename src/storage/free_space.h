// FreeSpace: which regions of the file hold nothing that counts. A region begins at a multiple of
// 4096 and, once prepared, is framed by one filler, whose header in the region's first bytes hides
// what is being written behind it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

#include "storage/container_format.h"

namespace flowdb {

// [begin, end) of the file, in bytes.
struct Region {
  uint64_t begin = 0;
  uint64_t end = 0;

  uint64_t bytes() const { return end - begin; }
  bool operator==(const Region& other) const { return begin == other.begin && end == other.end; }
};

using Regions = std::vector<Region>;

// The record of a table whose raw bytes are at `location`.
inline Region table_region(const TableLocation& location) {
  return {location.offset - kRecordHeaderBytes, location.offset + location.length};
}

// Regions that may overlap each other: where each ends, by where it begins.
class RegionsInUse {
 public:
  void add(const Region& region);
  // What lies between them, from `begin` on, in the order of the file, and last what lies between
  // the last one's end and `end`, also when that is empty.
  Regions gaps(uint64_t begin, uint64_t end) const;

 private:
  std::map<uint64_t, uint64_t> ends_;
};

// How many raw bytes of a table a region takes, with a filler behind it.
uint64_t table_room(const Region& region);

// The lowest of the regions with room for a table of `bytes`; regions.size() when there is none.
// Low ones first, so that the file's end becomes free.
size_t lowest_fit(const Regions& regions, uint64_t bytes);

}  // namespace flowdb
