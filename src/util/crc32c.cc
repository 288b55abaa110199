// CRC32C by the processor's instruction where there is one. Else, as in WebAssembly, what is long
// is folded into its last bytes by additions alone, and these go by slicing: eight tables, eight
// bytes a step.
#include "util/crc32c.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "util/coding.h"

#if defined(__ARM_FEATURE_CRC32)
#include <arm_acle.h>
#elif defined(__x86_64__)
#include <immintrin.h>
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
[[gnu::noinline]] uint32_t crc32c_by_tables(const char* p, size_t n, uint32_t crc) {
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

// 1 + x^-8a + x^-8b + .. for the five distances a, b, .. is a multiple of the polynomial: the CRC
// stays what it is when a byte is added to those that stand so far behind it, and is then zero.
// Other distances would do; these are the smallest that no sum waits for: what was written shortly
// before, in other steps than it is read in, is slow to come back.
constexpr size_t kDistances[] = {157, 165, 237, 278, 299};
constexpr size_t kStep = 16;
constexpr size_t kReach = 304;  // the largest distance, in whole steps
constexpr size_t kPiece = 16 << 10;
using Step [[gnu::vector_size(kStep)]] = uint64_t;

// The sixteen bytes at `p`, to which is added what stands before `sums`.
Step fold(const char* p, const char* sums) {
  Step sum = load_le<Step>(p);
  for (const size_t distance : kDistances) sum ^= load_le<Step>(sums - distance);
  return sum;
}

// Moves p and n on, so that less than two reaches are left.
uint32_t crc32c_by_folding(const char*& p, size_t& n, uint32_t crc) {
  char room[kReach + kPiece];
  char* const sums = room + kReach;
  char last[kReach];
  while (n >= 2 * kReach) {
    const size_t folded = (std::min(n, kPiece) - kReach) / kStep * kStep;
    std::memset(room, 0, kReach);
    std::memset(sums + folded, 0, kReach);
    // (1) The CRC so far is added to the first bytes.
    store_le(sums, load_le<Step>(p));
    store_le(sums, load_le<uint32_t>(p) ^ crc);
    // (2) All but one reach is folded on.
    for (size_t i = kStep; i < folded; i += kStep) store_le(sums + i, fold(p + i, sums + i));
    // (3) That one takes up what was, and is all that is left.
    p += folded;
    for (size_t i = 0; i < kReach; i += kStep) store_le(last + i, fold(p + i, sums + folded + i));
    crc = crc32c_by_tables(last, kReach, 0);
    p += kReach;
    n -= folded + kReach;
  }
  return crc;
}

#if defined(__x86_64__)

// x to the power of n modulo the polynomial, reflected as everything here.
constexpr uint32_t power_of_x(size_t n) {
  uint32_t power = 0x80000000;
  for (; n > 0; --n) power = (power >> 1) ^ ((power & 1) != 0 ? kPolynomial : 0);
  return power;
}

// The CRC of what `crc` is the CRC of and so many zeros more. The instruction, which reduces the
// product, adds 33 to the power.
template <size_t bytes>
[[gnu::target("sse4.2,pclmul")]] uint32_t behind_zeros(uint32_t crc) {
  constexpr uint32_t power = power_of_x(bytes * 8 - 33);
  const __m128i product = _mm_clmulepi64_si128(_mm_cvtsi32_si128(static_cast<int>(crc)),
                                               _mm_cvtsi32_si128(static_cast<int>(power)), 0);
  return static_cast<uint32_t>(_mm_crc32_u64(0, static_cast<uint64_t>(_mm_cvtsi128_si64(product))));
}

// Three thirds of `third` bytes each at a time, as often as they fit: the processor begins one
// instruction in every cycle, but ends it two cycles later. Moves p and n on.
template <size_t third>
[[gnu::target("sse4.2,pclmul")]] uint32_t crc32c_by_thirds(const char*& p, size_t& n,
                                                           uint32_t crc) {
  for (; n >= 3 * third; n -= 3 * third, p += 3 * third) {
    uint64_t first = crc;
    uint64_t second = 0;
    uint64_t last = 0;
    for (size_t i = 0; i < third; i += 8) {
      first = _mm_crc32_u64(first, load_le<uint64_t>(p + i));
      second = _mm_crc32_u64(second, load_le<uint64_t>(p + i + third));
      last = _mm_crc32_u64(last, load_le<uint64_t>(p + i + 2 * third));
    }
    crc = behind_zeros<2 * third>(static_cast<uint32_t>(first)) ^
          behind_zeros<third>(static_cast<uint32_t>(second)) ^ static_cast<uint32_t>(last);
  }
  return crc;
}

[[gnu::target("sse4.2,pclmul")]] uint32_t crc32c_by_instruction(const char* p, size_t n,
                                                                uint32_t crc) {
  crc = crc32c_by_thirds<512>(p, n, crc);
  crc = crc32c_by_thirds<64>(p, n, crc);
  uint64_t wide = crc;
  for (; n >= 8; n -= 8, p += 8) wide = _mm_crc32_u64(wide, load_le<uint64_t>(p));
  crc = static_cast<uint32_t>(wide);
  for (; n > 0; --n, ++p) crc = _mm_crc32_u8(crc, static_cast<uint8_t>(*p));
  return crc;
}

const bool kHasInstruction = __builtin_cpu_supports("sse4.2") && __builtin_cpu_supports("pclmul");

#elif defined(__ARM_FEATURE_CRC32)

uint32_t crc32c_by_instruction(const char* p, size_t n, uint32_t crc) {
  for (; n >= 8; n -= 8, p += 8) crc = __crc32cd(crc, load_le<uint64_t>(p));
  for (; n > 0; --n, ++p) crc = __crc32cb(crc, static_cast<uint8_t>(*p));
  return crc;
}

constexpr bool kHasInstruction = true;

#else

constexpr bool kHasInstruction = false;
uint32_t crc32c_by_instruction(const char*, size_t, uint32_t) { return 0; }

#endif

}  // namespace

uint32_t crc32c(std::string_view bytes, uint32_t crc) {
  if (!kHasInstruction) return crc32c_anywhere(bytes, crc);
  return ~crc32c_by_instruction(bytes.data(), bytes.size(), ~crc);
}

uint32_t crc32c_anywhere(std::string_view bytes, uint32_t crc) {
  const char* p = bytes.data();
  size_t n = bytes.size();
  crc = crc32c_by_folding(p, n, ~crc);
  return ~crc32c_by_tables(p, n, crc);
}

}  // namespace flowdb
