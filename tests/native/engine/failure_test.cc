// A full quota or an I/O error at any call of any file: nothing acknowledged is lost, nothing
// refused comes back, and the database goes on. Where the failure leaves unknown what is stored, it
// says that it is read-only, and the commit that failed is there at the next open or is not.
#include <gtest/gtest.h>

#include <map>

#include "engine/test_engine.h"
#include "storage/failing_file.h"

namespace flowdb {
namespace {

using Leaves = FailurePlan::Leaves;
using Model = std::map<std::string, std::string>;

class FailureRun {
 public:
  explicit FailureRun(const FailurePlan& plan) : plan_(std::make_shared<FailurePlan>(plan)) {}

  // Result: whether the failure has happened.
  bool run() {
    auto opened = Engine::open(
        std::make_unique<FailingFile>(std::make_unique<MemoryFile>(stored_.container, "flow.db"),
                                      plan_),
        std::make_unique<FailingFile>(std::make_unique<MemoryFile>(stored_.log, "flow.wal"), plan_),
        tiny_options());
    if (opened.is_ok()) {
      engine_ = std::move(opened).value();
      work();
      engine_.reset();
    } else {
      EXPECT_TRUE(plan_->failed) << opened.status().to_string();
    }
    check_reopened();
    return plan_->failed;
  }

 private:
  // Commits of every kind. After the one that fails, those that follow show whether the database
  // still works.
  void work() {
    for (uint64_t n = 1; n <= 60; ++n) {
      WriteBatch batch;
      Model next = model_;
      for (uint64_t i = 0; i < 4; ++i) {
        const std::string key = "key" + std::to_string((n * 7 + i * 3) % 30);
        if ((n + i) % 5 == 0) {
          batch.remove(key);
          next.erase(key);
        } else {
          const std::string value = std::to_string(n) + std::string(n % 9 * 100, 'v');
          batch.put(key, value);
          next[key] = value;
        }
      }
      if (n % 25 == 0) {
        batch.put("big", std::string(30'000, 'B'));
        next["big"] = std::string(30'000, 'B');
      }
      const Status status =
          engine_->write(batch, n % 3 == 0 ? Durability::strict : Durability::relaxed);
      if (status.is_ok()) {
        model_ = next;
      } else {
        EXPECT_TRUE(plan_->failed) << status.to_string();
        if (!status.is(StatusCode::closed)) failed_ = next;
      }
      if (n % 8 == 0) check_call(engine_->maintain(10).status());
      if (n % 20 == 0) check_call(engine_->flush());
      if (n == 50) check_call(engine_->compact_all());
      check_content(*engine_);
    }
    plan_->paused = true;
    read_only_ = engine_->flush().is(StatusCode::closed);
    plan_->paused = false;
    check_call(engine_->close());
  }

  void check_call(const Status& status) {
    EXPECT_TRUE(status.is_ok() || plan_->failed) << status.to_string();
  }

  // What is committed is read, whatever failed before; a read that fails itself says so.
  void check_content(Engine& engine) {
    plan_->paused = true;
    EXPECT_TRUE(content_of(engine) == model_);
    plan_->paused = false;
  }

  static Model content_of(Engine& engine) {
    Model content;
    auto iterator = engine.new_iterator({});
    for (iterator->seek_to_first(); iterator->valid(); iterator->next()) {
      content[std::string(iterator->key())] = iterator->value();
    }
    expect_ok(iterator->status());
    return content;
  }

  void check_reopened() {
    auto engine = stored_.open(tiny_options());
    ASSERT_NE(engine, nullptr);
    const Model content = content_of(*engine);
    EXPECT_TRUE(content == model_ || (read_only_ && content == failed_));
    WriteBatch batch;
    batch.put("after", "all");
    expect_ok(engine->write(batch, Durability::strict));
    expect_ok(engine->close());
  }

  std::shared_ptr<FailurePlan> plan_;
  StoredDatabase stored_;
  std::unique_ptr<Engine> engine_;
  Model model_;
  Model failed_;  // what it would be with the commit that failed
  bool read_only_ = false;
};

class FailureTest : public testing::TestWithParam<Leaves> {};

TEST_P(FailureTest, OneCallFails) {
  FailurePlan plan;
  plan.write_leaves = GetParam();
  for (int calls = 0;; ++calls) {
    SCOPED_TRACE("call " + std::to_string(calls));
    plan.calls_before_failure = calls;
    if (!FailureRun(plan).run() || HasFailure()) break;
  }
}

TEST_P(FailureTest, AllCallsFailFromOneOn) {
  FailurePlan plan;
  plan.write_leaves = GetParam();
  plan.then_all_fail = true;
  for (int calls = 0;; ++calls) {
    SCOPED_TRACE("call " + std::to_string(calls));
    plan.calls_before_failure = calls;
    if (!FailureRun(plan).run() || HasFailure()) break;
  }
}

INSTANTIATE_TEST_SUITE_P(Leaves, FailureTest,
                         testing::Values(Leaves::nothing, Leaves::half, Leaves::all));

// Tables that follow each other only have to be moved; a quota that is full then is not the write's.
TEST(FailureTest, AWriteDoesNotWaitForAMoveThatFails) {
  FailurePlan failure;
  failure.then_all_fail = true;
  failure.paused = true;
  const auto plan = std::make_shared<FailurePlan>(failure);
  const StoredDatabase stored;
  EngineOptions options = tiny_options();
  options.compression = Compression::none;
  auto opened = Engine::open(
      std::make_unique<FailingFile>(std::make_unique<MemoryFile>(stored.container, "flow.db"), plan),
      std::make_unique<MemoryFile>(stored.log, "flow.wal"), options);
  ASSERT_TRUE(opened.is_ok()) << opened.status().to_string();
  Engine& engine = *opened.value();
  const std::string value(9000, 'v');
  WriteBatch batch;
  for (const char* key : {"a", "b", "c"}) {
    batch.clear();
    batch.put(key, value);
    expect_ok(engine.write(batch, Durability::relaxed));
    expect_ok(engine.flush());
  }
  plan->paused = false;
  batch.clear();
  batch.put("d", value);
  expect_ok(engine.write(batch, Durability::relaxed));
  EXPECT_TRUE(plan->failed);
  plan->paused = true;
  expect_ok(engine.maintain(1'000'000).status());
  std::string found;
  for (const char* key : {"a", "b", "c", "d"}) {
    expect_ok(engine.get(key, {}, found));
    EXPECT_EQ(found, value);
  }
}

}  // namespace
}  // namespace flowdb
