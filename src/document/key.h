// Encoded IndexedDB keys (FORMAT.md): checks and measures bytes that claim to be keys. Nothing here
// trusts its input: it comes from a page or from a file.
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace flowdb {

inline constexpr char kNumberTag = 0x10;
inline constexpr char kDateTag = 0x20;
inline constexpr char kStringTag = 0x30;
inline constexpr char kBinaryTag = 0x40;
inline constexpr char kArrayTag = 0x50;
// Above every tag: a key followed by it stands behind all that begins with the key, and before the
// next key.
inline constexpr char kAfterKey = static_cast<char>(0xff);
inline constexpr int kMaxKeyDepth = 256;
inline constexpr size_t kNumberBytes = 8;

// Measures the key at the front of `bytes`, which may go on behind it.
// Result: its length in bytes; 0 when there is no whole, canonical key.
size_t measure_key(std::string_view bytes);

// Whether `bytes` are exactly one key.
inline bool is_key(std::string_view bytes) {
  return !bytes.empty() && measure_key(bytes) == bytes.size();
}

// Writes the bytes of a number that follow its tag at `out`, which has room for kNumberBytes.
// REQUIRES: not NaN.
void store_key_number(char* out, double number);
// The inverse. The bytes need not be canonical; the result may be NaN.
double load_key_number(const char* bytes);

// The key of a number, tag included.
std::string number_key(double number);

}  // namespace flowdb
