// Checkpoints whose checksum holds, and that say what no writer says: the first commit behind an
// opening would write headers where they tell it to, so that the opening has to see through them.
#include <gtest/gtest.h>

#include "storage/checkpoint.h"
#include "storage/framing.h"
#include "storage/record.h"
#include "storage/stored_container.h"
#include "storage/superblock.h"

namespace flowdb {
namespace {

const std::string kOne(100, '1');
const std::string kTwo(5000, '2');
constexpr uint64_t kOneAt = 4096;
constexpr uint64_t kTwoAt = 8192;
constexpr uint64_t kCheckpointAt = 16384;

TableLocation table_at(uint64_t record, uint64_t length) {
  return {record + kRecordHeaderBytes, length};
}

// A container with two tables, framed as `finish` leaves them, and a checkpoint that names
// `tables`. Nothing tells what was seen before: both superblocks are lost, or only the newest is
// there.
class ForgedCheckpoint : public testing::TestWithParam<bool> {
 protected:
  void SetUp() override {
    add(kOneAt, encode_table_header(kFillerId, kOne.size()) + kOne);
    add(kTwoAt, encode_table_header(2, kTwo.size()) + kTwo);
  }

  // Puts a record behind the last one.
  void add(uint64_t at, const std::string& record) {
    if (file_.size() < kFileHeaderBytes) {
      file_ = "FLOWDB01" + std::string("\0\0\0\1", 4);
      file_.resize(kFileHeaderBytes, '\0');
    }
    file_ += encode_gap(file_.size(), at) + record;
  }

  Bytes with_checkpoint(const LiveTables& tables, uint64_t at = kCheckpointAt) {
    const std::string checkpoint = encode_checkpoint(
        tables, "manifest", kTestId, {2, at + checkpoint_bytes(tables, "manifest", true)});
    add(at, checkpoint);
    if (GetParam()) {
      file_.replace(kSlotOffsets[0], 2 * kSuperblockBytes, 2 * kSuperblockBytes, 'x');
      file_.replace(kSlotOffsets[1], kSuperblockBytes, kSuperblockBytes, 'x');
    } else {
      Superblock superblock;
      superblock.generation = 2;
      superblock.database_id = kTestId;
      superblock.checkpoint_offset = at;
      superblock.checkpoint_length = checkpoint.size();
      superblock.committed_end = file_.size();
      superblock.reused = true;
      superblock.reused_scan_begin = file_.size();
      file_.replace(superblock_offset(2), kSuperblockBytes, encode_superblock(superblock));
      superblock = Superblock();
      superblock.generation = 1;
      superblock.database_id = kTestId;
      file_.replace(superblock_offset(1), kSuperblockBytes, encode_superblock(superblock));
    }
    return std::make_shared<std::string>(file_);
  }

  static void expect_refused(const Bytes& bytes) {
    const std::string before = *bytes;
    const auto container = try_open(bytes);
    ASSERT_FALSE(container.is_ok());
    EXPECT_TRUE(container.status().is(StatusCode::corruption)) << container.status().to_string();
    EXPECT_NE(container.status().message().find("flow.db at "), std::string::npos);
    EXPECT_EQ(*bytes, before);
  }

  static void expect_whole(const Bytes& bytes, Contents expected) {
    {
      const auto container = open(bytes);
      ASSERT_NE(container, nullptr);
      EXPECT_EQ(contents(*container), expected);
      ASSERT_OK(container->raise_epoch());
      ASSERT_OK(container->write_sst(9, "nine"));
    }
    EXPECT_TRUE(is_framed_to_its_end(*bytes));
    expected[9] = "nine";
    const auto again = open(bytes);
    ASSERT_NE(again, nullptr);
    EXPECT_EQ(contents(*again), expected);
  }

