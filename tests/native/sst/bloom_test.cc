// The filter: no key that was added is ever denied, few others are let through, and its hash is
// fixed for ever.
#include "sst/bloom.h"

#include <gtest/gtest.h>

namespace flowdb {
namespace {

TEST(BloomTest, TheHashIsPartOfTheFormat) {
  EXPECT_EQ(bloom_hash(""), 0u);
  EXPECT_EQ(bloom_hash("a"), 0xf418a96a727308f4u);
  EXPECT_EQ(bloom_hash("12345678"), 0x28905d1f8ea8d34fu);
  EXPECT_EQ(bloom_hash("123456789"), 0x207ab5ab4b950cf8u);
}

TEST(BloomTest, HasTheDocumentedBytes) {
  BloomBuilder builder(10);
  builder.add("a");
  const std::string filter = builder.finish();
  ASSERT_EQ(filter.size(), 9u);
  EXPECT_EQ(filter[0], 6);
  const uint64_t hash = bloom_hash("a");
  const uint64_t h1 = hash & 0xffffffff;
  const uint64_t h2 = hash >> 32;
  std::string expected(8, '\0');
  for (uint64_t i = 0; i < 6; ++i) {
    const uint64_t bit = (h1 + i * h2) % 64;
    expected[bit / 8] = static_cast<char>(expected[bit / 8] | (1 << (bit % 8)));
  }
  EXPECT_EQ(filter.substr(1), expected);
}

TEST(BloomTest, NeverDeniesWhatWasAddedAndSeldomTheRest) {
  BloomBuilder builder(10);
  constexpr int kKeys = 20000;
  for (int i = 0; i < kKeys; ++i) builder.add("key_" + std::to_string(i));
  const std::string filter = builder.finish();
  int wrong = 0;
  for (int i = 0; i < kKeys; ++i) {
    ASSERT_TRUE(bloom_may_contain(filter, bloom_hash("key_" + std::to_string(i))));
    if (bloom_may_contain(filter, bloom_hash("other_" + std::to_string(i)))) ++wrong;
  }
  EXPECT_LT(wrong, kKeys * 15 / 1000);
}

TEST(BloomTest, AMalformedFilterDeniesNothing) {
  for (const std::string& filter :
       {std::string(), std::string("\x06"), std::string(9, '\0'), std::string(9, '\xff')}) {
    EXPECT_TRUE(bloom_may_contain(filter, 12345));
  }
}

}  // namespace
}  // namespace flowdb
