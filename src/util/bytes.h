// Comparing and copying byte strings as short as keys are, without a call: in a walk over records
// the calls to memcmp and memcpy would take more time than their work.
#pragma once

#include <algorithm>
#include <cstring>
#include <string_view>

#include "util/coding.h"

// In the module each copy of what is inlined would be loaded by every page.
#ifdef __wasm__
#define FLOWDB_INLINE_NATIVELY [[gnu::noinline]] inline
#else
#define FLOWDB_INLINE_NATIVELY inline
#endif

namespace flowdb {

// The order of two strings of eight bytes.
inline int compare_eight(uint64_t a, uint64_t b) {
  return __builtin_bswap64(a) < __builtin_bswap64(b) ? -1 : 1;
}

// compare_bytes for where it stands in the innermost loop.
[[gnu::always_inline]] inline int compare_bytes_inline(std::string_view a, std::string_view b) {
  const size_t n = std::min(a.size(), b.size());
  const char* const p = a.data();
  const char* const q = b.data();
  if (n >= 8) {
    size_t i = 0;
    for (; i + 8 <= n; i += 8) {
      const uint64_t x = load_le<uint64_t>(p + i);
      const uint64_t y = load_le<uint64_t>(q + i);
      if (x != y) return compare_eight(x, y);
    }
    // The last eight: those of them that were compared before are equal.
    const uint64_t x = load_le<uint64_t>(p + n - 8);
    const uint64_t y = load_le<uint64_t>(q + n - 8);
    if (x != y) return compare_eight(x, y);
  } else {
    for (size_t i = 0; i < n; ++i) {
      if (p[i] != q[i]) return static_cast<uint8_t>(p[i]) < static_cast<uint8_t>(q[i]) ? -1 : 1;
    }
  }
  return a.size() == b.size() ? 0 : a.size() < b.size() ? -1 : 1;
}

// As a.compare(b): by unsigned bytes. <0, 0, >0.
FLOWDB_INLINE_NATIVELY int compare_bytes(std::string_view a, std::string_view b) {
  return compare_bytes_inline(a, b);
}

inline bool equal_bytes(std::string_view a, std::string_view b) {
  return a.size() == b.size() && compare_bytes(a, b) == 0;
}

// Whether `bytes` begins with the `size` bytes at `prefix`. REQUIRES: these are filled up to whole
// words.
inline bool begins_with(std::string_view bytes, const char* prefix, size_t size) {
  if (bytes.size() < size) return false;
  if (size >= 8 || bytes.size() < 8) return compare_bytes(bytes.substr(0, size), {prefix, size}) == 0;
  if (size == 0) return true;
  return (load_le<uint64_t>(bytes.data()) ^ load_le<uint64_t>(prefix)) << (64 - 8 * size) == 0;
}

// The eight bytes from `from` on as a big-endian number, filled up with zeros.
inline uint64_t number_at(std::string_view bytes, size_t from) {
  if (bytes.size() >= from + 8) return load_be64(bytes.data() + from);
  if (bytes.size() <= from) return 0;
  const size_t missing = from + 8 - bytes.size();
  if (bytes.size() >= 8) return load_be64(bytes.data() + bytes.size() - 8) << (8 * missing);
  uint64_t number = 0;
  for (size_t i = from; i < bytes.size(); ++i) number = (number << 8) | static_cast<uint8_t>(bytes[i]);
  return number << (8 * missing);
}

// memcpy for what is short most of the time.
FLOWDB_INLINE_NATIVELY void copy_bytes(char* to, std::string_view from) {
  const size_t n = from.size();
  const char* const p = from.data();
  if (n > 16) {
    std::memcpy(to, p, n);
  } else if (n >= 8) {
    // Both loads come before the stores: the halves may overlap.
    const uint64_t first = load_le<uint64_t>(p);
    const uint64_t last = load_le<uint64_t>(p + n - 8);
    store_le(to, first);
    store_le(to + n - 8, last);
  } else {
    for (size_t i = 0; i < n; ++i) to[i] = p[i];
  }
}

}  // namespace flowdb
