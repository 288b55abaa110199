// What the calls of a log promise when nothing goes wrong, and what recovery finds after a torn
// end.
#include "wal/log.h"

#include <gtest/gtest.h>

#include "storage/bytes.h"
#include "wal/stored_log.h"

namespace flowdb {
namespace {

TEST(Log, WhatWasAppendedIsFoundAgain) {
  const Bytes bytes = no_bytes();
  FoundBatches expected;
  for (uint64_t opening = 0; opening < 5; ++opening) {
    EXPECT_EQ(batches_in(bytes), expected);
    const auto log = open_log(bytes, nullptr, 0, opening + 1);
    for (uint64_t i = 0; i < 10; ++i) {
      const uint64_t sequence = opening * 10 + i + 1;
      const std::string payload(static_cast<size_t>(i * 37), static_cast<char>('a' + i));
      ASSERT_OK(append(*log, sequence, payload, i % 2 == 0));
      expected.push_back({sequence, payload});
    }
  }
  EXPECT_EQ(batches_in(bytes), expected);
}

TEST(Log, AppendingMisusesAreErrors) {
  const Bytes bytes = no_bytes();
  auto unread = try_open_log(bytes);
  ASSERT_TRUE(unread.is_ok());
  EXPECT_TRUE(append(*unread.value(), 1, "x").is(StatusCode::invalid_argument));
  EXPECT_TRUE(unread.value()->switch_extent(0, false).is(StatusCode::invalid_argument));
  const auto log = open_log(bytes);
  ASSERT_OK(append(*log, 5, "five"));
  EXPECT_TRUE(append(*log, 5, "again").is(StatusCode::invalid_argument));
  EXPECT_TRUE(append(*log, 4, "back").is(StatusCode::invalid_argument));
  EXPECT_TRUE(log->append({{6, "a"}, {8, "b"}}, false).is(StatusCode::invalid_argument));
  EXPECT_TRUE(append(*log, 6, std::string(131072, 'x')).is(StatusCode::invalid_argument));
  EXPECT_TRUE(log->truncate().is(StatusCode::invalid_argument));
  EXPECT_TRUE(
      log->switch_extent(log->max_batch_bytes() + 1, false).is(StatusCode::invalid_argument));
  FoundBatches none;
  EXPECT_TRUE(recover(*log, 0, none).is(StatusCode::invalid_argument));
  ASSERT_OK(append(*log, 6, "six"));
  EXPECT_EQ(batches_in(bytes, nullptr, 4), (FoundBatches{{5, "five"}, {6, "six"}}));
}

TEST(Log, OptionsOutsideOfTheirRangeAreNamed) {
  for (const auto& [min, max] : std::vector<std::pair<uint64_t, uint64_t>>{
           {0, 8192}, {5000, 8192}, {8192, 4096}, {4096, 5000}, {4096, uint64_t{1} << 40}}) {
    LogOptions options = test_log_options();
    options.extent_bytes_min = min;
    options.extent_bytes_max = max;
    const auto log = try_open_log(no_bytes(), nullptr, options);
    ASSERT_FALSE(log.is_ok());
    EXPECT_TRUE(log.status().is(StatusCode::invalid_argument));
    EXPECT_NE(log.status().message().find("extent_bytes_"), std::string::npos);
  }
  LogOptions options = test_log_options();
  options.random = nullptr;
  EXPECT_TRUE(try_open_log(no_bytes(), nullptr, options).status().is(StatusCode::invalid_argument));
}

TEST(Log, HasRoomIsWhatAppendTakes) {
  const Bytes bytes = no_bytes();
  const auto log = open_log(bytes);
  uint64_t sequence = 0;
  while (log->has_room(5000, 1)) ASSERT_OK(append(*log, ++sequence, std::string(5000, 'x')));
  size_t rest = 5000;
  while (!log->has_room(rest, 1)) --rest;
  ASSERT_OK(append(*log, ++sequence, std::string(rest, 'y')));
  EXPECT_FALSE(log->has_room(64, 1));
  EXPECT_FALSE(log->has_room(UINT64_MAX, 1));
  EXPECT_FALSE(log->has_room(0, SIZE_MAX));
  // The jump always fits.
  ASSERT_OK(log->switch_extent(100, false));
  ASSERT_OK(append(*log, ++sequence, "z"));
  EXPECT_EQ(batches_in(bytes).size(), sequence);
}

TEST(Log, TheLargestBatchFitsIntoAnExtentAlsoBehindAnEpoch) {
  const Bytes bytes = no_bytes();
  {
    const auto log = open_log(bytes);
    ASSERT_OK(log->switch_extent(log->max_batch_bytes(), false));
  }
  const auto log = open_log(bytes, nullptr, 0, 5);
  EXPECT_EQ(log->position().limit - log->position().offset, 32768u);
  const std::string largest(log->max_batch_bytes(), 'x');
  ASSERT_TRUE(log->has_room(largest.size(), 1));
  ASSERT_OK(append(*log, 1, largest));
  EXPECT_EQ(batches_in(bytes), (FoundBatches{{1, largest}}));
}

TEST(Log, ExtentsGrowByDoublingAndAreUsedAgainOrGivenBackOnceReleased) {
  const Bytes bytes = no_bytes();
  const auto log = open_log(bytes);
  ASSERT_OK(append(*log, 1, "one"));
  std::vector<uint64_t> sizes;
  std::vector<uint64_t> offsets;
  for (uint64_t sequence = 2; sequence < 10; ++sequence) {
    ASSERT_OK(log->switch_extent(10, sequence < 5));
    const LogPosition position = log->position();
    sizes.push_back(position.limit - position.offset);
    offsets.push_back(position.offset);
    log->release_before(position);
    ASSERT_OK(append(*log, sequence, "x"));
  }
  // The configured largest size, below that of the first extent.
  EXPECT_EQ(sizes, std::vector<uint64_t>(8, 32768));
  const uint64_t behind = 4096 + 131072;
  EXPECT_EQ(offsets, (std::vector<uint64_t>{behind, 4096, 4096 + 32768, 4096, 4096 + 32768, 4096,
                                            4096 + 32768, 4096}));
  // The room behind the two in use was given back.
  EXPECT_EQ(bytes->size(), 4096u + 2 * 32768);
  EXPECT_EQ(log->file_bytes(), bytes->size());
}

TEST(Log, SmallExtentsDouble) {
  const Bytes bytes = no_bytes();
  const LogPosition start{1, 2, 4096, 4096 + 8192};
  const auto log = open_log(bytes, &start);
  ASSERT_OK(append(*log, 1, "one"));
  std::vector<uint64_t> sizes;
  for (const bool grow : {false, true, true, true}) {
    ASSERT_OK(log->switch_extent(0, grow));
    sizes.push_back(log->position().limit - log->position().offset);
    log->release_before(log->position());
  }
  EXPECT_EQ(sizes, (std::vector<uint64_t>{8192, 16384, 32768, 32768}));
}

TEST(Log, AnExtentMayBeLargerThanConfigured) {
  const Bytes bytes = no_bytes();
  const LogPosition start{1, 2, 4096, 4096 + 16384};
  const auto log = open_log(bytes, &start);
  ASSERT_OK(append(*log, 1, "one"));
  EXPECT_TRUE(log->switch_to_extent_of(8192 + 1).is(StatusCode::invalid_argument));
  EXPECT_TRUE(log->switch_to_extent_of(4096).is(StatusCode::invalid_argument));
  EXPECT_TRUE(log->switch_to_extent_of(8192, 4095).is(StatusCode::invalid_argument));
  ASSERT_OK(log->switch_to_extent_of(65536));
  EXPECT_EQ(log->extent_bytes(), 65536u);
  EXPECT_EQ(bytes->size(), 4096u + 16384 + 65536);
  ASSERT_OK(append(*log, 2, std::string(60'000, '2')));
  // One after the other, each in the place of the one before the last.
  for (uint64_t sequence = 3; sequence < 6; ++sequence) {
    ASSERT_OK(log->switch_to_extent_of(8192));
    log->release_before(log->position());
    ASSERT_OK(log->switch_to_extent_of(65536));
    log->release_before(log->position());
    ASSERT_OK(append(*log, sequence, std::string(60'000, '3')));
  }
  EXPECT_EQ(log->file_bytes(), 4096u + 8192 + 65536);
  // From there on they are as configured again, and the room behind them is given back.
  for (const bool grow : {true, false, false}) {
    ASSERT_OK(log->switch_extent(0, grow));
    log->release_before(log->position());
    EXPECT_EQ(log->extent_bytes(), 32768u);
  }
  EXPECT_EQ(log->file_bytes(), 4096u + 2 * 32768);
}

TEST(Log, AnExtentLeavesRoomInFrontOfIt) {
  const Bytes bytes = no_bytes();
  const LogPosition start{1, 2, 4096, 4096 + 16384};
  const auto log = open_log(bytes, &start);
  EXPECT_EQ(log->end_of_next(32768), 4096u + 16384 + 32768);
  ASSERT_OK(log->switch_to_extent_of(8192, 65536));
  EXPECT_EQ(log->position().offset, 4096u + 65536);
  log->release_before(log->position());
  EXPECT_EQ(log->end_of_next(65536), 4096u + 65536);
  ASSERT_OK(log->switch_to_extent_of(65536));
  EXPECT_EQ(log->position().offset, 4096u);
  // Behind what is in use there.
  ASSERT_OK(log->switch_to_extent_of(8192, 65536));
  EXPECT_EQ(log->position().offset, 4096u + 65536 + 8192);
}

TEST(Log, ExtentsAreKeptUntilTheyAreReleased) {
  const Bytes bytes = no_bytes();
  const LogPosition start{1, 2, 4096, 4096 + 8192};
  FoundBatches expected;
  LogPosition middle;
  {
    const auto log = open_log(bytes, &start);
    for (uint64_t sequence = 1; sequence <= 20; ++sequence) {
      const std::string payload = "batch " + std::to_string(sequence);
      ASSERT_OK(append(*log, sequence, payload));
      expected.push_back({sequence, payload});
      ASSERT_OK(log->switch_extent(0, false));
      if (sequence == 10) middle = log->position();
    }
  }
  EXPECT_EQ(batches_in(bytes, &start), expected);
  // Released up to the middle, also after an opening: the extents in front are free.
  const FoundBatches rest(expected.begin() + 10, expected.end());
  const auto log = open_log(bytes, &middle, 10, 77);
  const size_t size = bytes->size();
  for (uint64_t sequence = 21; sequence <= 29; ++sequence) {
    ASSERT_OK(append(*log, sequence, "more"));
    ASSERT_OK(log->switch_extent(0, false));
  }
  EXPECT_EQ(bytes->size(), size);
  const FoundBatches found = batches_in(bytes, &middle, 10);
  ASSERT_EQ(found.size(), 19u);
  EXPECT_TRUE(std::equal(rest.begin(), rest.end(), found.begin()));
}

TEST(Log, APositionInTheMiddleOfAnExtentIsReleasedToo) {
  const Bytes bytes = no_bytes();
  const auto log = open_log(bytes);
  ASSERT_OK(append(*log, 1, "one"));
  ASSERT_OK(log->switch_extent(0, false));
  ASSERT_OK(append(*log, 2, "two"));
  const LogPosition position = log->position();
  log->release_before(position);
  ASSERT_OK(append(*log, 4, "four"));  // 3 went straight into tables
  ASSERT_OK(log->switch_extent(0, false));
  EXPECT_EQ(log->position().offset, 4096u);
  ASSERT_OK(append(*log, 5, "five"));
  EXPECT_EQ(batches_in(bytes, &position, 3), (FoundBatches{{4, "four"}, {5, "five"}}));
}

TEST(Log, AMissingCommitInTheChainIsCorruption) {
  const Bytes bytes = no_bytes();
  const auto log = open_log(bytes);
  ASSERT_OK(append(*log, 1, "one"));
  ASSERT_OK(append(*log, 3, "three"));  // 2 went straight into tables, which are not there
  auto reopened = try_open_log(bytes);
  FoundBatches found;
  const Status status = recover(*reopened.value(), 0, found);
  EXPECT_TRUE(status.is(StatusCode::corruption)) << status.to_string();
  EXPECT_NE(status.message().find("flow.wal at 4160"), std::string::npos) << status.to_string();
  EXPECT_EQ(found, (FoundBatches{{1, "one"}}));
}

TEST(Log, WhatTheCallbackReportsIsReported) {
  const Bytes bytes = no_bytes();
  ASSERT_OK(append(*open_log(bytes), 1, "one"));
  auto log = try_open_log(bytes);
  const Status status = log.value()->recover(
      0, [](const LogBatch&) { return Status::corruption("flow.wal", 7, "operations"); });
  EXPECT_TRUE(status.is(StatusCode::corruption));
  EXPECT_TRUE(append(*log.value(), 2, "two").is(StatusCode::invalid_argument));
}

TEST(Log, ACleanCloseLeavesTheHeaderAndANewPosition) {
  const Bytes bytes = no_bytes();
  LogPosition reset;
  {
    const auto log = open_log(bytes);
    ASSERT_OK(append(*log, 1, "one"));
    reset = log->reset_position();
    EXPECT_TRUE(append(*log, 2, "two").is(StatusCode::closed));
    EXPECT_FALSE(log->can_write());
    // A crash between the checkpoint and the truncation: what stands there is not read any more.
    EXPECT_EQ(batches_in(copy_of(bytes), &reset, 1), FoundBatches{});
    ASSERT_OK(log->truncate());
    EXPECT_EQ(bytes->size(), 4096u);
  }
  {
    const auto log = open_log(bytes, &reset, 1, 3);
    ASSERT_OK(append(*log, 2, "two"));
    EXPECT_EQ(bytes->size(), 4096u + 8192);
  }
  EXPECT_EQ(batches_in(bytes, &reset, 1), (FoundBatches{{2, "two"}}));
}

TEST(Log, ALogGoesOnBehindItsTruncation) {
  const Bytes bytes = no_bytes();
  const auto log = open_log(bytes);
  ASSERT_OK(append(*log, 1, "one"));
  const LogPosition reset = log->reset_position();
  ASSERT_OK(log->truncate());
  ASSERT_OK(append(*log, 2, "two"));
  EXPECT_EQ(batches_in(bytes, &reset, 1), (FoundBatches{{2, "two"}}));
}

TEST(Log, HoldsFramesTellsALogFromNothing) {
  const auto holds = [](const std::string& content) {
    MemoryFile file(std::make_shared<std::string>(content), "flow.wal");
    const auto result = Log::holds_frames(file);
    EXPECT_TRUE(result.is_ok());
    return result.is_ok() && result.value();
  };
  const Bytes bytes = no_bytes();
  const auto log = open_log(bytes);
  EXPECT_FALSE(holds(""));
  for (size_t length = 0; length < 4096; ++length) EXPECT_FALSE(holds(bytes->substr(0, length)));
  EXPECT_TRUE(holds(*bytes));
  EXPECT_FALSE(holds(std::string(100'000, '\0')));
  ASSERT_OK(append(*log, 1, "one"));
  EXPECT_TRUE(holds(*bytes));
  EXPECT_TRUE(holds(std::string(4096, '\0') + bytes->substr(4096)));
}

}  // namespace
}  // namespace flowdb
