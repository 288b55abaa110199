// How flushes and compactions are cut into steps. A step is short enough to stand between two
// requests of a page, and what it has done is counted, so that writers can pay for it.
#pragma once

#include <cstdint>

#include "util/record.h"

namespace flowdb {

// A step ends with the record that brings its work to this much.
inline constexpr uint64_t kStepWork = 32 << 10;
// A commit's steps, a flush of the file each, count less than they take: writers shall get on with
// it, for the room and the memory that it frees.
inline constexpr uint64_t kFlushWork = kStepWork / 4;

// Of a search for the end of what is dropped: a block or two may be read.
inline constexpr uint64_t kSkipWork = 8 << 10;

// The work of handling one record: its bytes, and what even the smallest one costs.
inline uint64_t work_of(const Record& record) {
  constexpr uint64_t kEach = 32;
  return record.key.size() + record.value.size() + kEach;
}

}  // namespace flowdb
