// Keys: canonical ones are measured, others refused, and the bytes stand in the specification's
// order.
#include "document/key.h"

#include <gtest/gtest.h>

#include <cmath>
#include <limits>

#include "document/test_key.h"

namespace flowdb {
namespace {

std::string bytes(std::initializer_list<int> list) {
  std::string out;
  for (const int byte : list) out.push_back(static_cast<char>(byte));
  return out;
}

TEST(Key, BytesAreThoseOfTheFormatDescription) {
  EXPECT_EQ(number_key(1), bytes({0x10, 0xbf, 0xf0, 0, 0, 0, 0, 0, 0}));
  EXPECT_EQ(number_key(-1), bytes({0x10, 0x40, 0x0f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff}));
  EXPECT_EQ(number_key(-0.0), number_key(0));
  EXPECT_TRUE(is_key(
      bytes({0x30, 'a', 0x01, 0x01, 0x01, 0x02, 0x80, 0x00, 0xbf, 0xff, 0xc0, 0x40, 0x80, 0x00})));
  EXPECT_TRUE(is_key(bytes({0x40, 0x00, 0xff, 0x07, 0x00, 0x00})));
  EXPECT_TRUE(is_key(bytes({0x50, 0x50, 0x00, 0x30, 0x00, 0x00})));
}

TEST(Key, NumbersComeBack) {
  for (const double value : {0.0, 1.0, -1.0, 1e300, -1e-300, HUGE_VAL, -HUGE_VAL}) {
    EXPECT_EQ(load_key_number(number_key(value).data() + 1), value);
  }
}

TEST(Key, WhatIsNotCanonicalIsRefused) {
  std::string nan = number_key(0);
  store_key_number(nan.data() + 1, std::numeric_limits<double>::quiet_NaN());
  EXPECT_EQ(measure_key(nan), 0u);
  EXPECT_EQ(measure_key(bytes({0x10, 0x7f, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff})), 0u) << "-0";
  EXPECT_EQ(measure_key(bytes({0x30, 0x01, 0x03, 0x00})), 0u) << "an unknown escape";
  EXPECT_EQ(measure_key(bytes({0x30, 0xc0, 0x40, 0x7f, 0x00})), 0u) << "has a shorter form";
  EXPECT_EQ(measure_key(bytes({0x30, 0xc1, 0x40, 0x7f, 0x00})), 0u) << "no such lead";
  EXPECT_EQ(measure_key(bytes({0x40, 0x00, 0x01, 0x00, 0x00})), 0u) << "an unknown escape";
  EXPECT_EQ(measure_key(bytes({0x00})), 0u) << "the end of no array";
  EXPECT_EQ(measure_key(bytes({0x60, 0x00})), 0u) << "an unknown tag";
  EXPECT_EQ(measure_key({}), 0u);
}

TEST(Key, ArraysNestToALimitWithoutRecursion) {
  const auto nested = [](size_t depth) {
    return std::string(depth, kArrayTag) + std::string(depth, '\0');
  };
  EXPECT_TRUE(is_key(nested(kMaxKeyDepth)));
  EXPECT_FALSE(is_key(nested(kMaxKeyDepth + 1)));
  EXPECT_FALSE(is_key(nested(10'000'000)));
}

TEST(Key, EveryTruncationIsRefusedAndEveryTailLeftAlone) {
  std::mt19937 random(1);
  for (int i = 0; i < 2000; ++i) {
    const std::string key = encode(random_key(random));
    ASSERT_EQ(measure_key(key), key.size());
    const std::string followed = key + encode(random_key(random));
    ASSERT_EQ(measure_key(followed), key.size());
    ASSERT_FALSE(is_key(followed));
    for (size_t length = 0; length < key.size(); ++length) {
      // A copy of the right size, so that a sanitizer sees a read behind it.
      const std::string cut(key, 0, length);
      ASSERT_EQ(measure_key(cut), 0u);
    }
  }
}

TEST(Key, FlippedBytesNeverReadBehindTheEnd) {
  std::mt19937 random(2);
  for (int i = 0; i < 5000; ++i) {
    std::string key = encode(random_key(random));
    key[random() % key.size()] ^= static_cast<char>(1 + random() % 255);
    const std::string copy(key.begin(), key.end());
    ASSERT_LE(measure_key(copy), copy.size());
  }
}

TEST(Key, BytesStandInTheOrderOfTheSpecification) {
  std::mt19937 random(3);
  for (int i = 0; i < 200'000; ++i) {
    const TestKey a = random_key(random);
    const TestKey b = random_key(random);
    const int expected = compare(a, b);
    const int got = encode(a).compare(encode(b));
    ASSERT_EQ(expected, got < 0 ? -1 : got > 0 ? 1 : 0) << i;
    // A key and what follows it stand before the next key: pairs sort by their parts.
    if (expected < 0) {
      ASSERT_LT(encode(a) + kAfterKey, encode(b));
    }
  }
}

}  // namespace
}  // namespace flowdb
