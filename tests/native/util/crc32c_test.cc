// CRC32C against the check value of its catalogue and the vectors of RFC 3720.
#include "util/crc32c.h"

#include <gtest/gtest.h>

#include <string>

namespace flowdb {
namespace {

TEST(Crc32c, MatchesPublishedVectors) {
  EXPECT_EQ(crc32c("123456789"), 0xe3069283u);
  EXPECT_EQ(crc32c(std::string(32, '\0')), 0x8a9136aau);
  EXPECT_EQ(crc32c(std::string(32, '\xff')), 0x62a8ab43u);
  EXPECT_EQ(crc32c_anywhere("123456789"), 0xe3069283u);
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
    ASSERT_EQ(crc32c_anywhere(text), ~slow) << i;
    const char next = static_cast<char>(i * 7 + i / 251);
    text.push_back(next);
    slow ^= static_cast<uint8_t>(next);
    for (int bit = 0; bit < 8; ++bit) slow = (slow >> 1) ^ ((slow & 1) != 0 ? 0x82f63b78 : 0);
  }
}

// What is longer than 16 KiB is folded in several pieces, each beginning with the CRC of the last.
TEST(Crc32c, IsTheSameOnAnyProcessor) {
  std::string text;
  for (int i = 0; i < 70000; ++i) text.push_back(static_cast<char>(i * 11 + i / 253));
  for (const size_t n : {607, 608, 16383, 16384, 16385, 16991, 16992, 32768, 33376, 70000}) {
    const std::string_view bytes = std::string_view(text).substr(0, n);
    EXPECT_EQ(crc32c_anywhere(bytes), crc32c(bytes)) << n;
    EXPECT_EQ(crc32c_anywhere(bytes, 0x12345678), crc32c(bytes, 0x12345678)) << n;
  }
}

}  // namespace
}  // namespace flowdb
