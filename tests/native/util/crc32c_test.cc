// CRC32C against the check value of its catalogue and the vectors of RFC 3720.
#include "util/crc32c.h"

#include <string>

#include <gtest/gtest.h>

namespace flowdb {
namespace {

TEST(Crc32c, MatchesPublishedVectors) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43u);
}

TEST(Crc32c, ContinuesFromAPrefixAtEverySplit) {
  const std::string text = "a checksum of two pieces is that of the whole";
  for (size_t n = 0; n <= text.size(); ++n) {
    EXPECT_EQ(crc32c(text.substr(n), crc32c(text.substr(0, n))), crc32c(text));
  }
}

// What is long is checked in several pieces at once.
TEST(Crc32c, MatchesTheDefinitionAtEveryLength) {
  std::string text;
  uint32_t slow = 0xffffffff;
  for (int i = 0; i < 4000; ++i) {
    ASSERT_EQ(crc32c(text), ~slow) << i;
    const char next = static_cast<char>(i * 7 + i / 251);
    text.push_back(next);
    slow ^= static_cast<uint8_t>(next);
    for (int bit = 0; bit < 8; ++bit) slow = (slow >> 1) ^ ((slow & 1) != 0 ? 0x82f63b78 : 0);
  }
}

}  // namespace
}  // namespace flowdb
