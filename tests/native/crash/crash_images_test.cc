// Seeded workloads, crashed in every way of the crash model: for each activity of the engine a
// number of distinct images, of which every one must recover. See README.md for longer runs and the
// replay of a single image.
#include <gtest/gtest.h>

#include <chrono>

#include "crash/exploration.h"
#include "crash/run_options.h"
#include "crash/shapes.h"

namespace flowdb {
namespace {

class CrashImages : public testing::TestWithParam<size_t> {};

TEST_P(CrashImages, Recover) {
  const Activity activity = static_cast<Activity>(GetParam());
  Exploration exploration(workloads(shape_for(activity)));
  if (const auto name = replayed_state()) {
    EXPECT_EQ(exploration.replay(*name), "");
    return;
  }
  const size_t target = images_wanted() / kActivityNames.size();
  const auto begin = std::chrono::steady_clock::now();
  uint64_t seed = 0;
  // So many more workloads than are needed that only one that does not do its activity runs out.
  for (; exploration.distinct() < target && seed < 1000 + target; ++seed) {
    ASSERT_EQ(exploration.explore(seed, activity, Depth(), target), "");
  }
  const auto ms = std::chrono::duration_cast<std::chrono::milliseconds>(
      std::chrono::steady_clock::now() - begin);
  print_images(
      std::string(kActivityNames[GetParam()]), exploration.distinct(),
      " of " + std::to_string(seed) + " workloads in " + std::to_string(ms.count()) + " ms");
  EXPECT_GE(exploration.distinct(), target);
}

INSTANTIATE_TEST_SUITE_P(All, CrashImages, testing::Range(size_t{0}, kActivityNames.size()),
                         [](const testing::TestParamInfo<size_t>& activity) {
                           return std::string(kActivityNames[activity.param]);
                         });

}  // namespace
}  // namespace flowdb
