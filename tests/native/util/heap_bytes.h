// heap_bytes: what this process has taken from malloc and not given back.
#pragma once

#include <malloc.h>

#include <cstddef>

namespace flowdb {

inline size_t heap_bytes() {
  const struct mallinfo2 info = mallinfo2();
  return info.uordblks + info.hblkhd;
}

}  // namespace flowdb
