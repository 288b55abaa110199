// A storage in files of their own: files that take the place, or the name, of others.
#include <gtest/gtest.h>

#include "storage/faulty_directory.h"
#include "storage/multi_file_storage.h"
#include "storage/use_storage.h"

namespace flowdb {
namespace {

class MultiFileReplace : public testing::Test {
 protected:
  Result<std::unique_ptr<MultiFileStorage>> try_open() {
    return MultiFileStorage::open(std::make_unique<FaultyDirectory>(root_, left_),
                                  std::make_unique<FaultyDirectory>(tables_, left_),
                                  test_container_options());
  }
  std::unique_ptr<MultiFileStorage> open() {
    auto storage = try_open();
    EXPECT_TRUE(storage.is_ok()) << storage.status().to_string();
    return storage.is_ok() ? std::move(storage).value() : nullptr;
  }

  std::shared_ptr<StoredNames> root_ = std::make_shared<StoredNames>();
  std::shared_ptr<StoredNames> tables_ = std::make_shared<StoredNames>();
  std::shared_ptr<CallsLeft> left_ = std::make_shared<CallsLeft>();
};

TEST_F(MultiFileReplace, AReaderOfADeletedTableLeavesTheNextOfItsIdAlone) {
  const auto storage = open();
  ASSERT_OK(storage->write_sst(1, "old"));
  auto held = storage->hold_table(1);
  ASSERT_OK(storage->delete_sst(1));
  ASSERT_OK(storage->write_sst(1, "new"));
  held.reset();
  EXPECT_EQ(contents(*storage), (Contents{{1, "new"}}));
  EXPECT_EQ(contents(*open()), (Contents{{1, "new"}}));
}

TEST_F(MultiFileReplace, AReaderOfADiscardedTableLeavesTheNextOfItsIdAlone) {
  const auto storage = open();
  ASSERT_OK(write_pieces(*storage, 1, "old"));
  auto held = storage->hold_table(1);
  storage->discard_table(1);
  auto writer = storage->begin_table(1);
  ASSERT_OK(writer.status());
  held.reset();
  ASSERT_OK(writer.value()->append("new"));
  ASSERT_OK(writer.value()->finish());
  writer.value().reset();
  ASSERT_OK(storage->apply({1}, {}, "m"));
  EXPECT_EQ(contents(*storage), (Contents{{1, "new"}}));
}

// The process is killed while a table is replaced; the next one finds the new file, whose name is
// not durable, and commits its length.
TEST_F(MultiFileReplace, WhatIsFoundBehindAKillAndCommittedStays) {
  bool done = false;
  for (int64_t calls = 0; !done && !HasFailure(); ++calls) {
    root_ = std::make_shared<StoredNames>();
    tables_ = std::make_shared<StoredNames>();
    {
      const auto storage = open();
      ASSERT_OK(storage->write_sst(1, "one"));
      left_->calls = calls;
      done = storage->write_sst(1, "another length").is_ok();
      left_->calls = INT64_MAX;
    }
    const auto storage = open();
    ASSERT_OK(storage->raise_epoch());
    const Contents found = contents(*storage);
    tables_ = std::make_shared<StoredNames>(tables_->after_power_failure(true, true));
    EXPECT_EQ(contents(*open()), found) << "killed at call " << calls;
  }
}

TEST_F(MultiFileReplace, AFullDiskKeepsNothingOfWhatWasNotWritten) {
  const auto storage = open();
  ASSERT_OK(storage->write_sst(1, "one"));
  // The table itself, or the checkpoint that names it.
  for (const int64_t writes : {0, 1}) {
    for (const uint32_t id : {1, 2}) {
      left_->writes = writes;
      EXPECT_TRUE(storage->write_sst(id, "another").is(StatusCode::quota_exceeded));
      left_->writes = INT64_MAX;
      EXPECT_TRUE(storage->can_write());
      EXPECT_EQ(contents(*storage), (Contents{{1, "one"}}));
      EXPECT_EQ(tables_->now.size(), 1u) << "id " << id << ", writes " << writes;
    }
  }
  ASSERT_OK(storage->write_sst(2, "two"));
  EXPECT_EQ(contents(*open()), (Contents{{1, "one"}, {2, "two"}}));
}

TEST_F(MultiFileReplace, ATableIsReadableWhenItsReplacementHasFailedHalfWay) {
  for (int64_t calls = 0, done = 0; done == 0 && !HasFailure(); ++calls) {
    root_ = std::make_shared<StoredNames>();
    tables_ = std::make_shared<StoredNames>();
    const auto storage = open();
    ASSERT_OK(storage->write_sst(1, "one"));
    left_->calls = calls;
    done = storage->write_sst(1, "another").is_ok() ? 1 : 0;
    left_->calls = INT64_MAX;
    const Contents found = contents(*storage);
    EXPECT_TRUE(found == (Contents{{1, "one"}}) || found == (Contents{{1, "another"}})) << calls;
  }
}

}  // namespace
}  // namespace flowdb
