// Removals of ranges against a list of them, and their cutting.
#include "util/range_removes.h"

#include <gtest/gtest.h>

#include <random>

namespace flowdb {
namespace {

struct Range {
  std::string begin;
  std::string end;
  uint64_t sequence;
};

bool removed(const std::vector<Range>& ranges, const std::string& key, uint64_t sequence,
             uint64_t snapshot) {
  for (const Range& range : ranges) {
    const bool newer = range.sequence > sequence && range.sequence <= snapshot;
    if (newer && range.begin <= key && key < range.end) return true;
  }
  return false;
}

std::string key(uint64_t n) { return std::string(1, static_cast<char>('a' + n)); }

TEST(RangeRemovesTest, AgreesWithAListOfRanges) {
  std::mt19937_64 random(1);
  for (int round = 0; round < 300; ++round) {
    std::vector<Range> ranges;
    RangeRemoves removes;
    // Only snapshots from here on count in every third round; others add in any order.
    const uint64_t newest_pin = round % 3 == 0 ? 5 : UINT64_MAX;
    const uint64_t count = random() % 20;
    for (uint64_t i = 1; i <= count; ++i) {
      const uint64_t sequence = newest_pin == 5 ? i : 1 + random() % 20;
      ranges.push_back({key(random() % 12), key(random() % 12), sequence});
      removes.add(ranges.back().begin, ranges.back().end, sequence, newest_pin);
    }
    RangeRemoves upper = removes;
    const std::string limit = key(random() % 12);
    const RangeRemoves lower = upper.cut(limit);
    for (uint64_t n = 0; n < 12; ++n) {
      for (uint64_t sequence = 0; sequence < 21; ++sequence) {
        for (const uint64_t snapshot : {uint64_t{3}, uint64_t{5}, UINT64_MAX}) {
          const bool expected = removed(ranges, key(n), sequence, snapshot);
          ASSERT_EQ(removes.removes(key(n), sequence, snapshot), expected);
          ASSERT_EQ((key(n) < limit ? lower : upper).removes(key(n), sequence, snapshot), expected);
          ASSERT_FALSE((key(n) < limit ? upper : lower).removes(key(n), sequence, snapshot));
        }
      }
    }
    // What each() yields makes the same again, and its ranges are in order.
    RangeRemoves again;
    std::string last_end;
    removes.each([&](std::string_view begin, std::string_view end, const auto& sequences) {
      EXPECT_LE(last_end, begin);
      EXPECT_LT(begin, end);
      last_end = end;
      for (const uint64_t sequence : sequences) again.add(begin, end, sequence);
    });
    for (uint64_t n = 0; n < 12; ++n) {
      const auto* const list = removes.at(key(n));
      const auto* const same = again.at(key(n));
      const std::vector<uint64_t> none;
      EXPECT_EQ(list == nullptr ? none : *list, same == nullptr ? none : *same);
    }
    EXPECT_EQ(lower.empty() && upper.empty(), removes.empty());
  }
}

TEST(RangeRemovesTest, RepeatedRemovalsTakeNoMoreRoom) {
  RangeRemoves removes;
  for (uint64_t i = 1; i <= 1000; ++i) {
    removes.add("a", "b" + std::to_string(10'000 + i), i, /*newest_pin=*/0);
  }
  EXPECT_LT(removes.memory_bytes(), 1000u);
  EXPECT_TRUE(removes.removes("a", 999, UINT64_MAX));
  EXPECT_FALSE(removes.removes("a", 1000, UINT64_MAX));
}

TEST(RangeRemovesTest, AnEmptyRangeRemovesNothing) {
  RangeRemoves removes;
  removes.add("b", "b", 1);
  removes.add("c", "b", 1);
  EXPECT_TRUE(removes.empty());
}

}  // namespace
}  // namespace flowdb
