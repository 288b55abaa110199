// The order of a log's writes against the crash model. Whatever is lost, what is found is a prefix
// of what was appended; killed, nothing acknowledged is missing, and without power nothing that was
// flushed.
#include <gtest/gtest.h>

#include "storage/crash_recorder.h"
#include "storage/failing_file.h"
#include "wal/stored_log.h"

namespace flowdb {
namespace {

constexpr LogPosition kStart{1, 2, 4096, 4096 + 8192};

// What a step has made true, from the call on that it ended with.
struct Mark {
  size_t calls;
  uint64_t written;  // the last sequence number acknowledged
  uint64_t flushed;  // of these, the last one flushed
  LogPosition from;  // the position of the durable checkpoint
  uint64_t covered;  // the last sequence number that it covers
};

class LogCrash : public testing::Test {
 protected:
  // Several openings with relaxed and strict commits, changes of extents with a checkpoint some
  // commits later, and a clean close in the middle.
  void SetUp() override {
    marks.push_back({0, 0, 0, kStart, 0});
    for (uint64_t opening = 1; opening <= 4; ++opening) {
      open(opening);
      for (int i = 0; i < 3; ++i) write(1, false);
      write(3, true);
      const LogPosition position = change_extent();
      const uint64_t covered = marks.back().written;
      write(1, false);
      if (opening % 2 == 0) checkpoint(position, covered);
      write(2, true);
      // Several changes of extents in one opening: with checkpoints, so that rooms are used again,
      // and without.
      for (int i = 0; i < 3 && opening >= 3; ++i) {
        const LogPosition next = change_extent();
        const uint64_t before = marks.back().written;
        write(2, i == 1);
        if (opening == 4) checkpoint(next, before);
        write(1, false);
      }
      if (opening == 3) close();
    }
    open(9);
    write(1, true);
    ASSERT_GT(calls->size(), 60u);
  }

  void open(uint64_t seed) {
    log.reset();
    LogOptions options = test_log_options();
    options.random = [seed]() mutable { return seed += 0x9e3779b97f4a7c15; };
    const Mark& mark = marks.back();
    auto opened = Log::open(std::make_unique<RecordingFile>(bytes, calls, "flow.wal"), kTestId,
                            &mark.from, options);
    ASSERT_TRUE(opened.is_ok()) << opened.status().to_string();
    log = std::move(opened).value();
    FoundBatches found;
    ASSERT_OK(recover(*log, mark.covered, found));
  }

  void write(size_t count, bool sync) {
    std::vector<LogBatch> batches;
    Mark mark = marks.back();
    for (size_t i = 0; i < count; ++i) {
      ++mark.written;
      appended.push_back({mark.written, "batch " + std::string(mark.written * 7 % 700, 'b')});
    }
    for (size_t i = appended.size() - count; i < appended.size(); ++i) {
      batches.push_back({appended[i].sequence, appended[i].payload});
    }
    ASSERT_OK(log->append(batches, sync));
    if (sync) mark.flushed = mark.written;
    mark.calls = calls->size();
    marks.push_back(mark);
  }

  LogPosition change_extent() {
    EXPECT_TRUE(log->switch_extent(0, false).is_ok());
    return log->position();
  }

  // From here on recovery begins at `position`. What was written before it is durable in tables.
  void checkpoint(const LogPosition& position, uint64_t covered) {
    Mark mark = marks.back();
    mark.from = position;
    mark.covered = covered;
    mark.flushed = std::max(mark.flushed, covered);
    mark.calls = calls->size();
    marks.push_back(mark);
    log->release_before(position);
  }

  void close() {
    checkpoint(log->reset_position(), marks.back().written);
    ASSERT_OK(log->truncate());
  }

