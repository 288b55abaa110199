// Containers with reused regions that lose one superblock or both, and go on: what the walk over
// their records has found is written on without harm. Each is a bug that was found.
#include <gtest/gtest.h>

#include "storage/framing.h"
#include "storage/record.h"
#include "storage/stored_container.h"
#include "storage/superblock.h"
#include "util/coding.h"

namespace flowdb {
namespace {

class LostSuperblocks : public testing::Test {
 protected:
  // The last table, of 200 000 bytes, is removed, and only the commit before refers to its room.
  void SetUp() override {
    container_ = open(bytes_);
    ASSERT_OK(container_->raise_epoch());
    ASSERT_OK(add_table(*container_, 1, deceptive_bytes(70'000, 1), {}, "m1"));
    ASSERT_OK(add_table(*container_, 2, deceptive_bytes(3000, 2), {}, "m2"));
    ASSERT_OK(add_table(*container_, 3, deceptive_bytes(200'000, 3), {1}, "m3"));
    ASSERT_OK(container_->reclaim());  // the room of table 1 becomes free
    ASSERT_OK(container_->write_checkpoint());
    ASSERT_TRUE(container_->regions_reused());
    ASSERT_OK(container_->apply({}, {3}, "m4"));
  }

  void damage(uint64_t generation) {
    bytes_->replace(superblock_offset(generation), kSuperblockBytes, kSuperblockBytes, 'x');
  }

  void reopen() {
    container_ = open(bytes_);
    ASSERT_NE(container_, nullptr);
    EXPECT_EQ(container_->manifest(), "m4");
    ASSERT_OK(container_->raise_epoch());
    EXPECT_TRUE(is_framed_to_its_end(*bytes_));
  }

  Bytes bytes_ = no_bytes();
  std::unique_ptr<Container> container_;
};

// The room in front of the file's end was free twice.
TEST_F(LostSuperblocks, RoomIsGivenAwayOnceWithoutBoth) {
  damage(1);
  damage(2);
  reopen();
  Contents expected = {{2, deceptive_bytes(3000, 2)}};
  for (uint32_t id = 10; id < 14; ++id) {
    expected[id] = deceptive_bytes(66'000, id);
    ASSERT_OK(add_table(*container_, id, expected[id], {}, "m5"));
    EXPECT_TRUE(contents(*container_) == expected) << "table " << id;
  }
  EXPECT_TRUE(contents(*open(bytes_)) == expected);
}

// The older superblock's end went into the next one, though the file had been cut since.
TEST_F(LostSuperblocks, AFileThatTheNewestHasCutOpensAgain) {
  const uint64_t bytes_before = bytes_->size();
  Superblock newest;
  do {
    ASSERT_OK(container_->reclaim());
    newest = newest_superblock(*bytes_);
  } while (bytes_->size() == bytes_before);
  damage(newest.generation);
  reopen();
  reopen();
  EXPECT_EQ(contents(*container_).size(), 1u);
}

// A commit was killed when it had framed the room of the checkpoint that the older one names.
TEST_F(LostSuperblocks, TheNewestIsLostWhileTheOldersCheckpointIsOverwritten) {
  const Superblock newest = newest_superblock(*bytes_);
  damage(newest.generation);
  const Superblock older = newest_superblock(*bytes_);
  ASSERT_LT(older.generation, newest.generation);
  const std::string filler = encode_filler_header(older.checkpoint_offset, older.checkpoint_end());
  bytes_->replace(older.checkpoint_offset, filler.size(), filler);
  reopen();
  reopen();
}

// The newest commit had a table in the front of a free region and cut the file behind it. Its
// superblock is lost, and so is the header that lets the table be seen: the region's filler still
// leads over the end, to tables that the commits before have removed.
TEST(LostSuperblock, AFillerThatReachesOverTheNewestEndHidesATable) {
  const Bytes bytes = no_bytes();
  const auto container = open(bytes);
  ASSERT_OK(container->raise_epoch());
  ASSERT_OK(add_table(*container, 1, deceptive_bytes(70'000, 1), {}, "m1"));
  ASSERT_OK(add_table(*container, 2, deceptive_bytes(3000, 2), {}, "m2"));
  ASSERT_OK(add_table(*container, 3, deceptive_bytes(200'000, 3), {}, "m3"));
  ASSERT_OK(add_table(*container, 4, deceptive_bytes(70'000, 4), {1}, "m4"));
  ASSERT_OK(container->apply({}, {3}, "m5"));
  ASSERT_OK(container->write_checkpoint());
  ASSERT_OK(container->apply({}, {4}, "m6"));
  const std::string before = *bytes;

  const std::string table = deceptive_bytes(100'000, 5);
  ASSERT_OK(write_table(*container, 5, table, table.size()));
  // The file is cut when the commit is over.
  ASSERT_OK(container->begin_apply({5}, {}, "m7"));
  Bytes left;
  for (bool is_over = false; !is_over;) {
    left = copy_of(bytes);
    is_over = std::move(container->advance()).value();
  }
  const Region added = table_region(container->tables().at(5));
  const Superblock newest = newest_superblock(*left);
  ASSERT_EQ(newest.committed_end, added.end);
  ASSERT_EQ(left->size(), before.size());

  left->replace(added.begin, kRecordHeaderBytes, before, added.begin, kRecordHeaderBytes);
  left->replace(superblock_offset(newest.generation), kSuperblockBytes, kSuperblockBytes, 'x');
  // Where no header stands at that end, though no superblock vouches for it, nothing is certain.
  const Bytes torn = copy_of(left);
  torn->replace(added.end, kRecordHeaderBytes, kRecordHeaderBytes, '\xff');
  Superblock older = newest_superblock(*torn);
  older.committed_end = older.reused_scan_begin = added.end;
  torn->replace(superblock_offset(older.generation), kSuperblockBytes, encode_superblock(older));
  EXPECT_TRUE(try_open(torn).status().is(StatusCode::corruption));

  const auto found = open(left);
  ASSERT_NE(found, nullptr);
  EXPECT_EQ(found->manifest(), "m7");
  const Contents expected = {{2, deceptive_bytes(3000, 2)}, {5, table}};
  EXPECT_TRUE(contents(*found) == expected);
  ASSERT_OK(found->raise_epoch());
  EXPECT_TRUE(is_framed_to_its_end(*left));
  EXPECT_TRUE(contents(*open(left)) == expected);
}

// A checkpoint of long ago is found, too, in a gap that is too small to be used again: one of its
// tables stood where much is free by now, over the end that it names, and a table was being written
// there.
TEST(LostSuperblock, AnOlderCheckpointLeadsTheWalkNowhere) {
  const Bytes bytes = no_bytes();
  const auto container = open(bytes);
  ASSERT_OK(container->raise_epoch());
  ASSERT_OK(add_table(*container, 1, deceptive_bytes(140'000, 1), {}, "m1"));
  ASSERT_OK(add_table(*container, 2, deceptive_bytes(3000, 2), {}, "m2"));
  ASSERT_OK(container->apply({}, {1}, "m3"));
  ASSERT_OK(container->reclaim());
  ASSERT_OK(container->write_checkpoint());
  for (uint32_t id = 3; id < 6; ++id) {
    const std::string table = deceptive_bytes(id == 3 ? 126'000 : 66'000, id);
    ASSERT_OK(write_table(*container, id, table, table.size()));
    ASSERT_OK(container->apply({id}, {}, "small"));
  }
  const Superblock small = newest_superblock(*bytes);
  const auto checkpoint = [&] {
    return bytes->substr(small.checkpoint_offset, small.checkpoint_length);
  };
  const std::string small_checkpoint = checkpoint();
  const Region hidden = table_region(container->tables().at(4));
  const std::string large(20'000, 'x');
  for (uint32_t id = 6; id < 10; ++id) {
    ASSERT_OK(add_table(*container, id, deceptive_bytes(90'000, id), {}, large));
  }
  ASSERT_OK(container->apply({}, {4, 5, 6, 7}, large + "A"));
  ASSERT_OK(container->apply({}, {9}, large + "B"));
  const StoredState expected = state_of(*container);
  auto unfinished = std::move(container->begin_table(30, 200'000)).value();
  ASSERT_OK(unfinished->append(std::string(200'000, 'y')));
  ASSERT_EQ(checkpoint(), small_checkpoint);
  ASSERT_LE(hidden.end, small.committed_end);
  const uint64_t filler_bytes = load_be64(bytes->data() + hidden.begin);
  ASSERT_GT(hidden.begin + kLengthBytes + filler_bytes, small.committed_end);

  const Bytes left = copy_of(bytes);
  const uint64_t newest = newest_superblock(*left).generation;
  for (const uint64_t generation : {newest, newest - 1}) {
    left->replace(superblock_offset(generation), kSuperblockBytes, kSuperblockBytes, 'x');
    const auto found = open(left);
    ASSERT_NE(found, nullptr);
    EXPECT_TRUE(state_of(*found) == expected) << generation;
  }
}

}  // namespace
}  // namespace flowdb
