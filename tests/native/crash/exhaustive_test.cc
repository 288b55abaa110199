// Short workloads, crashed at every event with the last write torn at every byte, and without power
// with every subset of the sectors that were pending, as long as these are not too many.
#include <gtest/gtest.h>

#include "crash/exploration.h"
#include "crash/run_options.h"
#include "crash/shapes.h"

namespace flowdb {
namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr Depth kEverything = {256, 64, 64};
#else
constexpr Depth kEverything = {SIZE_MAX, 1024, 256};
#endif

class Exhaustive : public testing::TestWithParam<uint64_t> {};

TEST_P(Exhaustive, EveryStateOfAShortLifeRecovers) {
  Shape shape;
  shape.commit = 4;
  shape.flush = shape.maintain = shape.compact = 1;
  shape.steps = 7;
  Exploration exploration(workloads(shape));
  EXPECT_EQ(exploration.explore(GetParam(), std::nullopt, kEverything, SIZE_MAX), "");
  print_images("short life " + std::to_string(GetParam()), exploration.distinct());
}

INSTANTIATE_TEST_SUITE_P(All, Exhaustive, testing::Range(uint64_t{0}, uint64_t{4}));

}  // namespace
}  // namespace flowdb
