// A database that has a file for each table, crashed in every way of the crash model, and with
// every call failing: what crash_images_test, exhaustive_test and io_failure_test do to a
// container. FLOWDB_SEED replays a single image, as there.
#include <gtest/gtest.h>

#include <set>
#include <unordered_set>

#include "crash/directory_exploration.h"
#include "crash/run_options.h"

namespace flowdb {
namespace {

class DirectoryCrash : public testing::TestWithParam<bool> {};

// Whether lives have crashes of their own, so that crashes hit their recoveries.
TEST_P(DirectoryCrash, ImagesOfSeededLivesRecover) {
  DirectoryShape shape;
  if (GetParam()) {
    shape.steps = 12;
    shape.crashes = 3;
  }
  DirectoryExploration exploration(shape);
  if (const auto name = replayed_state()) {
    EXPECT_EQ(exploration.replay(*name), "");
    return;
  }
  const size_t target = images_wanted() / 8;
  uint64_t seed = 0;
  while (exploration.distinct() < target) {
    ASSERT_EQ(exploration.explore(seed++, {16, 24, 24, 1}, target), "");
  }
  print_images(GetParam() ? "directories, recovery" : "directories", exploration.distinct(),
               " of " + std::to_string(seed) + " lives");
}

INSTANTIATE_TEST_SUITE_P(All, DirectoryCrash, testing::Bool(), [](const auto& crashes) {
  return std::string(crashes.param ? "recovery" : "life");
});

#ifdef __SANITIZE_ADDRESS__
constexpr Depth kEverything = {64, 64, 64};
#else
constexpr Depth kEverything = {SIZE_MAX, 1024, 256};
#endif

class DirectoryExhaustive : public testing::TestWithParam<uint64_t> {};

TEST_P(DirectoryExhaustive, EveryStateOfAShortLifeRecovers) {
  DirectoryShape shape;
  shape.steps = 7;
  shape.faults = false;
  DirectoryExploration exploration(shape);
  EXPECT_EQ(exploration.explore(GetParam(), kEverything, SIZE_MAX), "");
  print_images("directories, short life " + std::to_string(GetParam()), exploration.distinct());
}

INSTANTIATE_TEST_SUITE_P(All, DirectoryExhaustive, testing::Range(uint64_t{0}, uint64_t{4}));

// Seed, and whether every call fails from that one on.
class DirectoryFailure : public testing::TestWithParam<std::tuple<uint64_t, bool>> {};

TEST_P(DirectoryFailure, OfEveryCallIsOutlived) {
  const auto [seed, for_good] = GetParam();
  DirectoryFault fault;
  fault.for_good = for_good;
  bool hit = true;
  for (fault.call = 0; hit; ++fault.call) {
    for (const auto outcome :
         {DirectoryFault::Outcome::nothing_done, DirectoryFault::Outcome::half_written,
          DirectoryFault::Outcome::all_done}) {
      fault.outcome = outcome;
      const DirectoryLife life(DirectoryShape(), seed, fault);
      ASSERT_EQ(life.problem(), "")
          << "call " << fault.call << ", outcome " << static_cast<int>(outcome);
      hit = life.was_hit();
    }
  }
  EXPECT_GT(fault.call, 200);
}

INSTANTIATE_TEST_SUITE_P(All, DirectoryFailure,
                         testing::Combine(testing::Range(uint64_t{0}, uint64_t{4}),
                                          testing::Bool()));

// What is left when the checkpoint is gone: never taken for a new database.
TEST(DirectoryFilesGone, TheCheckpointIsMissedWhereTheLogHoldsFrames) {
  DirectoryDisk disk;
  {
    const auto engine = disk.open(crash_options(1, 1));
    WriteBatch batch;
    batch.put("key", "value");
    ASSERT_TRUE(engine.value()->write(batch, Durability::strict).is_ok());
    disk.end_process();
  }
  DirectoryImage image = disk.content();
  image.names[kRoot].erase("CHECKPOINT");
  const Status status = DirectoryDisk(image).open(crash_options(1, 2)).status();
  EXPECT_TRUE(status.is(StatusCode::corruption)) << status.to_string();
  image.names[kRoot].clear();
  EXPECT_TRUE(DirectoryDisk(image).open(crash_options(1, 2)).is_ok());
}

}  // namespace
}  // namespace flowdb
