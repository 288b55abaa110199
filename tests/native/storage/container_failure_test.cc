// A quota or an I/O error at every call: the committed state stays, in memory and in the file.
#include <gtest/gtest.h>

#include <functional>

#include "storage/failing_file.h"
#include "storage/stored_container.h"

namespace flowdb {
namespace {

struct Step {
  const char* name;
  std::function<Status(Container&)> run;
  Contents tables;       // after it
  std::string manifest;  // after it
};

// More than a TableWriter holds back.
const std::string kLarge(70'000, 'x');

// Adds a table that an earlier attempt may have finished already.
Status add_again(Container& container, uint32_t id, std::string_view bytes,
                 const std::vector<uint32_t>& removed, std::string manifest) {
  const Status status = write_table(container, id, bytes);
  if (!status.is_ok() && !status.is(StatusCode::invalid_argument)) return status;
  return container.apply({id}, removed, std::move(manifest));
}

const std::vector<Step>& steps() {
  static const std::vector<Step> kSteps = {
      {"epoch", [](Container& c) { return c.raise_epoch(); }, {}, ""},
      {"add", [](Container& c) { return add_again(c, 1, "one", {}, "m1"); }, {{1, "one"}}, "m1"},
      {"write", [](Container& c) { return c.write_sst(2, "two"); }, {{1, "one"}, {2, "two"}}, "m1"},
      {"replace",
       [](Container& c) { return c.write_sst(1, kLarge); },
       {{1, kLarge}, {2, "two"}},
       "m1"},
      {"delete", [](Container& c) { return c.delete_sst(2); }, {{1, kLarge}}, "m1"},
      {"checkpoint", [](Container& c) { return c.write_checkpoint(); }, {{1, kLarge}}, "m1"},
      {"exchange",
       [](Container& c) { return add_again(c, 3, kLarge + "3", {1}, "m2"); },
       {{3, kLarge + "3"}},
       "m2"},
      {"remove", [](Container& c) { return c.apply({}, {3}, "m3"); }, {}, "m3"},
  };
  return kSteps;
}

// Opens until it succeeds: an injected failure may hit the opening, which must then have changed
// nothing.
std::unique_ptr<Container> reopen(const Bytes& bytes, const std::shared_ptr<FailurePlan>& plan) {
  for (int attempt = 0; attempt < 2; ++attempt) {
    auto container = try_open(
        std::make_unique<FailingFile>(std::make_unique<MemoryFile>(bytes, "flow.db"), plan));
    if (container.is_ok()) return std::move(container).value();
    EXPECT_TRUE(plan->failed) << container.status().to_string();
  }
  return nullptr;
}

// Runs all steps with a failure at call `n`. Result: whether there was such a call.
bool run_with_failure_at(int n, FailurePlan::Leaves leaves, bool reopen_between) {
  const auto plan = std::make_shared<FailurePlan>();
  plan->calls_before_failure = n;
  plan->write_leaves = leaves;
  const Bytes bytes = no_bytes();
  auto container = reopen(bytes, plan);
  Contents tables;
  std::string manifest;
  for (const Step& step : steps()) {
    SCOPED_TRACE(std::string(step.name) + ", failure at call " + std::to_string(n));
    if (container == nullptr) return false;
    if (reopen_between) container = reopen(bytes, plan);
    const Status status = step.run(*container);
    if (!status.is_ok()) {
      EXPECT_TRUE(plan->failed) << status.to_string();
      // In memory: as before.
      EXPECT_EQ(contents(*container), tables);
      EXPECT_EQ(container->manifest(), manifest);
      // In the file: as before, or as after it when that is not known.
      const auto stored = open(copy_of(bytes));
      const bool before = contents(*stored) == tables && stored->manifest() == manifest;
      const bool after = contents(*stored) == step.tables && stored->manifest() == step.manifest;
      if (container->can_write()) {
        EXPECT_TRUE(before);
      } else {
        EXPECT_TRUE(before || after);
        EXPECT_TRUE(step.run(*container).is(StatusCode::closed));
        container = reopen(bytes, plan);
      }
      // What has failed can be done again.
      if (before) {
        const Status again = step.run(*container);
        EXPECT_TRUE(again.is_ok()) << again.to_string();
      }
    }
    tables = step.tables;
    manifest = step.manifest;
    plan->paused = true;
    EXPECT_EQ(contents(*container), tables);
    EXPECT_EQ(container->manifest(), manifest);
    plan->paused = false;
  }
  EXPECT_EQ(contents(*open(bytes)), tables);
  return plan->failed;
}

class ContainerFailure : public testing::TestWithParam<std::tuple<FailurePlan::Leaves, bool>> {};

TEST_P(ContainerFailure, AtEveryCallLeavesTheCommittedState) {
  const auto [leaves, reopen_between] = GetParam();
  int n = 0;
  while (run_with_failure_at(n, leaves, reopen_between)) {
    ASSERT_FALSE(HasFailure()) << "at call " << n;
    ++n;
  }
  EXPECT_GT(n, 60);
}

INSTANTIATE_TEST_SUITE_P(All, ContainerFailure,
                         testing::Combine(testing::Values(FailurePlan::Leaves::nothing,
                                                          FailurePlan::Leaves::half,
                                                          FailurePlan::Leaves::all),
                                          testing::Bool()));

TEST(ContainerFailure, ATableThatDoesNotFitLeavesItsRoom) {
  const Bytes bytes = no_bytes();
  const auto plan = std::make_shared<FailurePlan>();
  plan->calls_before_failure = 1000;
  plan->write_leaves = FailurePlan::Leaves::half;
  const auto container = reopen(bytes, plan);
  ASSERT_OK(container->write_sst(1, "one"));
  const std::string before = *bytes;
  {
    auto writer = container->begin_table(2);
    ASSERT_TRUE(writer.is_ok());
    ASSERT_OK(writer.value()->append(kLarge));
    plan->calls_before_failure = 0;
    EXPECT_TRUE(writer.value()->append(kLarge).is(StatusCode::quota_exceeded));
  }
  EXPECT_EQ(*bytes, before);
  EXPECT_TRUE(container->can_write());
  ASSERT_OK(container->write_sst(2, "small"));
  EXPECT_EQ(contents(*open(bytes)), (Contents{{1, "one"}, {2, "small"}}));
}

TEST(ContainerFailure, AFailedFlushIsFinal) {
  const Bytes bytes = no_bytes();
  const auto plan = std::make_shared<FailurePlan>();
  plan->calls_before_failure = 1000;
  const auto container = reopen(bytes, plan);
  ASSERT_OK(container->write_sst(1, "one"));
  plan->calls_before_failure = 0;
  EXPECT_TRUE(container->sync().is(StatusCode::io_error));
  EXPECT_FALSE(container->can_write());
  for (const Status& status :
       {container->sync(), container->write_sst(2, "two"), container->delete_sst(1),
        container->write_checkpoint(), container->apply({}, {}, ""), container->raise_epoch(),
        container->mark_deleted(), container->begin_table(2).status()}) {
    EXPECT_TRUE(status.is(StatusCode::closed)) << status.to_string();
  }
  EXPECT_EQ(contents(*container), (Contents{{1, "one"}}));
}

// It ends the commit that somebody else has begun, who does not learn of it: when it fails behind
// that, nothing may be committed any more.
TEST(ContainerFailure, ADeletionNeverHidesThatACommitIsOver) {
  int refused = 0;
  for (int steps = 0; steps < 5; ++steps) {
    for (int n = 0, hit = 1; hit != 0; ++n) {
      const Bytes bytes = no_bytes();
      const auto plan = std::make_shared<FailurePlan>();
      plan->paused = true;
      const auto container = reopen(bytes, plan);
      ASSERT_OK(add_table(*container, 1, "one", {}, "m1"));
      ASSERT_OK(write_table(*container, 2, "two"));
      ASSERT_OK(container->begin_apply({2}, {1}, "m2"));
      for (int step = 0; step < steps; ++step) ASSERT_OK(container->advance().status());
      plan->calls_before_failure = n;
      plan->paused = false;
      const Status status = container->mark_deleted();
      hit = plan->failed ? 1 : 0;
      plan->paused = true;
      if (status.is_ok()) continue;
      const bool is_over = container->manifest() == "m2";
      EXPECT_FALSE(is_over && container->can_write()) << steps << " steps, call " << n;
      if (is_over) ++refused;
      const auto again = open(bytes);
      ASSERT_NE(again, nullptr);
      if (is_over) {
        EXPECT_EQ(contents(*again), (Contents{{2, "two"}}));
      }
    }
  }
  EXPECT_GT(refused, 0);
}

TEST(ContainerFailure, AtEveryCallOfACopyLeavesNoContainer) {
  const Bytes bytes = no_bytes();
  const auto container = open(bytes);
  ASSERT_OK(add_table(*container, 1, kLarge, {}, "m"));
  for (int n = 0;; ++n) {
    const auto plan = std::make_shared<FailurePlan>();
    plan->calls_before_failure = n;
    plan->then_all_fail = true;
    const Bytes copied = no_bytes();
    FailingFile target(std::make_unique<MemoryFile>(copied, "flow.db"), plan);
    const Status status = container->copy_to(target);
    if (!plan->failed) {
      ASSERT_OK(status);
      EXPECT_EQ(contents(*open(copied)), (Contents{{1, kLarge}}));
      break;
    }
    EXPECT_FALSE(status.is_ok());
    const bool header_written = copied->substr(0, 8) == "FLOWDB01";
    if (header_written) {
      EXPECT_EQ(contents(*open(copied)), (Contents{{1, kLarge}}));
    } else if (!copied->empty()) {
      EXPECT_TRUE(try_open(copied).status().is(StatusCode::corruption));
    }
  }
}

}  // namespace
}  // namespace flowdb
