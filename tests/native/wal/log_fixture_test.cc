// Logs that the first version stored open for ever, with what was in them.
#include <gtest/gtest.h>

#include "storage/fixture_file.h"
#include "wal/fixture_position.h"
#include "wal/stored_log.h"

namespace flowdb {
namespace {

TEST(LogFixture, ANewLog) {
  const Bytes bytes = load_fixture(WAL_FIXTURES "/new.wal");
  ASSERT_EQ(bytes->size(), 4096u);
  EXPECT_EQ(batches_in(bytes), FoundBatches{});
  ASSERT_OK(append(*open_log(bytes), 1, "new"));
  EXPECT_EQ(batches_in(bytes), (FoundBatches{{1, "new"}}));
}

TEST(LogFixture, EpochsBatchesAJumpAndATornEnd) {
  const Bytes bytes = load_fixture(WAL_FIXTURES "/frames.wal");
  ASSERT_GT(bytes->size(), 4096u);
  FoundBatches expected = {{11, "alone"},          {12, "together"}, {13, ""},
                           {14, "alone"},          {15, "together"}, {16, ""},
                           {17, "behind the jump"}};
  EXPECT_EQ(batches_in(bytes, &kFixturePosition, 10), expected);
  ASSERT_OK(append(*open_log(bytes, &kFixturePosition, 10, 50), 18, "new"));
  expected.push_back({18, "new"});
  EXPECT_EQ(batches_in(bytes, &kFixturePosition, 10), expected);
}

}  // namespace
}  // namespace flowdb
