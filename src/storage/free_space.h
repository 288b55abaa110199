// FreeSpace: which regions of the file hold nothing that counts. A region begins at a multiple of
// 4096 and, once prepared, is framed by one filler, whose header in the region's first bytes hides
// what is being written behind it.
#pragma once

#include <cstddef>
#include <cstdint>
#include <vector>

#include "storage/container_format.h"

namespace flowdb {

// [begin, end) of the file, in bytes.
struct Region {
  uint64_t begin = 0;
  uint64_t end = 0;

  uint64_t bytes() const { return end - begin; }
  bool is_empty() const { return end == begin; }
  bool operator==(const Region& other) const { return begin == other.begin && end == other.end; }
};

using Regions = std::vector<Region>;

// The record of a table whose raw bytes are at `location`.
inline Region table_region(const TableLocation& location) {
  return {location.offset - kRecordHeaderBytes, location.offset + location.length};
}

// Adds it at the end, if it is not empty.
void add_region(Regions& regions, const Region& region);

// In the order of the file.
void sort_by_begin(Regions& regions);

// What lies between the regions `in_use`, which may overlap each other and come in any order, from
// `begin` on, in the order of the file; and last what lies between the last one's end and `end`,
// also when that is empty.
Regions gaps_between(Regions in_use, uint64_t begin, uint64_t end);

// How many raw bytes of a table a region takes, with a filler behind it.
uint64_t table_room(const Region& region);

// How much room a table of `bytes` may take when its records are written once more.
inline uint64_t room_to_move(uint64_t bytes) { return bytes + bytes / 16 + 2 * kPageBytes; }

// The lowest of the regions which `bytes` of records fill, or leave room for a filler in;
// regions.size() when there is none. Low ones first, so that the file's end becomes free.
size_t lowest_fit(const Regions& regions, uint64_t bytes);

}  // namespace flowdb
