// Which of 64 bytes are a given one: a bit each, without a branch to be guessed wrong.
#pragma once

#include <cstddef>
#include <cstdint>

#include "util/coding.h"

#if defined(__SSE2__)
#include <emmintrin.h>
#endif

namespace flowdb {

inline constexpr size_t kTagsAtOnce = 64;

// For processors of any kind.
inline uint64_t equal_tags_anywhere(const char* tags, uint8_t tag) {
  constexpr uint64_t each_byte = 0x0101010101010101;
  constexpr uint64_t low_bits = each_byte * 0x7f;
  uint64_t equal = 0;
  for (size_t i = 0; i < kTagsAtOnce; i += 8) {
    const uint64_t differing = load_le<uint64_t>(tags + i) ^ (tag * each_byte);
    // The lowest bit of each byte that is zero, and of no other: no sum carries into the next byte.
    const uint64_t zero = ~(((differing & low_bits) + low_bits) | differing) >> 7 & each_byte;
    // These eight side by side.
    equal |= ((zero * 0x0102040810204080) >> 56) << i;
  }
  return equal;
}

// REQUIRES: kTagsAtOnce bytes at `tags`.
inline uint64_t equal_tags(const char* tags, uint8_t tag) {
#if defined(__SSE2__)
  const __m128i wanted = _mm_set1_epi8(static_cast<char>(tag));
  const auto equal = [&](size_t from) {
    const __m128i some = _mm_loadu_si128(reinterpret_cast<const __m128i*>(tags + from));
    const int bits = _mm_movemask_epi8(_mm_cmpeq_epi8(some, wanted));
    return uint64_t{static_cast<uint32_t>(bits)} << from;
  };
  static_assert(kTagsAtOnce == 4 * sizeof wanted);
  return equal(0) | equal(16) | equal(32) | equal(48);
#else
  return equal_tags_anywhere(tags, tag);
#endif
}

}  // namespace flowdb
