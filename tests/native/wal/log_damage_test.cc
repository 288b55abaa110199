// Torn, damaged and stale logs: a prefix of the batches, or an error that says where.
#include <gtest/gtest.h>

#include <random>

#include "storage/bytes.h"
#include "wal/stored_log.h"

namespace flowdb {
namespace {

// A first extent so small that copying the file costs nothing.
constexpr LogPosition kStart{1, 2, 4096, 4096 + 8192};

// A log with several openings, writes of several batches, and a jump. Cut to what is used.
struct SmallLog {
  Bytes bytes = no_bytes();
  FoundBatches batches;
  size_t end = 0;

  SmallLog() {
    uint64_t sequence = 0;
    for (uint64_t opening = 1; opening <= 2; ++opening) {
      const auto log = open_log(bytes, &kStart, 0, opening);
      for (const char* payload : {"one", "a longer payload", ""}) {
        EXPECT_TRUE(append(*log, ++sequence, payload).is_ok());
        batches.push_back({sequence, payload});
      }
      EXPECT_TRUE(log->append({{sequence + 1, "two"}, {sequence + 2, "at once"}}, true).is_ok());
      batches.push_back({++sequence, "two"});
      batches.push_back({++sequence, "at once"});
      if (opening == 2) {
        EXPECT_TRUE(log->switch_extent(0, false).is_ok());
        EXPECT_TRUE(append(*log, ++sequence, "behind the jump").is_ok());
      }
      end = static_cast<size_t>(log->position().offset);
    }
    batches.push_back({sequence, "behind the jump"});
  }
};

bool is_prefix(const FoundBatches& part, const FoundBatches& whole) {
  return part.size() <= whole.size() && std::equal(part.begin(), part.end(), whole.begin());
}

TEST(LogDamage, CutOffAtEveryByteIsAPrefix) {
  const SmallLog log;
  size_t longest = 0;
  for (size_t length = 0; length <= log.end; ++length) {
    const Bytes cut = std::make_shared<std::string>(log.bytes->substr(0, length));
    const FoundBatches found = batches_in(cut, &kStart);
    ASSERT_TRUE(is_prefix(found, log.batches)) << length;
    ASSERT_GE(found.size(), longest) << length;
    longest = found.size();
    // And the log goes on behind it.
    ASSERT_OK(append(*open_log(cut, &kStart, 0, 99), longest + 1, "new"));
    FoundBatches expected = found;
    expected.push_back({longest + 1, "new"});
    ASSERT_EQ(batches_in(cut, &kStart), expected) << length;
  }
  EXPECT_EQ(longest, log.batches.size());
}

TEST(LogDamage, OneFlippedBitInAFrameEndsTheLogThere) {
  const SmallLog log;
  const Bytes bytes = log.bytes;
  const auto flip = [&](size_t at, int bit) {
    (*bytes)[at] = static_cast<char>((*bytes)[at] ^ (1 << bit));
  };
  size_t shortest = log.batches.size();
  for (size_t at = 4096; at < log.end; ++at) {
    for (int bit = 0; bit < 8; ++bit) {
      flip(at, bit);
      const FoundBatches found = batches_in(bytes, &kStart);
      ASSERT_TRUE(is_prefix(found, log.batches)) << "bit " << bit << " at " << at;
      shortest = std::min(shortest, found.size());
      flip(at, bit);
    }
  }
  EXPECT_EQ(shortest, 0u);
}

TEST(LogDamage, OneFlippedBitInTheHeaderIsAnError) {
  const SmallLog log;
  for (size_t bit = 0; bit < 36 * 8; ++bit) {
    const Bytes damaged = copy_of(log.bytes);
    char& byte = (*damaged)[bit / 8];
    byte = static_cast<char>(byte ^ (1 << bit % 8));
    const std::string before = *damaged;
    const auto opened = try_open_log(damaged, &kStart);
    ASSERT_FALSE(opened.is_ok()) << bit;
    const bool version = bit / 8 >= 8 && bit / 8 < 12;
    EXPECT_TRUE(opened.status().is(version ? StatusCode::unsupported : StatusCode::corruption))
        << opened.status().to_string();
    EXPECT_NE(opened.status().message().find("flow.wal"), std::string::npos);
    EXPECT_EQ(*damaged, before);
  }
}

TEST(LogDamage, ATornCreationIsWrittenAgain) {
  const Bytes bytes = no_bytes();
  ASSERT_TRUE(try_open_log(bytes).is_ok());
  ASSERT_EQ(bytes->size(), 4096u);
  for (size_t length = 0; length <= 4096; ++length) {
    const Bytes cut = std::make_shared<std::string>(bytes->substr(0, length));
    ASSERT_TRUE(try_open_log(cut).is_ok()) << length;
    EXPECT_EQ(*cut, *bytes);
    const Bytes zeros = std::make_shared<std::string>(length, '\0');
    ASSERT_TRUE(try_open_log(zeros).is_ok()) << length;
    EXPECT_EQ(*zeros, *bytes);
  }
}

TEST(LogDamage, AMissingHeaderIsAnErrorWhereCommitsMayBeMissing) {
  const SmallLog log;
  const Bytes zeros = copy_of(log.bytes);
  zeros->replace(0, 4096, std::string(4096, '\0'));
  EXPECT_TRUE(try_open_log(zeros, &kStart).status().is(StatusCode::corruption));  // frames follow
  const LogPosition later{1, 2, 8192, 16384};
  EXPECT_TRUE(try_open_log(no_bytes(), &later).status().is(StatusCode::corruption));
}

TEST(LogDamage, WhatIsNoLogOrAnotherDatabasesIsRefused) {
  const std::string text(5000, 'x');
  const Bytes bytes = std::make_shared<std::string>(text);
  EXPECT_TRUE(try_open_log(bytes).status().is(StatusCode::corruption));
  EXPECT_EQ(*bytes, text);
  const Bytes other = no_bytes();
  ASSERT_TRUE(Log::open(std::make_unique<MemoryFile>(other, "flow.wal"), DatabaseId{1, 2, 3},
                        nullptr, test_log_options())
                  .is_ok());
  EXPECT_TRUE(try_open_log(other).status().is(StatusCode::corruption));
  for (const LogPosition& nonsense :
       {LogPosition{1, 2, 0, 8192}, LogPosition{1, 2, 4097, 8192}, LogPosition{1, 2, 8192, 4096},
        LogPosition{1, 2, 4096, 4100}, LogPosition{1, 2, 4096, 4104},
        LogPosition{1, 2, 4096, UINT64_MAX - 7}}) {
    EXPECT_TRUE(try_open_log(no_bytes(), &nonsense).status().is(StatusCode::corruption));
  }
}

TEST(LogDamage, AFileShorterThanThePositionIsAnEmptyLog) {
  // The file had grown for the extent when the power failed, and that was lost.
  const Bytes bytes = no_bytes();
  ASSERT_TRUE(try_open_log(bytes).is_ok());
  const LogPosition position{5, 6, 1 << 20, 2 << 20};
  EXPECT_EQ(batches_in(bytes, &position, 10), FoundBatches{});
  ASSERT_OK(append(*open_log(bytes, &position, 10), 11, "eleven"));
  EXPECT_EQ(batches_in(bytes, &position, 10), (FoundBatches{{11, "eleven"}}));
}

TEST(LogDamage, StaleFramesBehindATornOneDoNotComeBackWithIt) {
  // Three batches; the second is torn. It is appended once more, byte for byte: the third must stay
  // away.
  const Bytes bytes = no_bytes();
  LogPosition second;
  {
    const auto log = open_log(bytes);
    ASSERT_OK(append(*log, 1, "one"));
    second = log->position();
    ASSERT_OK(append(*log, 2, "two"));
    ASSERT_OK(append(*log, 3, "three"));
  }
  const std::string whole = *bytes;
  (*bytes)[static_cast<size_t>(second.offset) + 25] ^= 1;
  EXPECT_EQ(batches_in(bytes).size(), 1u);
  ASSERT_OK(append(*open_log(bytes, nullptr, 0, 8), 2, "two"));
  EXPECT_EQ(batches_in(bytes), (FoundBatches{{1, "one"}, {2, "two"}}));
  // Had the log gone on without a new epoch, the same bytes would stand there again.
  *bytes = whole;
  EXPECT_EQ(batches_in(bytes).size(), 3u);
}

TEST(LogDamage, StaleFramesOfAnExtentUsedBeforeDoNotComeBack) {
  const Bytes bytes = no_bytes();
  const LogPosition start{1, 2, 4096, 4096 + 8192};
  const auto log = open_log(bytes, &start);
  uint64_t sequence = 0;
  for (int round = 0; round < 6; ++round) {
    const uint64_t first = sequence + 1;
    const LogPosition position = log->position();
    for (int i = 0; i < 20; ++i) ASSERT_OK(append(*log, ++sequence, "the same payload"));
    const FoundBatches found = batches_in(copy_of(bytes), &position, first - 1);
    ASSERT_EQ(found.size(), 20u) << round;
    EXPECT_EQ(found.back().sequence, sequence);
    ASSERT_OK(log->switch_extent(0, false));
    log->release_before(log->position());
  }
}

TEST(LogDamage, ATornWriteOfTwoBatchesHasEachOneWholeOrNotAtAll) {
  const Bytes bytes = no_bytes();
  const auto log = open_log(bytes);
  ASSERT_OK(append(*log, 1, "one"));
  const size_t from = static_cast<size_t>(log->position().offset);
  const std::string before = *bytes;
  // Frames of 24 + 704 and 24 + 904 bytes, without padding.
  ASSERT_OK(log->append({{2, std::string(704, 'b')}, {3, std::string(904, 'c')}}, false));
  const size_t to = static_cast<size_t>(log->position().offset);
  ASSERT_EQ(to, from + 728 + 928);
  for (size_t torn = from; torn <= to; ++torn) {
    const Bytes file = std::make_shared<std::string>(before);
    file->replace(from, torn - from, bytes->substr(from, torn - from));
    EXPECT_EQ(batches_in(file).size(), torn == to ? 3u : torn >= from + 728 ? 2u : 1u) << torn;
  }
}

TEST(LogDamage, RandomBytesAreNeverMoreThanAPrefix) {
  const SmallLog log;
  for (uint64_t seed = 0; seed < 3000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    const Bytes damaged = copy_of(log.bytes);
    for (uint64_t changes = 1 + random() % 8; changes > 0; --changes) {
      (*damaged)[random() % log.end] = static_cast<char>(random());
    }
    auto opened = try_open_log(damaged, &kStart);
    FoundBatches found;
    if (!opened.is_ok() || !recover(*opened.value(), 0, found).is_ok()) continue;
    ASSERT_TRUE(is_prefix(found, log.batches));
  }
}

}  // namespace
}  // namespace flowdb
