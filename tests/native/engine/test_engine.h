// What every engine test needs: options that are small enough to make tables soon, and repeatable randomness.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <random>
#include <string>

#include "engine/engine.h"

namespace flowdb {

inline EngineOptions test_options(uint64_t seed = 1) {
  EngineOptions options;
  auto random = std::make_shared<std::mt19937_64>(seed);
  options.random = [random] { return (*random)(); };
  options.now_us = [] { return int64_t{1'000'000}; };
  return options;
}

inline void expect_ok(const Status& status) { ASSERT_TRUE(status.is_ok()) << status.to_string(); }

}  // namespace flowdb
