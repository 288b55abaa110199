// Every call on the files fails once, in each way in which it can: over opening, commits, flushes,
// compactions, closing and recovery. The database stays usable or says that it is closed; what it
// refused never comes back, what it acknowledged stays, and the next opening finds both so.
#include <gtest/gtest.h>

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
  const auto [seed, for_good] = GetParam();
  Fault fault;
  fault.for_good = for_good;
  for (fault.call = 0;; ++fault.call) {
    fault.outcome = Fault::Outcome::error;
    const Workload workload(short_life(), seed, fault);
    ASSERT_EQ(workload.problem(), "") << "call " << fault.call;
    if (!workload.was_hit()) break;
    if (!workload.write_was_hit()) continue;
    for (const Fault::Outcome outcome : {Fault::Outcome::short_count, Fault::Outcome::no_space,
                                         Fault::Outcome::zero, Fault::Outcome::error_behind}) {
      fault.outcome = outcome;
      ASSERT_EQ(Workload(short_life(), seed, fault).problem(), "")
          << "call " << fault.call << ", outcome " << static_cast<int>(outcome);
    }
  }
  EXPECT_GT(fault.call, 200);
}

INSTANTIATE_TEST_SUITE_P(All, IoFailure,
                         testing::Combine(testing::Range(uint64_t{0}, uint64_t{4}),
                                          testing::Bool()));

}  // namespace
}  // namespace flowdb
