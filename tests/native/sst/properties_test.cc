// The properties block: there and back, unknown fields, malformed ones.
#include "sst/properties.h"

#include <gtest/gtest.h>

#include "util/coding.h"

namespace flowdb {
namespace {

TableProperties some_properties() {
  TableProperties properties;
  properties.add({"a", "v", -5, 100, 7, RecordKind::put});
  properties.add({"b", "", 5, kNeverExpires, 3, RecordKind::remove});
  properties.level = 2;
  properties.database_id[0] = 9;
  return properties;
}

TEST(PropertiesTest, ThereAndBack) {
  const TableProperties properties = some_properties();
  TableProperties again;
  ASSERT_EQ(again.decode(properties.encode()), TableProperties::Decoded::ok);
  EXPECT_EQ(again.encode(), properties.encode());
  EXPECT_EQ(again.max_expire_at, kNeverExpires);
  EXPECT_EQ(again.min_ts, -5);
  EXPECT_EQ(again.records, 2u);
}

TEST(PropertiesTest, AnExpiryIsKeptWhenAllRecordsHaveOne) {
  TableProperties properties;
  properties.add({"a", "v", 0, -100, 7, RecordKind::put});
  TableProperties again;
  ASSERT_EQ(again.decode(properties.encode()), TableProperties::Decoded::ok);
  EXPECT_EQ(again.max_expire_at, -100);
}

TEST(PropertiesTest, EveryCutIsMalformed) {
  const std::string bytes = some_properties().encode();
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    TableProperties again;
    EXPECT_EQ(again.decode(std::string_view(bytes).substr(0, cut)),
              TableProperties::Decoded::malformed)
        << cut;
  }
}

TEST(PropertiesTest, OddTagsMayBeIgnoredEvenOnesNot) {
  std::string bytes = some_properties().encode();
  put_varint(bytes, 17);
  put_bytes(bytes, "whatever");
  TableProperties again;
  EXPECT_EQ(again.decode(bytes), TableProperties::Decoded::ok);
  put_varint(bytes, 20);
  put_bytes(bytes, "");
  EXPECT_EQ(again.decode(bytes), TableProperties::Decoded::unknown_tag);
}

}  // namespace
}  // namespace flowdb
