// Bloom filter of a whole table: says for certain that a key is not there, or that it may be.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace flowdb {

// The 64-bit hash of a key; stored filters depend on it, so that it is part of the format. All
// arithmetic is modulo 2^64; rotl(x, n) rotates left, w(i) is the i-th 8 bytes of the key as a
// little-endian number, the last one filled up with zeros.
//
//   A = 0x9e3779b97f4a7c15, B = 0xd6e8feb86659fd93
//   h = length * A
//   for each w(i):  h = rotl(h ^ w(i), 27) * A;  h = h ^ (h >> 29)
//   h = (h ^ (h >> 32)) * B;  h = (h ^ (h >> 32)) * B;  h = h ^ (h >> 32)
uint64_t bloom_hash(std::string_view key);

class BloomBuilder {
 public:
  explicit BloomBuilder(int bits_per_key) : bits_per_key_(bits_per_key) {}

  void add(std::string_view key) { hashes_.push_back(bloom_hash(key)); }
  // Bytes of the payload, about.
  size_t size() const { return hashes_.size() * static_cast<size_t>(bits_per_key_) / 8 + 16; }
  // The filter block's payload: `[k: u8][bits]`.
  std::string finish() const;

 private:
  int bits_per_key_;
  std::vector<uint64_t> hashes_;
};

// False only when no key with this hash was added. A filter that is malformed says true.
bool bloom_may_contain(std::string_view filter, uint64_t hash);

}  // namespace flowdb
