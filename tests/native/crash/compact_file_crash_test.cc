// compact_file() under crashes and failing calls (compacted_life.h).
#include <gtest/gtest.h>

#include "crash/compacted_life.h"
#include "crash/run_options.h"

namespace flowdb {
namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr size_t kTornPlaces = 8;
constexpr uint64_t kPowerStates = 24;
#else
constexpr size_t kTornPlaces = 512;
constexpr uint64_t kPowerStates = 2000;
#endif

class CompactFile : public testing::TestWithParam<bool> {};

TEST_P(CompactFile, EveryCrashLeavesTheDatabaseWhole) {
  size_t images = 0;
  EXPECT_EQ(CompactedLife(GetParam()).crash(kTornPlaces, kPowerStates, images), "");
  print_images(GetParam() ? "copies, closed" : "copies, killed", images);
  EXPECT_GT(images, kPowerStates);
}

TEST_P(CompactFile, WhatIsFlushedBehindItStays) {
  EXPECT_EQ(CompactedLife(GetParam()).crash_behind(kPowerStates), "");
}

TEST_P(CompactFile, EveryCallThatFailsLeavesTheDatabaseWhole) {
  EXPECT_EQ(CompactedLife(GetParam()).fail(), "");
}

INSTANTIATE_TEST_SUITE_P(All, CompactFile, testing::Bool(), [](const auto& closed) {
  return std::string(closed.param ? "closed" : "killed");
});

}  // namespace
}  // namespace flowdb
