// LZ4 payloads: there and back, kept only when smaller, and damage refused.
#include "sst/compressor.h"

#include <gtest/gtest.h>

#include <random>

namespace flowdb {
namespace {

TEST(CompressorTest, ThereAndBack) {
  Compressor compressor;
  for (const size_t length : {100, 10'000, 1'000'000}) {
    std::string raw;
    while (raw.size() < length) raw += "city " + std::to_string(raw.size()) + ", ";
    const std::string stored(compressor.lz4(raw));
    ASSERT_FALSE(stored.empty());
    EXPECT_LE(stored.size(), raw.size() - raw.size() / 8);
    ByteBuffer again;
    ASSERT_TRUE(decompress_lz4(stored, again));
    EXPECT_EQ(again.view(), raw);
  }
}

TEST(CompressorTest, WhatDoesNotShrinkIsLeftAsItIs) {
  Compressor compressor;
  std::mt19937 random(3);
  std::string raw(5000, '\0');
  for (char& c : raw) c = static_cast<char>(random());
  EXPECT_TRUE(compressor.lz4(raw).empty());
  EXPECT_TRUE(compressor.lz4("").empty());
  EXPECT_TRUE(compressor.lz4("abc").empty());
}

TEST(CompressorTest, DamageIsRefused) {
  Compressor compressor;
  const std::string stored(compressor.lz4(std::string(1000, 'a')));
  ByteBuffer raw;
  for (size_t cut = 0; cut < stored.size(); ++cut) {
    EXPECT_FALSE(decompress_lz4(stored.substr(0, cut), raw));
  }
  std::string huge = stored;
  store_le(huge.data(), UINT32_MAX);
  EXPECT_FALSE(decompress_lz4(huge, raw));
  store_le(huge.data(), uint32_t{100'000'000});
  EXPECT_FALSE(decompress_lz4(huge, raw));
  store_le(huge.data(), uint32_t{999});
  EXPECT_FALSE(decompress_lz4(huge, raw));
}

}  // namespace
}  // namespace flowdb
