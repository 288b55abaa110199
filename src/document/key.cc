// The grammar of encoded keys, one loop for all depths: hostile nesting costs no stack.
#include "document/key.h"

#include <cmath>
#include <cstring>

#include "util/coding.h"

namespace flowdb {

namespace {

constexpr uint64_t kSignBit = uint64_t{1} << 63;

uint64_t ordered_bits(double number) {
  if (number == 0) number = 0;  // -0 and 0 are one key
  uint64_t bits;
  std::memcpy(&bits, &number, sizeof bits);
  return (bits & kSignBit) != 0 ? ~bits : bits | kSignBit;
}

// Each of these takes the position behind the tag and returns the position behind the key, or null.
using Bytes = const unsigned char*;

Bytes end_of_number(Bytes p, Bytes end) {
  if (end - p < static_cast<ptrdiff_t>(kNumberBytes)) return nullptr;
  const double number = load_key_number(reinterpret_cast<const char*>(p));
  if (std::isnan(number)) return nullptr;
  const bool negative_zero = number == 0 && std::signbit(number);
  return negative_zero ? nullptr : p + kNumberBytes;
}

Bytes end_of_string(Bytes p, Bytes end) {
  while (p != end) {
    const unsigned char lead = *p++;
    if (lead == 0x00) return p;
    if (lead == 0x01) {
      if (p == end || (*p != 0x01 && *p != 0x02)) return nullptr;
      ++p;
    } else if (lead >= 0x80 && lead <= 0xbf) {
      if (p == end) return nullptr;
      ++p;
    } else if (lead == 0xc0) {
      if (end - p < 2) return nullptr;
      const unsigned unit = static_cast<unsigned>(p[0]) << 8 | p[1];
      if (unit < 0x4080) return nullptr;  // has a shorter form
      p += 2;
    } else if (lead > 0xc0) {
      return nullptr;
    }
  }
  return nullptr;
}

Bytes end_of_binary(Bytes p, Bytes end) {
  while (p != end) {
    p = static_cast<Bytes>(std::memchr(p, 0, static_cast<size_t>(end - p)));
    if (p == nullptr || end - p < 2) return nullptr;
    const unsigned char second = p[1];
    p += 2;
    if (second == 0x00) return p;
    if (second != 0xff) return nullptr;
  }
  return nullptr;
}

}  // namespace

size_t measure_key(std::string_view bytes) {
  const Bytes begin = reinterpret_cast<Bytes>(bytes.data());
  const Bytes end = begin + bytes.size();
  Bytes p = begin;
  int depth = 0;
  do {
    if (p == end) return 0;
    const char tag = static_cast<char>(*p++);
    switch (tag) {
      case kNumberTag:
      case kDateTag:
        p = end_of_number(p, end);
        break;
      case kStringTag:
        p = end_of_string(p, end);
        break;
      case kBinaryTag:
        p = end_of_binary(p, end);
        break;
      case kArrayTag:
        if (++depth > kMaxKeyDepth) return 0;
        break;
      case 0:
        if (--depth < 0) return 0;
        break;
      default:
        return 0;
    }
    if (p == nullptr) return 0;
  } while (depth > 0);
  return static_cast<size_t>(p - begin);
}

void store_key_number(char* out, double number) { store_be64(out, ordered_bits(number)); }

double load_key_number(const char* bytes) {
  uint64_t bits = load_be64(bytes);
  bits = (bits & kSignBit) != 0 ? bits & ~kSignBit : ~bits;
  double number;
  std::memcpy(&number, &bits, sizeof number);
  return number;
}

std::string number_key(double number) {
  std::string key(1 + kNumberBytes, kNumberTag);
  store_key_number(key.data() + 1, number);
  return key;
}

}  // namespace flowdb