  // Checks what is found in `image` from the position of each checkpoint that may be the newest
  // one.
  void check(const std::string& image, size_t count, bool killed, bool flushes_work) {
    size_t last = 0;
    while (last + 1 < marks.size() && marks[last + 1].calls <= count) ++last;
    const Mark& acknowledged = marks[last];
    const auto file = std::make_shared<std::string>(image);
    const FoundBatches found = batches_in(file, &acknowledged.from, acknowledged.covered);
    const uint64_t end = acknowledged.covered + found.size();
    for (size_t i = 0; i < found.size(); ++i) {
      ASSERT_TRUE(found[i] == appended[static_cast<size_t>(acknowledged.covered) + i]);
    }
    if (killed) {
      ASSERT_GE(end, acknowledged.written);
    } else if (flushes_work) {
      ASSERT_GE(end, acknowledged.flushed);
    }
    // The log goes on, and a second crash changes nothing of what was found.
    ASSERT_OK(append(*open_log(file, &acknowledged.from, acknowledged.covered, 1000 + count),
                     end + 1, "new"));
    const FoundBatches again = batches_in(file, &acknowledged.from, acknowledged.covered);
    ASSERT_EQ(again.size(), found.size() + 1);
    ASSERT_TRUE(again.back() == (FoundBatch{end + 1, "new"}));
  }

  Bytes bytes = no_bytes();
  std::shared_ptr<FileCalls> calls = std::make_shared<FileCalls>();
  std::unique_ptr<Log> log;
  FoundBatches appended;
  std::vector<Mark> marks;
};

TEST_F(LogCrash, TheProcessIsKilled) {
  for (size_t count = 0; count <= calls->size(); ++count) {
    SCOPED_TRACE("killed at call " + std::to_string(count));
    killed_images("", *calls, count, [&](const std::string& image) {
      if (!HasFailure()) check(image, count == 0 ? 0 : count - 1, true, true);
    });
    if (HasFailure()) return;
  }
}

TEST_F(LogCrash, ThePowerFails) {
  for (size_t count = 0; count <= calls->size(); ++count) {
    SCOPED_TRACE("power lost at call " + std::to_string(count));
    powerless_images(
        "", *calls, count, [](size_t) { return true; }, count, 60,
        [&](const std::string& image) {
          if (!HasFailure()) check(image, count, false, true);
        });
    if (HasFailure()) return;
  }
}

TEST_F(LogCrash, ThePowerFailsAndEverySecondFlushHadDoneNothing) {
  std::vector<size_t> number(calls->size(), 0);  // of each flush
  size_t flushes = 0;
  for (size_t i = 0; i < number.size(); ++i) {
    if ((*calls)[i].kind == FileCall::Kind::sync) number[i] = flushes++;
  }
  for (size_t parity = 0; parity < 2; ++parity) {
    const auto works = [&](size_t i) { return number[i] % 2 == parity; };
    for (size_t count = 0; count <= calls->size(); ++count) {
      SCOPED_TRACE("power lost at call " + std::to_string(count));
      powerless_images("", *calls, count, works, count, 60, [&](const std::string& image) {
        if (!HasFailure()) check(image, count, false, false);
      });
      if (HasFailure()) return;
    }
  }
}

TEST(LogCrashAfterFailure, WhatWasReportedAsFailedDoesNotComeBackWithoutPower) {
  const Bytes bytes = no_bytes();
  const auto calls = std::make_shared<FileCalls>();
  const auto plan = std::make_shared<FailurePlan>();
  plan->calls_before_failure = 1000;
  plan->write_leaves = FailurePlan::Leaves::all;
  auto log = Log::open(std::make_unique<FailingFile>(
                           std::make_unique<RecordingFile>(bytes, calls, "flow.wal"), plan),
                       kTestId, &kStart, test_log_options());
  ASSERT_TRUE(log.is_ok());
  FoundBatches found;
  ASSERT_OK(recover(*log.value(), 0, found));
  ASSERT_OK(append(*log.value(), 1, "one", true));
  ASSERT_OK(log.value()->sync());
  plan->calls_before_failure = 0;
  ASSERT_TRUE(append(*log.value(), 2, "two").is(StatusCode::quota_exceeded));
  size_t images = 0;
  for (const size_t parity : {size_t{0}, size_t{1}, size_t{2}}) {  // 2: every flush works
    const auto works = [&](size_t i) { return parity == 2 || i % 2 == parity; };
    powerless_images("", *calls, calls->size(), works, 1, 50, [&](const std::string& image) {
      EXPECT_EQ(batches_in(std::make_shared<std::string>(image), &kStart),
                (FoundBatches{{1, "one"}}));
      ++images;
    });
  }
  EXPECT_GT(images, 100u);
}

}  // namespace
}  // namespace flowdb
