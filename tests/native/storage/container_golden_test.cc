// The container's bytes, written out by hand from FORMAT.md. The checksums were computed by another
// program.
#include <gtest/gtest.h>

#include "storage/bytes.h"
#include "storage/stored_container.h"

namespace flowdb {
namespace {

constexpr std::string_view kId = "10111213 14151617 18191a1b 1c1d1e1f";

// The file header with nothing in its slots.
std::string header() {
  std::string file(4096, '\0');
  place(file, 0, hex("'FLOWDB01' 00000001"));
  return file;
}

void expect_bytes(const std::string& found, const std::string& expected) {
  ASSERT_EQ(found.size(), expected.size());
  for (size_t i = 0; i < found.size(); ++i) {
    ASSERT_EQ(static_cast<uint8_t>(found[i]), static_cast<uint8_t>(expected[i])) << "at " << i;
  }
}

class ContainerGolden : public testing::Test {
 protected:
  void expect_file() { expect_bytes(*bytes, expected); }

  // What a new container looks like.
  void expect_new() {
    expected = header();
    place(expected, 2048, hex("'FLOWSUP1' 00000001 00000000 00000000 00000000"));
    place(expected, 2048 + 24, hex("00000000 00000001"));
    place(expected, 2048 + 32, hex(kId));
    place(expected, 2048 + 72, hex("00000000 00001000"));
    place(expected, 2048 + 508, hex("1b7aacf2"));
  }

  Bytes bytes = no_bytes();
  std::string expected;
};

TEST_F(ContainerGolden, ANewContainer) {
  ASSERT_NE(open(bytes), nullptr);
  expect_new();
  expect_file();
}

TEST_F(ContainerGolden, TablesTombstonesAndCheckpoints) {
  const auto container = open(bytes);
  ASSERT_NE(container, nullptr);
  expect_new();

  // A table: generation 2 in slot 0, which vouches for it.
  ASSERT_OK(container->write_sst(7, "abc"));
  place(expected, 4096, hex("00000000 00000008 00 00000007 'abc'"));
  place(expected, 512, hex("'FLOWSUP1' 00000001 00000000 00000000 00000000"));
  place(expected, 512 + 24, hex("00000000 00000002"));
  place(expected, 512 + 32, hex(kId));
  place(expected, 512 + 72, hex("00000000 00001010"));  // committed end 4112
  place(expected, 512 + 80, hex("0897d910 00000001"));  // records' checksum, changed
  place(expected, 512 + 508, hex("202390d7"));
  expect_file();

  // A filler from 4112 to 8192 and a tombstone: generation 3 in slot 1.
  ASSERT_OK(container->delete_sst(7));
  place(expected, 4112, hex("00000000 00000fe8 01 ffffffff"));
  place(expected, 8192, hex("00000000 00000011 01 00000007 'FLOWTMB1' 6c290e1b"));
  place(expected, 2048 + 24, hex("00000000 00000003"));
  place(expected, 2048 + 72, hex("00000000 00002019"));  // committed end 8217
  place(expected, 2048 + 80, hex("58217ddd 00000001"));
  place(expected, 2048 + 508, hex("84801dec"));
  expect_file();

  // A table that waits to be added is framed as a filler, and no superblock tells of it.
  ASSERT_OK(write_table(*container, 9, "hello"));
  place(expected, 8217, hex("00000000 00000fdf 01 ffffffff"));
  place(expected, 12288, hex("00000000 0000000a 01 ffffffff 'hello'"));
  expect_file();

  // The checkpoint of 512 bytes, generation 4 in slot 0, and the table gets its name.
  ASSERT_OK(container->apply({9}, {}, "MANIFEST"));
  place(expected, 12288 + 8, hex("00 00000009"));
  place(expected, 12306, hex("00000000 00000fe6 01 ffffffff"));
  place(expected, 16384, hex("00000000 000001f8 02 00000001"));
  place(expected, 16397, hex("00000009 00000000 0000300d 00000000 00000005"));
  place(expected, 16417, hex("'FLOWCKP1' 00000000 00000008 'MANIFEST'"));
  place(expected, 16896 - 20, hex(kId));
  place(expected, 16896 - 4, hex("d31db40d"));
  place(expected, 512 + 24, hex("00000000 00000004"));
  place(expected, 512 + 56, hex("00000000 00004000 00000000 00000200 00000000 00004200"));
  place(expected, 512 + 80, hex("00000000 00000000"));
  place(expected, 512 + 508, hex("e763bf0f"));
  expect_file();

  // The epoch, generation 5 in slot 1; the mark of deletion, generation 6 in slot 0.
  ASSERT_OK(container->raise_epoch());
  expected.replace(2048, 512, expected.substr(512, 512));
  place(expected, 2048 + 24, hex("00000000 00000005"));
  place(expected, 2048 + 48, hex("00000000 00000001"));
  place(expected, 2048 + 508, hex("08e547a8"));
  expect_file();
  ASSERT_OK(container->mark_deleted());
  expected.replace(512, 512, expected.substr(2048, 512));
  place(expected, 512 + 20, hex("00000001 00000000 00000006"));
  place(expected, 512 + 508, hex("03856fda"));
  expect_file();
}

TEST_F(ContainerGolden, TheDocumentedBytesOpen) {
  // The state after the checkpoint above, put together without the code under test.
  expect_new();
  place(expected, 12288, hex("00000000 0000000a 00 00000009 'hello'"));
  place(expected, 16384, hex("00000000 000001f8 02 00000001"));
  place(expected, 16397, hex("00000009 00000000 0000300d 00000000 00000005"));
  place(expected, 16417, hex("'FLOWCKP1' 00000000 00000008 'MANIFEST'"));
  place(expected, 16896 - 20, hex(kId));
  place(expected, 16896 - 4, hex("d31db40d"));
  place(expected, 512, hex("'FLOWSUP1' 00000001 00000000 00000000 00000000"));
  place(expected, 512 + 24, hex("00000000 00000004"));
  place(expected, 512 + 32, hex(kId));
  place(expected, 512 + 56, hex("00000000 00004000 00000000 00000200 00000000 00004200"));
  place(expected, 512 + 508, hex("e763bf0f"));
  const auto container = open(std::make_shared<std::string>(expected));
  ASSERT_NE(container, nullptr);
  EXPECT_EQ(contents(*container), (Contents{{9, "hello"}}));
  EXPECT_EQ(container->manifest(), "MANIFEST");
  EXPECT_EQ(container->database_id(), kTestId);
  EXPECT_EQ(container->epoch(), 0u);
  EXPECT_FALSE(container->is_deleted());
  EXPECT_FALSE(container->changed_by_others());
}

}  // namespace
}  // namespace flowdb
