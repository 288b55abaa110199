// The manifest: its documented bytes, there and back, what is unknown, every cut.
#include "engine/manifest.h"

#include <gtest/gtest.h>

#include "util/coding.h"

namespace flowdb {
namespace {

using namespace std::string_literals;

Manifest some_manifest() {
  Manifest manifest;
  manifest.last_sequence = 0x0102030405060708;
  manifest.next_table_id = 9;
  manifest.log = {0x11, 0x22, 0x33, 0x44};
  TableMeta table;
  table.id = 5;
  table.level = 2;
  table.records = 6;
  table.smallest_sequence = 7;
  table.largest_sequence = 8;
  table.min_ts = -1;
  table.max_ts = 1;
  table.smallest_key = "a";
  table.largest_key = "bc";
  manifest.tables = {table};
  return manifest;
}

TEST(ManifestTest, HasTheDocumentedBytes) {
  std::string expected;
  for (const uint32_t field : {1, 0, 0}) put_le(expected, field);
  expected += "\x01\0\x0c\0\0\0\x08\x07\x06\x05\x04\x03\x02\x01\x09\0\0\0"s;
  expected += "\x02\0\x1c\0\0\0"s;
  put_le(expected, uint64_t{0x11});
  put_le(expected, uint32_t{0x22});
  put_le(expected, uint64_t{0x33});
  put_le(expected, uint64_t{0x44});
  expected += "\x03\0\x32\0\0\0\x05\0\0\0\x02"s;
  for (const int64_t field : {6, 7, 8, -1, 1}) put_le(expected, field);
  expected +=
      "\x01"
      "a\x02"
      "bc";
  EXPECT_EQ(some_manifest().encode(), expected);
}

TEST(ManifestTest, AnAssignedSequenceFollowsItsTable) {
  Manifest manifest = some_manifest();
  const std::string without = manifest.encode();
  manifest.tables[0].assign_sequence(0x55);
  const std::string bytes = manifest.encode();
  std::string section = "\x04\0\x08\0\0\0"s;
  put_le(section, uint64_t{0x55});
  ASSERT_EQ(bytes.size(), without.size() + section.size());
  EXPECT_EQ(bytes.substr(without.size()), section);
  const auto again = Manifest::decode(bytes, "flow.db");
  ASSERT_TRUE(again.is_ok()) << again.status().to_string();
  EXPECT_EQ(again->tables[0].assigned_sequence, 0x55u);
  EXPECT_EQ(again->tables[0].smallest_sequence, 0x55u);
  EXPECT_EQ(again->tables[0].largest_sequence, 0x55u);

  const std::string head = bytes.substr(0, without.size());
  const std::string zero = "\x04\0\x08\0\0\0\0\0\0\0\0\0\0\0"s;
  EXPECT_EQ(Manifest::decode(head + zero, "flow.db").status().code(), StatusCode::corruption);
  EXPECT_EQ(Manifest::decode(head + "\x04\0\x01\0\0\0x"s, "flow.db").status().code(),
            StatusCode::corruption);
  const std::string before_tables = bytes.substr(0, bytes.find("\x03\0\x32"s));
  EXPECT_EQ(Manifest::decode(before_tables + section, "flow.db").status().code(),
            StatusCode::corruption);
}

TEST(ManifestTest, ThereAndBack) {
  const std::string bytes = some_manifest().encode();
  const auto again = Manifest::decode(bytes, "flow.db");
  ASSERT_TRUE(again.is_ok()) << again.status().to_string();
  EXPECT_EQ(again->encode(), bytes);
}

TEST(ManifestTest, SaysHowMuchATableHides) {
  Manifest manifest = some_manifest();
  const size_t without = manifest.encode().size();
  manifest.tables.front().hidden_bytes = 6;
  const std::string bytes = manifest.encode();
  EXPECT_EQ(bytes.substr(without), "\x07\x80\x08\0\0\0\x06\0\0\0\0\0\0\0"s);
  const auto again = Manifest::decode(bytes, "flow.db");
  ASSERT_TRUE(again.is_ok()) << again.status().to_string();
  EXPECT_EQ(again->tables[0].hidden_bytes, 6u);
  const std::string cut = bytes.substr(0, without) + "\x07\x80\x01\0\0\0\x06"s;
  EXPECT_EQ(Manifest::decode(cut, "flow.db").status().code(), StatusCode::corruption);
}

TEST(ManifestTest, SaysOfATableWhetherItRemovesRangesAndExpires) {
  Manifest manifest = some_manifest();
  manifest.tables.front().has_range_removes = true;
  manifest.tables.push_back(manifest.tables.front());
  manifest.tables.back().has_range_removes = false;
  manifest.tables.back().max_expire_at = 77;
  const std::string bytes = manifest.encode();
  const std::string tail = "\x06\x80\x08\0\0\0\x4d\0\0\0\0\0\0\0"s;
  EXPECT_EQ(bytes.substr(bytes.size() - tail.size()), tail);
  EXPECT_NE(bytes.find("\x05\0\0\0\0\0"s), std::string::npos);
  const auto again = Manifest::decode(bytes, "flow.db");
  ASSERT_TRUE(again.is_ok()) << again.status().to_string();
  EXPECT_EQ(again->encode(), bytes);
  EXPECT_EQ(again->tables[0].max_expire_at, kNeverExpires);
  // Nothing that they could be about.
  Manifest none = some_manifest();
  none.tables.clear();
  for (const std::string& section : {tail, "\x05\0\0\0\0\0"s}) {
    EXPECT_TRUE(Manifest::decode(none.encode() + section, "f").status().is(StatusCode::corruption));
  }
  EXPECT_TRUE(Manifest::decode(some_manifest().encode() + "\x06\x80\0\0\0\0"s, "f")
                  .status()
                  .is(StatusCode::corruption));
}

TEST(ManifestTest, EveryCutIsRefusedOrLacksTables) {
  const std::string bytes = some_manifest().encode();
  for (size_t cut = 0; cut < bytes.size(); ++cut) {
    const auto again = Manifest::decode(std::string_view(bytes).substr(0, cut), "flow.db");
    if (again.is_ok()) {
      EXPECT_TRUE(again->tables.empty());  // cut between two sections
    } else {
      EXPECT_EQ(again.status().code(), StatusCode::corruption) << cut;
    }
  }
}

TEST(ManifestTest, UnknownSectionsMayBeIgnoredOrNot) {
  std::string bytes = some_manifest().encode();
  bytes += "\x08\x80\x02\0\0\0xx"s;
  EXPECT_TRUE(Manifest::decode(bytes, "flow.db").is_ok());
  bytes += "\x08\0\x02\0\0\0xx"s;
  EXPECT_EQ(Manifest::decode(bytes, "flow.db").status().code(), StatusCode::unsupported);
}

TEST(ManifestTest, NewerVersionsAndFeaturesAreUnsupported) {
  std::string bytes = some_manifest().encode();
  bytes[0] = 2;
  EXPECT_EQ(Manifest::decode(bytes, "flow.db").status().code(), StatusCode::unsupported);
  bytes[0] = 1;
  bytes[4] = 1;
  EXPECT_EQ(Manifest::decode(bytes, "flow.db").status().code(), StatusCode::unsupported);
  bytes[4] = 0;
  bytes[8] = 1;  // a compatible feature
  EXPECT_TRUE(Manifest::decode(bytes, "flow.db").is_ok());
}

}  // namespace
}  // namespace flowdb
