// What the fuzz targets share: an input is a byte of flags and the bytes to be read. With the first
// flag set the checksums are made right before the bytes are read, so that what lies behind them is
// reached, too.
#pragma once

#include <cstddef>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <string_view>

namespace flowdb {

inline constexpr uint8_t kResealFlag = 0x01;

struct FuzzInput {
  bool reseal = false;
  std::string bytes;

  FuzzInput(const uint8_t* data, size_t size) {
    if (size == 0) return;
    reseal = (data[0] & kResealFlag) != 0;
    bytes.assign(reinterpret_cast<const char*>(data) + 1, size - 1);
  }
};

// Ends the run, which keeps the input, when something does not hold that has to.
inline void expect(bool holds, const char* what) {
  if (holds) return;
  std::fprintf(stderr, "does not hold: %s\n", what);
  std::abort();
}

}  // namespace flowdb

#define FLOWDB_EXPECT(condition) ::flowdb::expect((condition), #condition)
