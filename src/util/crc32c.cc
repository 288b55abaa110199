// CRC32C by the processor's instruction where there is one, else by slicing: eight tables, eight
// bytes a step. WebAssembly has no such instruction.
#include "util/crc32c.h"

#include <array>

#include "util/coding.h"

#if defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#endif

namespace flowdb {
namespace {

constexpr uint32_t kPolynomial = 0x82f63b78;  // reflected

using Tables = std::array<std::array<uint32_t, 256>, 8>;

// The tables are made when the program starts, from a number that the compiler must not foresee: as
// constants they would be 8 KiB of the module that nothing can compress.
Tables make_tables() {
  const volatile uint32_t hidden = kPolynomial;
  const uint32_t polynomial = hidden;
  Tables t;
  for (uint32_t i = 0; i < 256; ++i) {
    uint32_t crc = i;
    for (int bit = 0; bit < 8; ++bit) crc = (crc >> 1) ^ ((crc & 1) != 0 ? polynomial : 0);
    t[0][i] = crc;
  }
  for (uint32_t i = 0; i < 256; ++i) {
    for (size_t k = 1; k < 8; ++k) t[k][i] = (t[k - 1][i] >> 8) ^ t[0][t[k - 1][i] & 0xff];
  }
  return t;
}

const Tables kTables = make_tables();

// These take and return the complement of the CRC.
uint32_t crc32c_by_tables(const char* p, size_t n, uint32_t crc) {
  for (; n >= 8; n -= 8, p += 8) {
    const uint32_t low = load_le<uint32_t>(p) ^ crc;
    const uint32_t high = load_le<uint32_t>(p + 4);
    crc = kTables[7][low & 0xff] ^ kTables[6][(low >> 8) & 0xff] ^ kTables[5][(low >> 16) & 0xff] ^
          kTables[4][low >> 24] ^ kTables[3][high & 0xff] ^ kTables[2][(high >> 8) & 0xff] ^
          kTables[1][(high >> 16) & 0xff] ^ kTables[0][high >> 24];
  }
  for (; n > 0; --n, ++p) {
    crc = (crc >> 8) ^ kTables[0][(crc ^ static_cast<uint8_t>(*p)) & 0xff];
  }
  return crc;
}

#if defined(__x86_64__)

[[gnu::target("sse4.2")]] uint32_t crc32c_by_instruction(const char* p, size_t n, uint32_t crc) {
  uint64_t wide = crc;
  for (; n >= 8; n -= 8, p += 8) wide = __builtin_ia32_crc32di(wide, load_le<uint64_t>(p));
  crc = static_cast<uint32_t>(wide);
  for (; n > 0; --n, ++p) crc = __builtin_ia32_crc32qi(crc, static_cast<uint8_t>(*p));
  return crc;
}

const bool kHasInstruction = __builtin_cpu_supports("sse4.2");

#elif defined(__ARM_FEATURE_CRC32)

uint32_t crc32c_by_instruction(const char* p, size_t n, uint32_t crc) {
  for (; n >= 8; n -= 8, p += 8) crc = __crc32cd(crc, load_le<uint64_t>(p));
  for (; n > 0; --n, ++p) crc = __crc32cb(crc, static_cast<uint8_t>(*p));
  return crc;
}

constexpr bool kHasInstruction = true;

#else

constexpr bool kHasInstruction = false;
constexpr auto crc32c_by_instruction = crc32c_by_tables;

#endif

}  // namespace

uint32_t crc32c(std::string_view bytes, uint32_t crc) {
  const auto update = kHasInstruction ? crc32c_by_instruction : crc32c_by_tables;
  return ~update(bytes.data(), bytes.size(), ~crc);
}

}  // namespace flowdb
