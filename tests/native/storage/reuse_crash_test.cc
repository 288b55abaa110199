// The reuse of regions and the truncation of the file's end against the crash model: the process
// killed at any call, the power failing with any sectors lost, flushes that do nothing. After each
// the state before or after the step in progress is found, and the file is framed up to its
// committed end.
#include <gtest/gtest.h>

#include "storage/crash_recorder.h"
#include "storage/failing_file.h"
#include "storage/framing.h"
#include "storage/stored_container.h"

namespace flowdb {
namespace {

class ReuseCrash : public testing::Test {
 protected:
  void SetUp() override {
    reopen();
    whole_step(add_table(*container_, 1, deceptive_bytes(70'000, 1), {}, "m1"));
    whole_step(add_table(*container_, 2, deceptive_bytes(3000, 2), {}, "m2"));
    whole_step(add_table(*container_, 3, deceptive_bytes(66'000, 3), {1}, "m3"));
    whole_step(container_->reclaim());  // the room of table 1 becomes free
    whole_step(write_table(*container_, 4, deceptive_bytes(2000, 4)));
    whole_step(write_table(*container_, 5, deceptive_bytes(1500, 5)));
    ASSERT_TRUE(container_->regions_reused());
    const uint64_t size_before = bytes_->size();
    whole_step(container_->apply({4, 5}, {3}, "m4"));  // the checkpoint in the middle, too
    whole_step(write_table(*container_, 6, deceptive_bytes(1200, 6)));
    whole_step(container_->apply({}, {4}, "m5"));  // table 6 goes on waiting
    container_->discard_table(6);
    whole_step(add_table(*container_, 7, deceptive_bytes(900, 7), {5}, "m6"));
    for (int i = 0; container_->reclaimable_bytes() > 0 && i < 4; ++i) {
      whole_step(container_->reclaim());
    }
    EXPECT_LT(bytes_->size(), size_before - 66'000);  // cut off
    {
      // More than its region takes, so that it moves to the end, and is given up there.
      auto writer = container_->begin_table(8, 100);
      step(writer.status());
      step(writer.value()->append(deceptive_bytes(67'000, 8)));
    }
    reopen();
    whole_step(container_->write_sst(9, deceptive_bytes(700, 9)));
    whole_step(container_->delete_sst(2));
    whole_step(add_table(*container_, 10, deceptive_bytes(800, 10), {7, 9}, "m7"));
    whole_step(container_->reclaim());
    whole_step(container_->write_checkpoint());
    ASSERT_GT(calls_->size(), 100u);
  }

  void step(const Status& status) {
    ASSERT_TRUE(status.is_ok()) << status.to_string();
    ends_.push_back(calls_->size());
    states_.push_back(state_of(*container_));
  }

  // The same, after which no table is being written.
  void whole_step(const Status& status) {
    step(status);
    ASSERT_TRUE(is_framed_to_its_end(*bytes_));
  }

  void reopen() {
    container_.reset();
    auto opened = try_open(std::make_unique<RecordingFile>(bytes_, calls_, "flow.db"));
    ASSERT_TRUE(opened.is_ok()) << opened.status().to_string();
    container_ = std::move(opened).value();
    step(container_->raise_epoch());
  }

  // The step in progress at call `count`, or the one that ended with it.
  void expect_allowed(const std::string& image, size_t count, const std::string& what) {
    ++images_;
    size_t step = 0;
    while (step + 1 < ends_.size() && ends_[step] < count) ++step;
    const uint64_t end = committed_end(image);
    ASSERT_TRUE(end == 0 || framed_up_to(image, end) == end)
        << what << ": framed up to " << framed_up_to(image, end) << " of " << end;
    const Bytes bytes = std::make_shared<std::string>(image);
    const auto opened = try_open(bytes);
    ASSERT_TRUE(opened.is_ok()) << what << ": " << opened.status().to_string();
    Container& container = *opened.value();
    const StoredState found = state_of(container);
    const bool after = found == states_[step];
    const bool before = found == (step == 0 ? StoredState() : states_[step - 1]);
    ASSERT_TRUE(after || (before && ends_[step] != count))
        << what << ", step " << step << ", manifest " << found.manifest;
    // What was recovered stays when it is written on, in regions that are free now, too.
    ASSERT_OK(container.raise_epoch());
    StoredState expected = found;
    expected.manifest = "new";
    for (uint32_t id = 90; id < 92; ++id) {
      expected.tables[id] = deceptive_bytes(4000, id);
      ASSERT_OK(add_table(container, id, expected.tables[id], {}, "new"));
    }
    ASSERT_EQ(framed_up_to(*bytes, bytes->size()), bytes->size()) << what;
    ASSERT_TRUE(state_of(container) == expected) << what;
    ASSERT_TRUE(state_of(*open(bytes)) == expected) << what;
  }

  void try_powerless(const std::function<bool(size_t)>& flush_works, const std::string& what) {
    for (size_t count = 0; count <= calls_->size() && !HasFatalFailure(); ++count) {
      powerless_images(std::string(), *calls_, count, flush_works, count, 12,
                       [&](const std::string& image) {
                         if (HasFatalFailure()) return;
                         expect_allowed(image, count, what + " at call " + std::to_string(count));
                       });
    }
  }

  Bytes bytes_ = no_bytes();
  std::shared_ptr<FileCalls> calls_ = std::make_shared<FileCalls>();
  std::unique_ptr<Container> container_;
  std::vector<size_t> ends_;         // calls made when step i was acknowledged
  std::vector<StoredState> states_;  // after step i
  int images_ = 0;
};

TEST_F(ReuseCrash, TheProcessIsKilled) {
  for (size_t count = 0; count <= calls_->size() && !HasFatalFailure(); ++count) {
    int image_of_call = 0;
    killed_images(std::string(), *calls_, count, [&](const std::string& image) {
      // A long write is torn at some of its bytes.
      const bool long_write = count > 0 && (*calls_)[count - 1].bytes.size() > 10'000;
      if (HasFatalFailure() || (long_write && image_of_call++ % 61 != 0)) return;
      expect_allowed(image, count, "killed at call " + std::to_string(count));
    });
  }
  EXPECT_GT(images_, 5000);
}

TEST_F(ReuseCrash, ThePowerFails) {
  try_powerless([](size_t) { return true; }, "power lost");
  EXPECT_GT(images_, 5000);
}

TEST_F(ReuseCrash, ThePowerFailsAndEverySecondFlushHadDoneNothing) {
  std::vector<size_t> number(calls_->size(), 0);  // of each flush
  size_t flushes = 0;
  for (size_t i = 0; i < number.size(); ++i) {
    if ((*calls_)[i].kind == FileCall::Kind::sync) number[i] = flushes++;
  }
  for (size_t parity = 0; parity < 2; ++parity) {
    try_powerless([&](size_t i) { return number[i] % 2 == parity; },
                  "power lost, parity " + std::to_string(parity));
  }
}

// A free region in front of what is live.
Status make_free_region(Container& container) {
  FLOWDB_RETURN_IF_ERROR(add_table(container, 1, deceptive_bytes(200'000, 1), {}, "m1"));
  FLOWDB_RETURN_IF_ERROR(add_table(container, 2, deceptive_bytes(3000, 2), {1}, "m2"));
  return container.reclaim();
}

// The checkpoint of the failed one has taken the front of a region, and the other may take what is
// left of it, which is framed behind the first one's header, and not durably.
TEST(ReuseFailure, ACommitBehindAFailedOneLeavesTheFileFramed) {
  const auto plan = std::make_shared<FailurePlan>();
  int n = 0;
  do {
    const Bytes bytes = no_bytes();
    const auto calls = std::make_shared<FileCalls>();
    *plan = {};
    plan->paused = true;
    auto opened = try_open(std::make_unique<FailingFile>(
        std::make_unique<RecordingFile>(bytes, calls, "flow.db"), plan));
    ASSERT_TRUE(opened.is_ok()) << opened.status().to_string();
    Container& container = *opened.value();
    ASSERT_OK(make_free_region(container));
    *plan = {};
    plan->calls_before_failure = n;
    const size_t first = calls->size();
    const Status status = container.apply({}, {}, "m3");
    EXPECT_TRUE(status.is_ok() || plan->failed) << status.to_string();
    ASSERT_TRUE(container.regions_reused());
    plan->paused = true;
    if (container.can_write()) ASSERT_OK(container.apply({}, {}, "m4"));
    const auto both_work = [](size_t) { return true; };
    for (size_t count = first; count <= calls->size(); ++count) {
      powerless_images({}, *calls, count, both_work, count, 12, [&](const std::string& image) {
        const uint64_t end = committed_end(image);
        EXPECT_TRUE(end == 0 || framed_up_to(image, end) == end)
            << "failure at call " << n << ", crash at call " << count << ": framed up to "
            << framed_up_to(image, end) << " of " << end;
      });
    }
  } while (plan->failed && ++n < 1000 && !HasFailure());
  EXPECT_GT(n, 8);
}

// The record is there by then; the next superblock would take it in.
TEST(ReuseFailure, ARefusedTableComesToCountWithNoLaterCall) {
  const auto remove = [](Container& c) { return c.delete_sst(2); };
  const auto write = [](Container& c) { return c.write_sst(3, "three"); };
  for (const std::function<Status(Container&)>& change :
       {std::function<Status(Container&)>(remove), std::function<Status(Container&)>(write)}) {
    const auto plan = std::make_shared<FailurePlan>();
    int n = 0;
    do {
      const Bytes bytes = no_bytes();
      {
        const auto container = open(bytes);
        ASSERT_OK(make_free_region(*container));
        ASSERT_OK(container->apply({}, {}, "m3"));
        ASSERT_TRUE(container->regions_reused());
      }
      *plan = {};
      plan->paused = true;
      auto opened = try_open(
          std::make_unique<FailingFile>(std::make_unique<MemoryFile>(bytes, "flow.db"), plan));
      ASSERT_TRUE(opened.is_ok()) << opened.status().to_string();
      Container& container = *opened.value();
      *plan = {};
      plan->calls_before_failure = n;
      const Status status = change(container);
      plan->paused = true;
      EXPECT_TRUE(status.is_ok() || plan->failed) << status.to_string();
      EXPECT_EQ(container.raise_epoch().is_ok(), container.can_write());
      if (status.is_ok() || container.can_write()) {
        EXPECT_EQ(contents(*open(bytes)), contents(container)) << "failure at call " << n;
      }
    } while (plan->failed && ++n < 1000 && !HasFailure());
    EXPECT_GT(n, 8);
  }
}

}  // namespace
}  // namespace flowdb
