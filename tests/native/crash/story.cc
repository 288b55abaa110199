// The parts of the stories, on gtest's expectations.
#include "crash/story.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "crash/crash_point.h"
#include "crash/recovered.h"
#include "storage/container_format.h"

namespace flowdb {

void open_and_end(FaultyDisk& disk, uint64_t opening) {
  const auto engine =
      Engine::open(disk.open_container(), disk.open_log(), crash_options(kStorySeed, opening));
  ASSERT_TRUE(engine.is_ok()) << engine.status().to_string();
  disk.end_process();
}

uint64_t reuse_regions(FaultyDisk& disk) {
  Commits commits(kStorySeed, 0);
  auto engine = Engine::open(disk.open_container(), disk.open_log(), crash_options(kStorySeed, 1));
  EXPECT_TRUE(engine.is_ok()) << engine.status().to_string();
  const auto& container = static_cast<const Container&>(engine.value()->storage());
  uint64_t number = 0;
  for (bool last = false; number < 50; last = container.regions_reused()) {
    EXPECT_TRUE(engine.value()->write(commits.batch(++number), Durability::strict).is_ok());
    EXPECT_TRUE(engine.value()->compact_all().is_ok());
    if (last) break;
  }
  EXPECT_TRUE(container.regions_reused());
  disk.end_process();
  return number;
}

std::vector<size_t> last_superblocks(const History& history, size_t count) {
  std::vector<size_t> found;
  for (size_t i = history.events.size(); i > 0 && found.size() < count; --i) {
    if (is_superblock(history.events[i - 1])) found.push_back(i - 1);
  }
  return found;
}

std::string lose_superblocks_that_were_seen() {
  FaultyDisk first;
  const uint64_t number = reuse_regions(first);
  for (const size_t event : last_superblocks(first.history(), 6)) {
    FaultyDisk disk;
    reuse_regions(disk);
    disk.go_back_to(event + 1, kSector);
    open_and_end(disk, 2);
    for (size_t at = event + 1; at < disk.history().events.size(); ++at) {
      const CrashPoint point(disk.history(), at);
      for (uint64_t i = 0; i < 24; ++i) {
        DurableUpTo durable{};
        Commits commits(kStorySeed, 0);
        const std::string problem = check_recovered(point.power_sample(i, durable), commits,
                                                    {0, number}, kStorySeed, verified(i));
        if (problem.empty()) continue;
        return "superblock " + std::to_string(event) + ", failure behind " + std::to_string(at) +
               ", state " + std::to_string(i) + ": " + problem;
      }
    }
  }
  return {};
}

std::string lose_headers_beside_superblocks() {
  FaultyDisk first;
  const uint64_t number = reuse_regions(first);
  DurableUpTo durable{};
  for (const size_t event : last_superblocks(first.history(), 6)) {
    const CrashPoint point(first.history(), event);
    for (uint64_t i = 0; i < std::min<uint64_t>(point.power_states(), 16); ++i) {
      FaultyDisk second;
      second.restart_from(point.power_state(i, durable));
      open_and_end(second, 2);
      for (const size_t again : last_superblocks(second.history(), 1)) {
        const CrashPoint next(second.history(), again);
        for (uint64_t k = 0; k < std::min<uint64_t>(next.power_states(), 16); ++k) {
          Commits commits(kStorySeed, 0);
          const std::string problem = check_recovered(next.power_state(k, durable), commits,
                                                      {0, number}, kStorySeed, verified(k));
          if (problem.empty()) continue;
          return "event " + std::to_string(event) + ", state " + std::to_string(i) + ", state " +
                 std::to_string(k) + ": " + problem;
        }
      }
    }
  }
  return {};
}

std::string repeat_the_first_of_a_failed_write() {
  bool hit = true;
  for (int64_t call = 0; hit; ++call) {
    FaultyDisk disk;
    Commits commits(kStorySeed, 0);
    auto engine =
        Engine::open(disk.open_container(), disk.open_log(), crash_options(kStorySeed, 1));
    EXPECT_TRUE(engine.is_ok()) << engine.status().to_string();
    const WriteBatch batches[] = {commits.batch(1), commits.batch(2), commits.batch(3)};
    EXPECT_TRUE(engine.value()->write(batches[0], Durability::strict).is_ok());
    disk.set_attempted(3);
    disk.set_fault({call, Fault::Outcome::error_behind, false});
    const Status failed = engine.value()->write({&batches[1], &batches[2]}, Durability::strict);
    hit = disk.has_failed();
    disk.end_fault();
    if (failed.is_ok()) continue;
    disk.set_attempted(2);
    const size_t first = disk.history().events.size();
    if (!engine.value()->write(batches[1], Durability::strict).is_ok()) continue;
    disk.end_process();
    const History& history = disk.history();
    const Expectation expected[] = {{1, 2}, {2, 2}};
    for (size_t event = first; event < history.events.size(); ++event) {
      const CrashPoint point(history, event);
      for (uint64_t i = 0; i < 24; ++i) {
        DurableUpTo durable{};
        const bool is_last = event + 1 == history.events.size();
        const Disk found = i == 0 ? point.killed(SIZE_MAX) : point.power_sample(i, durable);
        const std::string problem = check_recovered(
            found, commits, expected[is_last && i == 0 ? 1 : 0], kStorySeed, verified(i));
        if (problem.empty()) continue;
        return "call " + std::to_string(call) + ", crash behind " + std::to_string(event) +
               ", state " + std::to_string(i) + ": " + problem;
      }
    }
  }
  return {};
}

std::string exchange_logs() {
  std::array<Disk, 2> disks;
  for (size_t i = 0; i < disks.size(); ++i) {
    FaultyDisk disk;
    Commits commits(kStorySeed, 0);
    auto engine =
        Engine::open(disk.open_container(), disk.open_log(), crash_options(kStorySeed, i + 1));
    EXPECT_TRUE(engine.is_ok()) << engine.status().to_string();
    EXPECT_TRUE(engine.value()->write(commits.batch(1), Durability::strict).is_ok());
    disk.end_process();
    disks[i] = disk.content();
  }
  std::swap(disks[0][kLogFile], disks[1][kLogFile]);
  for (const Disk& exchanged : disks) {
    FaultyDisk disk(exchanged);
    const auto engine =
        Engine::open(disk.open_container(), disk.open_log(), crash_options(kStorySeed, 3));
    if (engine.is_ok()) return "opened with the log of another database";
    if (!engine.status().is(StatusCode::corruption)) return engine.status().to_string();
    if (disk.content()[kLogFile] != exchanged[kLogFile]) return "the other log was changed";
  }
  return {};
}

}  // namespace flowdb
