// Crashes in the midst of transactions on stores and indexes: each transaction is there whole, in
// all of them, or not at all.
#include <gtest/gtest.h>

#include <cstdlib>

#include "crash/document_life.h"
#include "crash/exploration.h"
#include "crash/failing_calls.h"
#include "crash/run_options.h"

namespace flowdb {
namespace {

constexpr int kSteps = 60;
constexpr int kFaultySteps = 24;
constexpr Depth kDepth = {8, 8, 12, 3};

// The clearing of a store was relaxed, and the one flush of the log before the commit that removed
// its tables did nothing.
TEST(Found, ARelaxedClearIsLostTogetherWithTheTablesThatWereRemovedByIt) {
  EXPECT_EQ(lose_a_clear(), "");
}

TEST(Found, NorWithWhatAFlushDroppedByIt) {
  EXPECT_EQ(lose_a_clear_behind_a_full_memtable(false), "");
}

TEST(Found, NorWithTheTablesThatAFlushRemovedByIt) {
  EXPECT_EQ(lose_a_clear_behind_a_full_memtable(true), "");
}

// Every call on the files fails once, in each way, or from that one on, with transactions on
// stores, indexes and large values.
class DocumentIoFailure : public testing::TestWithParam<std::tuple<uint64_t, bool>> {};

TEST_P(DocumentIoFailure, OfEveryCallIsOutlived) {
  const uint64_t seed = std::get<0>(GetParam());
  const bool for_good = std::get<1>(GetParam());
  int64_t calls = 0;
  const auto live = [&](const Fault& fault) {
    return std::make_unique<DocumentLife>(seed, kFaultySteps, fault);
  };
  EXPECT_EQ(outlive_failing_calls(for_good, live, calls), "");
  EXPECT_GT(calls, 200);
}

INSTANTIATE_TEST_SUITE_P(All, DocumentIoFailure,
                         testing::Combine(testing::Range(uint64_t{0}, uint64_t{2}),
                                          testing::Bool()));

class DocumentCrash : public testing::TestWithParam<uint64_t> {};

TEST_P(DocumentCrash, TransactionsAreWhole) {
  Exploration exploration(
      [](uint64_t seed) { return std::make_unique<DocumentLife>(seed, kSteps); });
  if (const auto name = replayed_state()) {
    EXPECT_EQ(exploration.replay(*name), "");
    return;
  }
  const size_t target = images_wanted() / 16;
  // Every process of the test has other seeds.
  uint64_t lives = 0;
  for (; exploration.distinct() < target; ++lives) {
    ASSERT_EQ(exploration.explore(GetParam() + 2 * lives, std::nullopt, kDepth, target), "");
  }
  print_images(GetParam() == 0 ? "documents, even seeds" : "documents, odd seeds",
               exploration.distinct(), " of " + std::to_string(lives) + " lives");
}

INSTANTIATE_TEST_SUITE_P(All, DocumentCrash, testing::Values(0, 1));

}  // namespace
}  // namespace flowdb
