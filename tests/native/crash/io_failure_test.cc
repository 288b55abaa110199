// Every call on the files fails once, in each way in which it can: over opening, commits, flushes,
// compactions, closing and recovery. The database stays usable or says that it is closed; what it
// refused never comes back, what it acknowledged stays, and the next opening finds both so.
#include <gtest/gtest.h>

#include "crash/failing_calls.h"
#include "crash/workload.h"

namespace flowdb {
namespace {

Shape short_life() {
  Shape shape;
  shape.flush = shape.maintain = 4;
  shape.compact = shape.reopen = shape.kill = 2;
  shape.steps = 60;
  return shape;
}

// Seed, and whether every call fails from that one on.
class IoFailure : public testing::TestWithParam<std::tuple<uint64_t, bool>> {};

TEST_P(IoFailure, OfEveryCallIsOutlived) {
  const uint64_t seed = std::get<0>(GetParam());
  const bool for_good = std::get<1>(GetParam());
  int64_t calls = 0;
  const auto live = [&](const Fault& fault) {
    return std::make_unique<Workload>(short_life(), seed, fault);
  };
  EXPECT_EQ(outlive_failing_calls(for_good, live, calls), "");
  EXPECT_GT(calls, 200);
}

INSTANTIATE_TEST_SUITE_P(All, IoFailure,
                         testing::Combine(testing::Range(uint64_t{0}, uint64_t{4}),
                                          testing::Bool()));

}  // namespace
}  // namespace flowdb
