// Containers of the original, and what the original appends to ours.
#include <gtest/gtest.h>

#include "storage/bytes.h"
#include "storage/framing.h"
#include "storage/original.h"
#include "storage/record.h"
#include "storage/stored_container.h"

namespace flowdb {
namespace {

Bytes shared(std::string bytes) { return std::make_shared<std::string>(std::move(bytes)); }

// Records of all types, in which ids come again and tables go.
std::string original_container() {
  std::string file = original::new_container();
  original::append_table(file, 1, "first");
  original::append_table(file, 2, "second");
  original::append_table(file, 1, "first, again");
  original::append_tombstone(file, 2);
  original::append_tombstone(file, 99);
  original::append_checkpoint(file, original::recover(file));
  original::append_table(file, 3, std::string(500, 'c'));
  original::append_table(file, 4, "");
  return file;
}

const Contents kOriginalContents = {{1, "first, again"}, {3, std::string(500, 'c')}, {4, ""}};

TEST(OriginalContainer, OpensAsWhatItIs) {
  const Bytes bytes = shared(original_container());
  const std::string before = *bytes;
  const auto container = open(bytes);
  ASSERT_NE(container, nullptr);
  EXPECT_EQ(contents(*container), kOriginalContents);
  EXPECT_EQ(container->manifest(), "");
  EXPECT_TRUE(container->changed_by_others());
  EXPECT_EQ(container->epoch(), 0u);
  EXPECT_EQ(container->database_id(), kTestId);
  EXPECT_EQ(container->stats().dead_bytes, bytes->size() - 4096 - (13 + 12) - 513 - 13);
  EXPECT_EQ(*bytes, before);  // opening changes nothing
}

TEST(OriginalContainer, AnEmptyOneOpens) {
  const auto container = open(shared(original::new_container()));
  ASSERT_NE(container, nullptr);
  EXPECT_TRUE(container->tables().empty());
}

TEST(OriginalContainer, BecomesOursWithTheFirstWrite) {
  const Bytes bytes = shared(original_container());
  ASSERT_OK(open(bytes)->raise_epoch());
  EXPECT_EQ(original::contents(*bytes), kOriginalContents);
  {
    ContainerOptions options;
    options.new_id = {9, 9, 9};  // not taken any more
    auto container = Container::open(std::make_unique<MemoryFile>(bytes, "flow.db"), options);
    ASSERT_TRUE(container.is_ok());
    EXPECT_EQ(container.value()->database_id(), kTestId);
    EXPECT_EQ(container.value()->epoch(), 1u);
    EXPECT_TRUE(container.value()->changed_by_others());
    EXPECT_EQ(contents(*container.value()), kOriginalContents);
    ASSERT_OK(add_table(*container.value(), 5, "ours", {3}, "m"));
  }
  const Contents expected = {{1, "first, again"}, {4, ""}, {5, "ours"}};
  EXPECT_EQ(original::contents(*bytes), expected);
  const auto container = open(bytes);
  EXPECT_EQ(contents(*container), expected);
  EXPECT_EQ(container->manifest(), "m");
  EXPECT_FALSE(container->changed_by_others());
}

TEST(OriginalContainer, CutOffAnywhereOpensAsTheOriginalWouldOpenIt) {
  const std::string whole = original_container();
  for (size_t length = 4096; length <= whole.size(); ++length) {
    const Bytes bytes = shared(whole.substr(0, length));
    const auto container = open(bytes);
    ASSERT_NE(container, nullptr) << length;
    EXPECT_EQ(contents(*container), original::contents(*bytes)) << length;
    // And what is written then is not lost behind the torn tail.
    ASSERT_OK(container->write_sst(50, "new"));
    EXPECT_TRUE(original::contents(*bytes).count(50) == 1) << length;
    EXPECT_EQ(contents(*open(bytes)), original::contents(*bytes)) << length;
  }
}

TEST(OriginalContainer, ZerosAtItsEndAreATornTail) {
  const Bytes bytes = shared(original_container() + std::string(100'000, '\0'));
  const auto container = open(bytes);
  ASSERT_NE(container, nullptr);
  EXPECT_EQ(contents(*container), kOriginalContents);
  ASSERT_OK(container->write_sst(5, "five"));
  EXPECT_EQ(original::contents(*bytes).at(5), "five");
}

TEST(OriginalContainer, WhatItCantHaveWrittenIsAnErrorWithItsOffset) {
  const std::string whole = original_container();
  const struct {
    const char* record;
    StatusCode code;
  } cases[] = {
      {"00000000 00000005 03 00000001", StatusCode::unsupported},
      {"00000000 00000001 ff", StatusCode::unsupported},
      {"00000000 00000000 ff", StatusCode::corruption},
      {"00000000 00000004 00 000000", StatusCode::corruption},
      {"00000000 00000001 01", StatusCode::corruption},
      {"00000000 00000007 01 00000001 0000", StatusCode::corruption},
      {"00000000 00000005 02 00000001", StatusCode::corruption},
      {"00000000 00000005 02 ffffffff", StatusCode::corruption},
      {"00000000 00000019 02 00000001 ffffffff 00000000 00001000 00000000 00000001",
       StatusCode::corruption},
      {"00000000 00000019 02 00000001 00000001 00000000 00001000 00000000 00ffffff",
       StatusCode::corruption},
      {"00000000 00000019 02 00000001 00000001 ffffffff ffffffff 00000000 00000002",
       StatusCode::corruption},
      {"00000000 00000019 02 00000001 00000001 00000000 00001010 ffffffff ffffffff",
       StatusCode::corruption},
  };
  for (const auto& c : cases) {
    const Bytes bytes = shared(whole + hex(c.record));
    const auto container = try_open(bytes);
    ASSERT_FALSE(container.is_ok()) << c.record;
    EXPECT_TRUE(container.status().is(c.code)) << c.record << container.status().to_string();
    EXPECT_NE(container.status().message().find("flow.db at "), std::string::npos);
  }
}

TEST(OriginalContainer, ALengthThatWouldWrapIsATornTail) {
  const std::string whole = original_container();
  for (const char* record : {"ffffffff ffffffff 00 00000001", "ffffffff fffffff8 00 00000001",
                             "7fffffff ffffffff 01 00000001"}) {
    const auto container = open(shared(whole + hex(record)));
    ASSERT_NE(container, nullptr) << record;
    EXPECT_EQ(contents(*container), kOriginalContents);
  }
}

// A container of ours with a checkpoint and a manifest.
Bytes our_container() {
  const Bytes bytes = no_bytes();
  const auto container = open(bytes);
  EXPECT_TRUE(add_table(*container, 1, "one", {}, "m").is_ok());
  EXPECT_TRUE(add_table(*container, 2, "two", {}, "manifest").is_ok());
  return bytes;
}

TEST(OriginalAppends, ToOursIsFoundAtTheNextOpen) {
  const Bytes bytes = our_container();
  original::append_table(*bytes, 3, "three");
  original::append_tombstone(*bytes, 1);
  const Contents expected = {{2, "two"}, {3, "three"}};
  {
    const auto container = open(bytes);
    ASSERT_NE(container, nullptr);
    EXPECT_EQ(contents(*container), expected);
    EXPECT_EQ(container->manifest(), "manifest");
    EXPECT_TRUE(container->changed_by_others());
    // Seen again as long as no manifest takes it in, also once a superblock vouches for it.
    ASSERT_OK(container->raise_epoch());
  }
  for (int i = 0; i < 2; ++i) {
    const auto container = open(bytes);
    EXPECT_EQ(contents(*container), expected);
    EXPECT_TRUE(container->changed_by_others());
    EXPECT_EQ(container->manifest(), "manifest");
    ASSERT_OK(container->write_checkpoint());
  }
  ASSERT_OK(open(bytes)->apply({}, {}, "new"));
  EXPECT_FALSE(open(bytes)->changed_by_others());
  EXPECT_EQ(original::contents(*bytes), expected);
}

TEST(OriginalAppends, ACheckpointOfItsOwn) {
  const Bytes bytes = our_container();
  original::append_table(*bytes, 3, "three");
  auto tables = original::recover(*bytes);
  tables.erase(2);
  original::append_checkpoint(*bytes, tables);
  original::append_table(*bytes, 4, "four");
  const auto container = open(bytes);
  ASSERT_NE(container, nullptr);
  EXPECT_EQ(contents(*container), (Contents{{1, "one"}, {3, "three"}, {4, "four"}}));
  EXPECT_EQ(container->manifest(), "manifest");
  EXPECT_TRUE(container->changed_by_others());
}

TEST(OriginalAppends, CutOffAnywhereIsAPrefixOfIt) {
  const Bytes ours = our_container();
  const size_t committed = ours->size();
  const Contents before = contents(*open(ours));
  std::string file = *ours;
  original::append_table(file, 3, "three");
  original::append_tombstone(file, 1);
  original::append_checkpoint(file, original::recover(file));
  for (size_t length = committed; length <= file.size(); ++length) {
    const Bytes bytes = shared(file.substr(0, length));
    const auto container = open(bytes);
    ASSERT_NE(container, nullptr) << length;
    EXPECT_EQ(contents(*container), original::contents(*bytes)) << length;
    ASSERT_OK(add_table(*container, 9, "nine", {}, "m"));
    EXPECT_EQ(contents(*open(bytes)), original::contents(*bytes)) << length;
  }
}

TEST(OriginalAppends, BehindACommitThatWasNotAcknowledged) {
  const Bytes bytes = our_container();
  const std::string header = bytes->substr(0, 4096);
  ASSERT_OK(add_table(*open(bytes), 5, "five", {1}, "never acknowledged"));
  bytes->replace(0, 4096, header);  // its superblock was not written, nor then the table's header
  place(*bytes, 20480 + 8, hex("01 ffffffff"));
  EXPECT_EQ(contents(*open(bytes)), (Contents{{1, "one"}, {2, "two"}}));
  // A header that says "table" was written by the original.
  original::append_table(*bytes, 6, "six");
  const auto container = open(bytes);
  ASSERT_NE(container, nullptr);
  EXPECT_TRUE(container->sst_exists(6));
  EXPECT_EQ(container->manifest(), "manifest");
}

// What a failed commit leaves behind the committed end of ours.
std::vector<std::string> records_of_ours(const std::string& ours) {
  const Superblock superblock = newest_superblock(ours);
  return {encode_filler_header(0, kRecordHeaderBytes),
          ours.substr(static_cast<size_t>(superblock.checkpoint_offset),
                      static_cast<size_t>(superblock.checkpoint_length))};
}

// A power failure leaves bytes of a checkpoint there, and what stands before them may lead to any
// of them; the original writes no records of ours.
TEST(OriginalAppends, WhatIsTooShortForATableBehindARecordOfOursAndLeadsNowhereIsATornTail) {
  const Bytes ours = our_container();
  std::vector<std::string> fronts = records_of_ours(*ours);
  fronts.emplace_back();
  const std::string least(64, '3');
  for (const std::string& last : {least, least.substr(1)}) {
    for (const std::string& behind : {std::string(), std::string(20, 'x')}) {
      for (const std::string& front : fronts) {
        SCOPED_TRACE(std::to_string(front.size()) + ", " + std::to_string(last.size()) + ", " +
                     std::to_string(behind.size()) + " bytes");
        const Bytes bytes = copy_of(ours);
        *bytes += front;
        original::append_table(*bytes, 3, least);
        Contents expected = contents(*open(bytes));
        original::append_table(*bytes, 4, last);
        original::append_tombstone(*bytes, 1);
        if (last == least || behind.empty() || front.empty()) {
          expected = original::contents(*bytes);
        }
        *bytes += behind;
        const auto container = open(bytes);
        ASSERT_NE(container, nullptr);
        EXPECT_EQ(contents(*container), expected);
        ASSERT_OK(container->write_sst(5, "5"));
        expected[5] = "5";
        EXPECT_EQ(original::contents(*bytes), expected);
        EXPECT_EQ(contents(*open(bytes)), expected);
      }
    }
  }
}

// It may have been acknowledged.
TEST(OriginalAppends, AShortTableCountsWhereASuperblockIsDamaged) {
  const Bytes bytes = our_container();
  const uint64_t older = newest_superblock(*bytes).generation - 1;
  place(*bytes, static_cast<size_t>(superblock_offset(older)), std::string(512, 'x'));
  *bytes += records_of_ours(*bytes)[0];
  original::append_table(*bytes, 3, "three");
  const Contents expected = original::contents(*bytes);
  *bytes += std::string(20, 'x');
  const auto container = open(bytes);
  ASSERT_NE(container, nullptr);
  EXPECT_EQ(contents(*container), expected);
}

TEST(OriginalAppends, AnUnknownTypeBehindAShortTableIsRefusedToo) {
  const Bytes bytes = our_container();
  *bytes += encode_filler_header(0, kRecordHeaderBytes);
  original::append_table(*bytes, 3, "three");
  *bytes += hex("00000000 00000005 03 00000001");
  EXPECT_TRUE(try_open(bytes).status().is(StatusCode::unsupported));
}

TEST(OriginalAppends, AnUnknownTypeIsRefusedAndNotCut) {
  const Bytes bytes = our_container();
  *bytes += hex("00000000 00000005 03 00000001");
  const std::string before = *bytes;
  const auto container = try_open(bytes);
  ASSERT_FALSE(container.is_ok());
  EXPECT_TRUE(container.status().is(StatusCode::unsupported)) << container.status().to_string();
  EXPECT_EQ(*bytes, before);
}

}  // namespace
}  // namespace flowdb
