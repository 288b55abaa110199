// A writer process over real files is killed at random moments: whatever it had acknowledged
// through a pipe is there when the files are opened again, in order, and no batch is torn.
#include <gtest/gtest.h>
#include <signal.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cstdlib>
#include <random>
#include <string>

#include "engine/test_engine.h"
#include "storage/posix_file.h"
#include "storage/temporary_folder.h"

namespace flowdb {
namespace {

constexpr uint64_t kBatchKeys = 5;

Result<std::unique_ptr<Engine>> open_in(const TemporaryFolder& folder, uint64_t seed) {
  using Mode = PosixFile::Mode;
  FLOWDB_ASSIGN_OR_RETURN(auto container,
                          PosixFile::open(folder.path("flow.db"), Mode::create_if_missing));
  FLOWDB_ASSIGN_OR_RETURN(auto log,
                          PosixFile::open(folder.path("flow.wal"), Mode::create_if_missing));
  return Engine::open(std::move(container), std::move(log), tiny_options(seed));
}

// Batch n puts n under five keys that no other batch has, and under one that all have.
WriteBatch batch_of(uint64_t n) {
  WriteBatch batch;
  for (uint64_t i = 0; i < kBatchKeys; ++i) {
    batch.put("key" + std::to_string(n) + "_" + std::to_string(i),
              std::to_string(n) + std::string(n % 300, 'v'));
  }
  batch.put("last", std::to_string(n));
  return batch;
}

// Commits batches from `next` on, and writes a byte into the pipe after each, until it is killed.
[[noreturn]] void write_until_killed(const TemporaryFolder& folder, uint64_t seed, uint64_t next,
                                     int pipe) {
  auto opened = open_in(folder, seed);
  if (!opened.is_ok()) _exit(1);
  Engine& engine = *opened.value();
  for (uint64_t n = next;; ++n) {
    const Durability durability = n % 10 == 0 ? Durability::strict : Durability::relaxed;
    if (!engine.write(batch_of(n), durability).is_ok()) _exit(2);
    if (::write(pipe, "+", 1) != 1) _exit(3);
    if (n % 5 == 0 && !engine.maintain(50).is_ok()) _exit(4);
  }
}

// The last batch, after checking that each one up to it is whole and none is beyond it.
uint64_t check_database(const TemporaryFolder& folder, uint64_t seed) {
  auto opened = open_in(folder, seed);
  EXPECT_TRUE(opened.is_ok()) << opened.status().to_string();
  if (!opened.is_ok()) return 0;
  Engine& engine = *opened.value();
  std::string value;
  const uint64_t last =
      engine.get("last", {}, value).is_ok() ? std::strtoull(value.c_str(), nullptr, 10) : 0;
  for (uint64_t n = 1; n <= last; ++n) {
    for (uint64_t i = 0; i < kBatchKeys; ++i) {
      const std::string key = "key" + std::to_string(n) + "_" + std::to_string(i);
      expect_ok(engine.get(key, {}, value));
      EXPECT_EQ(value, std::to_string(n) + std::string(n % 300, 'v'));
    }
  }
  uint64_t records = 0;
  auto iterator = engine.new_iterator({});
  for (iterator->seek_to_first(); iterator->valid(); iterator->next()) ++records;
  expect_ok(iterator->status());
  EXPECT_EQ(records, last == 0 ? 0 : last * kBatchKeys + 1);
  return last;
}

TEST(KillTest, WhatWasAcknowledgedIsThereAfterSigkill) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  const TemporaryFolder folder;
  uint64_t acknowledged = 0;
  for (int round = 0; round < 40 && !testing::Test::HasFailure(); ++round) {
    int ends[2];
    ASSERT_EQ(pipe(ends), 0);
    const uint64_t engine_seed = random();
    const uint64_t next = acknowledged + 1;
    const pid_t writer = fork();
    ASSERT_GE(writer, 0);
    if (writer == 0) {
      close(ends[0]);
      write_until_killed(folder, engine_seed, next, ends[1]);
    }
    close(ends[1]);
    // Somewhere behind so many commits. The writer goes on meanwhile, so that the kill meets it in
    // the middle.
    uint64_t wanted = random() % 60;
    char byte;
    while (wanted > 0 && read(ends[0], &byte, 1) == 1) {
      ++acknowledged;
      --wanted;
    }
    ASSERT_EQ(wanted, 0u) << "the writer has stopped by itself";
    ASSERT_EQ(kill(writer, SIGKILL), 0);
    int how = 0;
    ASSERT_EQ(waitpid(writer, &how, 0), writer);
    ASSERT_TRUE(WIFSIGNALED(how)) << "exit code " << WEXITSTATUS(how);
    while (read(ends[0], &byte, 1) == 1) ++acknowledged;
    close(ends[0]);
    const uint64_t last = check_database(folder, engine_seed + 1);
    EXPECT_GE(last, acknowledged);
    EXPECT_LE(last, acknowledged + 1);  // committed, and killed before it could say so
    acknowledged = last;
  }
  EXPECT_GT(acknowledged, 0u);
}

}  // namespace
}  // namespace flowdb
