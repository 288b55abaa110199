// The log's bytes, written out by hand from FORMAT.md. The checksums were computed by another
// program.
#include <gtest/gtest.h>

#include "storage/bytes.h"
#include "wal/stored_log.h"

namespace flowdb {
namespace {

constexpr std::string_view kId = "10111213 14151617 18191a1b 1c1d1e1f";

std::string golden_log() {
  std::string file(4096 + 131072, '\0');
  place(file, 0, hex("'FLOWLOG1' 01000000 00000000"));
  place(file, 16, hex(kId));
  place(file, 32, hex("ee3989da"));
  // An epoch with the salt a1a2a3a4a5a6a7a8.
  place(file, 4096, hex("83e54276 08000000 02 00000000000000 0000000000000000 a8a7a6a5a4a3a2a1"));
  // Batch 1, "hello", with three bytes of padding; batch 2, "12345678".
  place(file, 4128, hex("844177a4 05000000 01 00000000000000 0100000000000000 'hello' 000000"));
  place(file, 4160, hex("81fb7c78 08000000 01 00000000000000 0200000000000000 '12345678'"));
  return file;
}

// The same with a jump behind it, from 4192 to the extent [0x21000, 0x41000), and an empty batch 3
// there.
std::string golden_log_with_jump() {
  std::string file = golden_log();
  file.resize(0x41000, '\0');
  place(file, 4192, hex("a3becd99 18000000 03 00000000000000 0200000000000000"));
  place(file, 4216, hex("b8b7b6b5b4b3b2b1 0010020000000000 0010040000000000"));
  place(file, 0x21000, hex("8560718e 00000000 01 00000000000000 0300000000000000"));
  return file;
}

void expect_bytes(const std::string& found, const std::string& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    ASSERT_EQ(static_cast<uint8_t>(found[i]), static_cast<uint8_t>(expected[i])) << "at " << i;
  }
}

TEST(LogGolden, WritesTheDocumentedBytes) {
  const Bytes bytes = no_bytes();
  LogOptions options = test_log_options();
  options.extent_bytes_min = 131072;
  options.extent_bytes_max = 131072;
  auto log = try_open_log(bytes, nullptr, options);
  ASSERT_TRUE(log.is_ok());
  expect_bytes(*bytes, golden_log().substr(0, 4096));
  FoundBatches none;
  ASSERT_OK(recover(*log.value(), 0, none));
  ASSERT_OK(append(*log.value(), 1, "hello"));
  ASSERT_OK(append(*log.value(), 2, "12345678"));
  expect_bytes(*bytes, golden_log());
  const LogPosition position = log.value()->position();
  EXPECT_EQ(position.salt, 0xa1a2a3a4a5a6a7a8u);
  EXPECT_EQ(position.chain, 0x787cfb81u);
  EXPECT_EQ(position.offset, 4192u);
  EXPECT_EQ(position.limit, 4096u + 131072);
  ASSERT_OK(log.value()->switch_extent(0, false));
  ASSERT_OK(append(*log.value(), 3, ""));
  expect_bytes(*bytes, golden_log_with_jump());
}

TEST(LogGolden, OneWriteOfSeveralBatchesHasTheSameBytes) {
  const Bytes bytes = no_bytes();
  const auto log = open_log(bytes);
  ASSERT_OK(log->append({{1, "hello"}, {2, "12345678"}}, true));
  expect_bytes(*bytes, golden_log());
}

TEST(LogGolden, ReadsTheDocumentedBytes) {
  const Bytes bytes = std::make_shared<std::string>(golden_log_with_jump());
  EXPECT_EQ(batches_in(bytes), (FoundBatches{{1, "hello"}, {2, "12345678"}, {3, ""}}));
  // From the middle, as a manifest would have it.
  const LogPosition position{0xa1a2a3a4a5a6a7a8, 0xa4774184, 4160, 4096 + 131072};
  EXPECT_EQ(batches_in(bytes, &position, 1), (FoundBatches{{2, "12345678"}, {3, ""}}));
  EXPECT_EQ(batches_in(bytes, &position, 2), (FoundBatches{{3, ""}}));
}

}  // namespace
}  // namespace flowdb
