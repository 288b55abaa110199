// Integers survive the way to bytes and back, and a reader never runs past its input.
#include "util/coding.h"

#include <gtest/gtest.h>

namespace flowdb {
namespace {

TEST(Coding, VarintsRoundTripAtEveryLength) {
  for (int bit = 0; bit < 64; ++bit) {
    for (const uint64_t v : {(uint64_t{1} << bit) - 1, uint64_t{1} << bit, UINT64_MAX - (uint64_t{1} << bit)}) {
      std::string out;
      put_varint(out, v);
      EXPECT_EQ(out.size(), varint_size(v));
      Reader reader(out);
      uint64_t back = 0;
      ASSERT_TRUE(reader.varint(back));
      EXPECT_EQ(back, v);
      EXPECT_TRUE(reader.at_end());
    }
  }
}

TEST(Coding, EveryPrefixOfAVarintIsRefusedAndLeavesThePosition) {
  std::string out;
  put_varint(out, UINT64_MAX);
  for (size_t n = 0; n < out.size(); ++n) {
    Reader reader(std::string_view(out).substr(0, n));
    uint64_t v = 0;
    EXPECT_FALSE(reader.varint(v));
    EXPECT_EQ(reader.position(), 0u);
  }
}

TEST(Coding, AVarintOfMoreThan64BitsIsRefused) {
  Reader too_large(std::string_view("\xff\xff\xff\xff\xff\xff\xff\xff\xff\x02", 10));
  uint64_t v = 0;
  EXPECT_FALSE(too_large.varint(v));
  Reader too_long(std::string_view("\x80\x80\x80\x80\x80\x80\x80\x80\x80\x80\x00", 11));
  EXPECT_FALSE(too_long.varint(v));
}

TEST(Coding, ZigzagKeepsSmallMagnitudesShort) {
  EXPECT_EQ(zigzag(0), 0u);
  EXPECT_EQ(zigzag(-1), 1u);
  EXPECT_EQ(zigzag(1), 2u);
  for (const int64_t v : {INT64_MIN, INT64_MIN + 1, int64_t{-5}, int64_t{7}, INT64_MAX}) {
    EXPECT_EQ(unzigzag(zigzag(v)), v);
  }
}

TEST(Coding, BigEndianIsBigEndian) {
  std::string out;
  put_be32(out, 0x01020304);
  put_be64(out, 0x05060708090a0b0c);
  EXPECT_EQ(out, std::string("\1\2\3\4\5\6\7\x8\x9\xa\xb\xc", 12));
  Reader reader(out);
  uint32_t a = 0;
  uint64_t b = 0;
  ASSERT_TRUE(reader.be32(a) && reader.be64(b));
  EXPECT_EQ(a, 0x01020304u);
  EXPECT_EQ(b, 0x05060708090a0b0cu);
}

TEST(Coding, ALengthBeyondTheInputIsRefused) {
  std::string out;
  put_varint(out, UINT64_MAX);
  out += "abc";
  Reader reader(out);
  std::string_view bytes;
  EXPECT_FALSE(reader.bytes(bytes));
  EXPECT_EQ(reader.position(), 0u);
}

}  // namespace
}  // namespace flowdb
