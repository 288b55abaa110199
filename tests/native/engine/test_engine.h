// What every engine test needs: options that make small tables soon, repeatable randomness, and a
// database in memory that can be opened again.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>

#include "engine/engine.h"
#include "storage/memory_file.h"
#include "storage/tables_in_files.h"

namespace flowdb {

// What a DropFilter says for which the keys from `begin` on, below `end`, are dead.
inline KeyFate fate_of(std::string_view key, std::string_view begin, std::string_view end) {
  if (key < begin) return {false, std::string(begin)};
  if (key < end) return {true, std::string(end)};
  return {};
}

inline EngineOptions test_options(uint64_t seed = 1) {
  EngineOptions options;
  auto random = std::make_shared<std::mt19937_64>(seed);
  options.random = [random] { return (*random)(); };
  options.now_us = [] { return int64_t{1'000'000}; };
  return options;
}

// Everything as small as it can be, so that a few hundred records flush, switch extents and
// compact.
inline EngineOptions tiny_options(uint64_t seed = 1) {
  EngineOptions options = test_options(seed);
  options.memtable_bytes_max = 16 << 10;
  options.block_bytes = 512;
  options.table_bytes_max = 8 << 10;
  options.block_cache_bytes = 64 << 10;
  options.level0_tables_max = 2;
  options.level1_bytes_max = 16 << 10;
  options.log_extent_bytes_min = 4 << 10;
  options.log_extent_bytes_max = 16 << 10;
  return options;
}

inline void expect_ok(const Status& status) { ASSERT_TRUE(status.is_ok()) << status.to_string(); }

// A database in memory: the two files, or the log and the directories (tables_in_files.h).
struct StoredDatabase {
  std::shared_ptr<std::string> container = std::make_shared<std::string>();
  std::shared_ptr<std::string> log = std::make_shared<std::string>();
  StoredDirectories directories = {};

  Result<std::unique_ptr<Engine>> try_open(EngineOptions options = test_options()) const {
    if (tables_in_files()) return directories.open(log, std::move(options));
    return Engine::open(std::make_unique<MemoryFile>(container, "flow.db"),
                        std::make_unique<MemoryFile>(log, "flow.wal"), std::move(options));
  }
  std::unique_ptr<Engine> open(EngineOptions options = test_options()) const {
    auto opened = try_open(std::move(options));
    EXPECT_TRUE(opened.is_ok()) << opened.status().to_string();
    return opened.is_ok() ? std::move(opened).value() : nullptr;
  }
  // As it would be found if the process ended now.
  StoredDatabase copy() const {
    return {std::make_shared<std::string>(*container), std::make_shared<std::string>(*log),
            directories.copy()};
  }
};

}  // namespace flowdb
