// Bugs that the exploration has found, each as its shortest story.
#include <gtest/gtest.h>

#include <algorithm>

#include "crash/crash_point.h"
#include "crash/faulty_disk.h"
#include "crash/recovered.h"
#include "crash/story.h"
#include "storage/container_format.h"

namespace flowdb {
namespace {

// The states after a power failure behind any event from `first` on.
void expect_recovery_from_all(const History& history, size_t first, const Expectation& expected) {
  Commits commits(kStorySeed, 0);
  for (size_t event = first; event < history.events.size(); ++event) {
    const CrashPoint point(history, event);
    for (uint64_t i = 0; i < std::min<uint64_t>(point.power_states(), 1000); ++i) {
      DurableUpTo durable{};
      ASSERT_EQ(check_recovered(point.power_state(i, durable), commits, expected, kStorySeed, i), "")
          << "event " << event << ", state " << i;
    }
  }
}

// The file had its whole length only in memory when the second process raised the epoch in it.
TEST(Found, APowerFailureRightAfterACreationThatWasKilled) {
  FaultyDisk disk;
  open_and_end(disk, 1);
  const auto& events = disk.history().events;
  size_t created = 0;
  while (events[created].kind != FileEvent::Kind::truncate || events[created].offset != 4096) {
    ASSERT_LT(++created, events.size());
  }
  disk.go_back_to(created + 1, 0);
  open_and_end(disk, 2);
  expect_recovery_from_all(disk.history(), created, {});
}

// The superblock came through, and not the header that lets its table be seen. The recovery wrote
// this header once more, beside the next superblock, and the same happened again: then both
// superblocks had the table, and its header was taken for written.
TEST(Found, TwoPowerFailuresThatEachTakeTheHeadersBesideTheSuperblock) {
  EXPECT_EQ(lose_headers_beside_superblocks(), "");
}

// A process was killed behind its superblock, and the next one framed what only the superblock
// before referred to; then the power failed, and that one was the newest again.
TEST(Found, APowerFailureTakesTheSuperblockThatARecoveryHasSeen) {
  EXPECT_EQ(lose_superblocks_that_were_seen(), "");
}

// Two processes, one after the other, were killed behind their superblocks, neither of them flushed,
// and the third framed what neither referred to; then the power failed, and the one before them was
// the newest again. No region had been used again so far.
TEST(Found, APowerFailureTakesTheSuperblocksOfTwoKilledProcesses) {
  constexpr uint64_t kCommits = 3;
  const auto live = [](FaultyDisk& disk) {
    Commits commits(kStorySeed, 0);
    auto engine = Engine::open(disk.open_container(), disk.open_log(), crash_options(kStorySeed, 1));
    ASSERT_TRUE(engine.is_ok()) << engine.status().to_string();
    for (uint64_t number = 1; number <= kCommits; ++number) {
      ASSERT_TRUE(engine.value()->write(commits.batch(number), Durability::strict).is_ok());
      ASSERT_TRUE(engine.value()->flush().is_ok());
    }
    ASSERT_FALSE(static_cast<Container&>(engine.value()->storage()).regions_reused());
    disk.end_process();
  };
  FaultyDisk whole;
  live(whole);
  for (const size_t event : last_superblocks(whole.history(), kCommits)) {
    FaultyDisk disk;
    live(disk);
    disk.go_back_to(event + 1, kSector);
    open_and_end(disk, 2);
    size_t second = event + 1;
    while (!is_superblock(disk.history().events[second])) ++second;
    disk.go_back_to(second + 1, kSector);
    open_and_end(disk, 3);
    for (size_t at = second + 1; at < disk.history().events.size(); ++at) {
      const CrashPoint point(disk.history(), at);
      for (uint64_t i = 0; i < 24; ++i) {
        DurableUpTo durable{};
        Commits commits(kStorySeed, 0);
        ASSERT_EQ(check_recovered(point.power_sample(i, durable), commits, {0, kCommits}, kStorySeed,
                                  verified(i)),
                  "")
            << "superblock " << event << ", failure behind " << at << ", state " << i;
      }
    }
  }
}

// What followed the first frame of the failed write was chained to it, and came back with it.
TEST(Found, TheRestOfAFailedWriteBehindItsFirstCommitMadeAgain) {
  EXPECT_EQ(repeat_the_first_of_a_failed_write(), "");
}

// Half of a superblock was written, so that recovery took the checkpoint that it was to name; but
// the superblock before still was the only one, and what it referred to was taken for free.
TEST(Found, APowerFailureBehindASuperblockThatWasWrittenInPart) {
  for (int64_t call = 0, hit = true; hit; ++call) {
    FaultyDisk disk;
    Commits commits(kStorySeed, 0);
    auto engine = Engine::open(disk.open_container(), disk.open_log(), crash_options(kStorySeed, 1));
    ASSERT_TRUE(engine.is_ok()) << engine.status().to_string();
    uint64_t number = 0;
    const auto commit = [&] {
      return engine.value()->write(commits.batch(++number), Durability::strict);
    };
    while (!static_cast<Container&>(engine.value()->storage()).regions_reused()) {
      ASSERT_LT(number, 50u);
      ASSERT_TRUE(commit().is_ok());
      ASSERT_TRUE(engine.value()->compact_all().is_ok());
    }
    ASSERT_TRUE(commit().is_ok());
    disk.set_fault({call, Fault::Outcome::short_count, false});
    const Status flushed = engine.value()->flush();
    hit = disk.has_failed();
    disk.end_fault();
    ASSERT_TRUE(flushed.is_ok() || hit) << flushed.to_string();
    disk.end_process();
    disk.set_attempted(number);
    const size_t first = disk.history().events.size();
    open_and_end(disk, 2);
    SCOPED_TRACE("call " + std::to_string(call));
    expect_recovery_from_all(disk.history(), first, {number - 1, number});
  }
}

}  // namespace
}  // namespace flowdb
