// A search in a sorted array of numbers without a branch that can be guessed wrong.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>

#include "util/coding.h"

namespace flowdb {

// The first of `count` ascending numbers that is not below `wanted`; `count` when there is none.
// They stand `Stride` bytes apart, in the processor's order of bytes.
template <size_t Stride>
inline size_t first_not_below(const char* begin, size_t count, uint64_t wanted) {
  if (count == 0) return 0;
  // It is from `at` on, `step` bytes behind it at most. The first two such ranges overlap.
  size_t step = std::bit_floor(count) * Stride;
  const auto below = [&](const char* number) { return load_le<uint64_t>(number) < wanted; };
  // Products, because compilers make branches of choices here.
  const char* at = begin + (count * Stride - step) * below(begin + step - Stride);
  while ((step /= 2) >= Stride) {
    const char* const middle = at + step;
    at = below(middle - Stride) ? middle : at;
  }
  at += Stride * below(at);
  return static_cast<size_t>(at - begin) / Stride;
}

}  // namespace flowdb
