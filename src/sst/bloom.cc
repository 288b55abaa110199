// Double hashing: the i-th probe of a key is h1 + i * h2.
#include "sst/bloom.h"

#include <algorithm>

#include "util/coding.h"

namespace flowdb {
namespace {

uint64_t rotl(uint64_t x, int n) { return (x << n) | (x >> (64 - n)); }

// Calls `probe(byte, mask)` for each of the k bits, until it returns false.
template <typename Probe>
bool each_bit(uint64_t hash, int k, uint64_t bits, Probe probe) {
  // (h1 + i * h2) modulo n, by adding instead of dividing.
  const uint64_t step = (hash >> 32) % bits;
  uint64_t bit = (hash & 0xffffffff) % bits;
  for (int i = 0; i < k; ++i) {
    if (!probe(static_cast<size_t>(bit / 8), static_cast<uint8_t>(1 << (bit % 8)))) return false;
    bit += step;
    if (bit >= bits) bit -= bits;
  }
  return true;
}

constexpr int kProbesMax = 30;

}  // namespace

uint64_t bloom_hash(std::string_view key) {
  constexpr uint64_t a = 0x9e3779b97f4a7c15;
  constexpr uint64_t b = 0xd6e8feb86659fd93;
  uint64_t h = key.size() * a;
  const char* p = key.data();
  size_t left = key.size();
  for (; left >= 8; left -= 8, p += 8) {
    h = rotl(h ^ load_le<uint64_t>(p), 27) * a;
    h ^= h >> 29;
  }
  if (left > 0) {
    char tail[8] = {};
    std::memcpy(tail, p, left);
    h = rotl(h ^ load_le<uint64_t>(tail), 27) * a;
    h ^= h >> 29;
  }
  h = (h ^ (h >> 32)) * b;
  h = (h ^ (h >> 32)) * b;
  return h ^ (h >> 32);
}

std::string BloomBuilder::finish() const {
  // k = ln 2 * bits per key makes the fewest false positives.
  const int k = std::clamp(bits_per_key_ * 69 / 100, 1, kProbesMax);
  const uint64_t wanted = hashes_.size() * static_cast<uint64_t>(bits_per_key_);
  const size_t bytes = static_cast<size_t>(std::max<uint64_t>(wanted, 64) + 7) / 8;
  std::string filter(1 + bytes, '\0');
  filter[0] = static_cast<char>(k);
  char* const bits = filter.data() + 1;
  for (const uint64_t hash : hashes_) {
    each_bit(hash, k, uint64_t{bytes} * 8, [bits](size_t byte, uint8_t mask) {
      bits[byte] = static_cast<char>(static_cast<uint8_t>(bits[byte]) | mask);
      return true;
    });
  }
  return filter;
}

bool bloom_may_contain(std::string_view filter, uint64_t hash) {
  if (filter.size() < 2) return true;
  const int k = static_cast<uint8_t>(filter[0]);
  if (k == 0 || k > kProbesMax) return true;
  const std::string_view bits = filter.substr(1);
  return each_bit(hash, k, uint64_t{bits.size()} * 8, [bits](size_t byte, uint8_t mask) {
    return (static_cast<uint8_t>(bits[byte]) & mask) != 0;
  });
}

}  // namespace flowdb
