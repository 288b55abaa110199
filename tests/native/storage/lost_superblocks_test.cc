// Containers with reused regions that lose one superblock or both, and go on: what the walk over
// their records has found is written on without harm. Each is a bug that was found.
#include <gtest/gtest.h>

#include "storage/framing.h"
#include "storage/record.h"
#include "storage/stored_container.h"

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

}  // namespace
}  // namespace flowdb
