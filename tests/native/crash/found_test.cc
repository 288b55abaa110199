// Bugs that the exploration has found, each as its shortest story.
#include <gtest/gtest.h>

#include "crash/crash_point.h"
#include "crash/faulty_disk.h"
#include "crash/recovered.h"

namespace flowdb {
namespace {

constexpr uint64_t kSeed = 1;

// Opens and ends the process at once.
void open_and_end(FaultyDisk& disk, uint64_t opening) {
  const auto engine =
      Engine::open(disk.open_container(), disk.open_log(), crash_options(kSeed, opening));
  ASSERT_TRUE(engine.is_ok()) << engine.status().to_string();
  disk.end_process();
}

// Every state after a power failure behind any event from `first` on.
void expect_recovery_from_all(const History& history, size_t first, const Expectation& expected) {
  Commits commits(kSeed, 0);
  for (size_t event = first; event < history.events.size(); ++event) {
    const CrashPoint point(history, event);
    for (uint64_t i = 0; i < point.power_states(); ++i) {
      DurableUpTo durable{};
      ASSERT_EQ(check_recovered(point.power_state(i, durable), commits, expected, kSeed, i), "")
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

}  // namespace
}  // namespace flowdb
