// The footer's bytes, and the padding before it.
#include "sst/table_format.h"

#include <gtest/gtest.h>

#include "util/crc32c.h"

namespace flowdb {
namespace {

TEST(TableFormatTest, TheFooterHasTheDocumentedBytes) {
  Footer footer;
  footer.table_id = 0x01020304;
  footer.properties = {0x1122, 3};
  footer.index = {0x3344, 4};
  footer.filter = {0x5566, 5};
  std::string expected(64, '\0');
  store_le(expected.data() + 0, uint32_t{0x01020304});
  store_le(expected.data() + 8, uint64_t{0x1122});
  store_le(expected.data() + 16, uint32_t{3});
  store_le(expected.data() + 20, uint64_t{0x3344});
  store_le(expected.data() + 28, uint32_t{4});
  store_le(expected.data() + 32, uint64_t{0x5566});
  store_le(expected.data() + 40, uint32_t{5});
  store_le(expected.data() + 44, uint32_t{1});
  expected.replace(56, 8, "FLOWSST1");
  const uint32_t crc = crc32c(expected.substr(0, 52) + expected.substr(56));
  store_le(expected.data() + 52, crc);
  EXPECT_EQ(footer.encode(), expected);
  Footer again;
  ASSERT_EQ(again.decode(expected), Footer::Decoded::ok);
  EXPECT_EQ(again.index.offset, 0x3344u);
  EXPECT_EQ(again.filter.length, 5u);
}

TEST(TableFormatTest, ADamagedFooterIsToldFromAForeignOne) {
  std::string bytes = Footer().encode();
  bytes[3] ^= 1;
  EXPECT_EQ(Footer().decode(bytes), Footer::Decoded::damaged);
  EXPECT_EQ(Footer().decode(std::string(64, 'x')), Footer::Decoded::not_a_table);
}

TEST(TableFormatTest, PaddingReachesTheSectorsEnd) {
  for (uint64_t body = 0; body < 2000; ++body) {
    EXPECT_LT(padding_bytes(body), 512u);
    EXPECT_EQ((body + padding_bytes(body) + 64) % 512, 499u);
  }
}

}  // namespace
}  // namespace flowdb
