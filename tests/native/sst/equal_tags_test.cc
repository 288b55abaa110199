// The search for a byte among 64: the same on every processor, and exact, since what stands behind
// the last tag must never be taken for one.
#include "sst/equal_tags.h"

#include <gtest/gtest.h>

#include <random>

namespace flowdb {
namespace {

uint64_t one_by_one(const char* tags, uint8_t tag) {
  uint64_t equal = 0;
  for (size_t i = 0; i < kTagsAtOnce; ++i) {
    if (static_cast<uint8_t>(tags[i]) == tag) equal |= uint64_t{1} << i;
  }
  return equal;
}

TEST(EqualTagsTest, FindsAllAndNoOther) {
  std::mt19937 random(1);
  // Few different values, so that neighbours are often equal, or differ by one bit.
  for (const unsigned values : {2u, 3u, 256u}) {
    for (int round = 0; round < 2000; ++round) {
      char tags[kTagsAtOnce];
      for (char& tag : tags) tag = static_cast<char>(random() % values);
      const auto tag = static_cast<uint8_t>(random() % values);
      EXPECT_EQ(equal_tags(tags, tag), one_by_one(tags, tag));
      EXPECT_EQ(equal_tags_anywhere(tags, tag), one_by_one(tags, tag));
    }
  }
}

TEST(EqualTagsTest, TakesNoByteBehindAFoundOneForIt) {
  char tags[kTagsAtOnce] = {};
  tags[4] = 1;
  EXPECT_EQ(equal_tags_anywhere(tags, 1), uint64_t{1} << 4);
}

}  // namespace
}  // namespace flowdb
