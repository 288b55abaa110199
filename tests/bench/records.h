// The records of the bench, made before the clock runs: a key takes longer to print than to find.
#pragma once

#include <cstdint>
#include <cstdio>
#include <random>
#include <string>
#include <string_view>
#include <vector>

namespace flowdb::bench {

enum class ValueKind : uint8_t { constant, half };  // half: compresses about 2:1

class Records {
 public:
  static constexpr size_t kKeyBytes = 12;
  static constexpr size_t kValueBytes = 128;

  Records(uint32_t count, ValueKind kind) : count_(count) {
    keys_.resize(size_t{count} * kKeyBytes + 1);
    for (uint32_t i = 0; i < count; ++i) {
      std::snprintf(keys_.data() + i * kKeyBytes, kKeyBytes + 1, "key_%08u", i % 100000000);
    }
    const size_t values = kind == ValueKind::constant ? 1 : kDistinctValues;
    values_.assign(values * kValueBytes, 'x');
    std::mt19937_64 random(7);
    if (kind == ValueKind::half) {
      for (size_t i = 0; i < values_.size(); ++i) {
        if (i % kValueBytes < kValueBytes / 2) values_[i] = static_cast<char>(random());
      }
    }
  }

  uint32_t count() const { return count_; }
  std::string_view key(uint32_t i) const { return {keys_.data() + i * kKeyBytes, kKeyBytes}; }
  std::string_view value(uint32_t i) const {
    return {values_.data() + i * kValueBytes % values_.size(), kValueBytes};
  }

  // `count` numbers of records, at random, from a seed.
  std::vector<uint32_t> sample(uint32_t count, uint64_t seed) const {
    std::mt19937_64 random(seed);
    std::vector<uint32_t> numbers(count);
    for (uint32_t& number : numbers) number = static_cast<uint32_t>(random() % count_);
    return numbers;
  }

 private:
  // So many that a block never meets one twice within what LZ4 looks back.
  static constexpr size_t kDistinctValues = 4096;

  uint32_t count_;
  std::string keys_;
  std::string values_;
};

}  // namespace flowdb::bench