  const TableLocation one_ = table_at(kOneAt, kOne.size());
  const TableLocation two_ = table_at(kTwoAt, kTwo.size());
  std::string file_;
};

TEST_P(ForgedCheckpoint, TheTruthOpens) {
  expect_whole(with_checkpoint({{1, one_}, {2, two_}}), {{1, kOne}, {2, kTwo}});
}

TEST_P(ForgedCheckpoint, ATableLongerThanItsRecordIsRefused) {
  // Whoever follows the records would come out in the middle of what stands behind it.
  expect_refused(with_checkpoint({{1, {one_.offset, one_.length + 1000}}, {2, two_}}));
}

TEST_P(ForgedCheckpoint, ATableShorterThanItsRecordIsRefused) {
  expect_refused(with_checkpoint({{1, {one_.offset, one_.length - 1}}, {2, two_}}));
}

TEST_P(ForgedCheckpoint, ATableShorterThanItsNamedRecordIsRefused) {
  expect_refused(with_checkpoint({{1, one_}, {2, {two_.offset, 1}}}));
}

TEST_P(ForgedCheckpoint, ATableUnderTheIdOfAnotherIsRefused) {
  expect_refused(with_checkpoint({{1, one_}, {3, two_}}));
}

TEST_P(ForgedCheckpoint, TwoTablesInOnePlaceAreRefused) {
  expect_refused(with_checkpoint({{1, one_}, {2, two_}, {3, one_}}));
}

TEST_P(ForgedCheckpoint, ATableInsideOfAnotherIsRefused) {
  // It has a whole header there.
  file_.clear();
  const std::string inner = encode_table_header(3, 20) + std::string(20, '3');
  add(kOneAt, encode_table_header(1, kOne.size() + inner.size()) + kOne + inner);
  const TableLocation outer = table_at(kOneAt, kOne.size() + inner.size());
  expect_refused(with_checkpoint({{1, outer}, {3, table_at(one_.offset + kOne.size(), 20)}}));
}

TEST_P(ForgedCheckpoint, ATableInsideOfTheCheckpointIsRefused) {
  expect_refused(with_checkpoint({{1, one_}, {3, table_at(kCheckpointAt + 40, 20)}}));
}

TEST_P(ForgedCheckpoint, ATableUpToTheFilesEndIsRefused) {
  expect_refused(with_checkpoint({{1, {one_.offset, kCheckpointAt + 512 - one_.offset}}}));
}

TEST_P(ForgedCheckpoint, ATableWhoseRecordBeginsInTheFilesHeaderIsRefused) {
  expect_refused(with_checkpoint({{1, {kFileHeaderBytes + 5, 20}}, {2, two_}}));
}

TEST_P(ForgedCheckpoint, ACheckpointThatNoFillerLeadsToIsRefused) {
  // A table stands between the page's beginning and the checkpoint.
  add(kCheckpointAt, encode_table_header(3, 512 - kRecordHeaderBytes) +
                         std::string(512 - kRecordHeaderBytes, '3'));
  expect_refused(with_checkpoint({{1, one_}, {2, two_}}, kCheckpointAt + 512));
}

// What a power failure leaves of a commit into a region: its filler still hides the table.
TEST_P(ForgedCheckpoint, ATableThatItsRegionHidesOpens) {
  file_.clear();
  add(kOneAt, encode_filler_header(kOneAt, kCheckpointAt) + kOne);
  add(kTwoAt, encode_table_header(kFillerId, kTwo.size()) + kTwo);
  expect_whole(with_checkpoint({{1, one_}, {2, two_}}), {{1, kOne}, {2, kTwo}});
}

// What a failed write leaves of the header that would have let it be seen.
TEST_P(ForgedCheckpoint, ATableWhoseHeaderWasWrittenInPartOpens) {
  if (!GetParam()) {
    file_.clear();
    const std::string own = encode_table_header(kFillerId, kOne.size());
    const std::string region = encode_filler_header(kOneAt, kCheckpointAt);
    add(kOneAt, own.substr(0, 7) + region.substr(7) + kOne);
    add(kTwoAt, encode_table_header(kFillerId, kTwo.size()) + kTwo);
    expect_whole(with_checkpoint({{1, one_}, {2, two_}}), {{1, kOne}, {2, kTwo}});
  }
  // The same of its name.
  file_.clear();
  add(kOneAt, encode_table_header(0x0000ffff, kOne.size()) + kOne);
  add(kTwoAt, encode_table_header(2, kTwo.size()) + kTwo);
  expect_whole(with_checkpoint({{1, one_}, {2, two_}}), {{1, kOne}, {2, kTwo}});
}

TEST_P(ForgedCheckpoint, ATableInARegionIsRefusedWhenNoRecordFollowsIt) {
  file_.clear();
  add(kOneAt, encode_filler_header(kOneAt, kCheckpointAt) + kOne);
  add(kTwoAt, encode_table_header(kFillerId, kTwo.size()) + kTwo);
  expect_refused(with_checkpoint({{1, {one_.offset, one_.length - 1}}, {2, two_}}));
}

INSTANTIATE_TEST_SUITE_P(All, ForgedCheckpoint, testing::Bool(),
                         [](const testing::TestParamInfo<bool>& lost) {
                           return lost.param ? "BothSuperblocksLost" : "NewestSuperblockWhole";
                         });

}  // namespace
}  // namespace flowdb
