// Files that are gone, cut off in their headers, or another database's: a database that may have
// held something is never taken for a new one.
#include <gtest/gtest.h>

#include "crash/story.h"
#include "crash/workload.h"

namespace flowdb {
namespace {

constexpr uint64_t kSeed = 2;

// Every state of a life, as it is behind each event.
class MissingFiles : public testing::Test {
 protected:
  void SetUp() override { ASSERT_EQ(life.problem(), ""); }

  template <typename Use>
  void for_each_state(Use use) {
    for (size_t event = 0; event < life.history().events.size() && !HasFailure(); ++event) {
      SCOPED_TRACE("behind event " + std::to_string(event));
      use(CrashPoint(life.history(), event).killed(SIZE_MAX), event);
    }
  }

  // Empty when what is found is a database of commits 1 to any number up to `ceiling`.
  std::string check(Disk disk, uint64_t ceiling) {
    return life.check(std::move(disk), {0, ceiling}, 0);
  }

  Workload life = Workload(Shape(), kSeed);
};

TEST_F(MissingFiles, BothGoneIsANewDatabase) { EXPECT_EQ(check({}, 0), ""); }

TEST_F(MissingFiles, TheContainerAloneIsMissedWhereTheLogHoldsFrames) {
  size_t refused = 0;
  for_each_state([&](const Disk& disk, size_t) {
    // The log has its header before the first frame, and keeps it.
    if (disk[kLogFile].size() < 4096) return;
    for (const size_t left : {size_t{0}, size_t{100}, size_t{4095}}) {
      Disk cut = disk;
      cut[kContainerFile].resize(left);
      const std::string problem = check(cut, 0);
      EXPECT_EQ(problem.find("opening: corruption: flow.db"), 0u) << problem;
      ++refused;
    }
  });
  EXPECT_GT(refused, 100u);
}

TEST_F(MissingFiles, AContainerShorterThanItsHeaderIsATornCreation) {
  size_t created = 0;
  for_each_state([&](const Disk& disk, size_t) {
    if (disk[kContainerFile].size() > 4096 || !disk[kLogFile].empty()) return;
    for (size_t left = 0; left < disk[kContainerFile].size(); left += 7) {
      Disk cut = disk;
      cut[kContainerFile].resize(left);
      if (left >= 4096) continue;
      // Unless it has been in use already: its second superblock has been written.
      const std::string problem = check(cut, 0);
      if (problem.empty())
        ++created;
      else
        EXPECT_NE(problem.find("ends inside of its header"), std::string::npos) << problem;
    }
  });
  EXPECT_GT(created, 100u);
}

TEST_F(MissingFiles, WithoutItsLogADatabaseHoldsWhatIsInTablesOrIsRefused) {
  size_t opened = 0;
  for_each_state([&](const Disk& disk, size_t event) {
    Disk cut = disk;
    cut[kLogFile].clear();
    const std::string problem = check(cut, life.after_kill(event, true).ceiling);
    if (problem.empty())
      ++opened;
    else
      EXPECT_EQ(problem.find("opening: corruption: flow.wal"), 0u) << problem;
  });
  EXPECT_GT(opened, 20u);
}

TEST(ExchangedFiles, TheLogOfAnotherDatabaseIsRefused) { EXPECT_EQ(exchange_logs(), ""); }

}  // namespace
}  // namespace flowdb
