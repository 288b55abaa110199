// What a compaction keeps, record by record.
#include "engine/retention.h"

#include <gtest/gtest.h>

#include "engine/test_engine.h"

namespace flowdb {
namespace {

using Verdict = Retention::Verdict;

Record put(std::string_view key, uint64_t sequence, int64_t ts = 0,
           int64_t expire_at = kNeverExpires) {
  return {key, "v", ts, expire_at, sequence, RecordKind::put};
}
Record remove(std::string_view key, uint64_t sequence, int64_t ts = 0) {
  return {key, "", ts, kNeverExpires, sequence, RecordKind::remove};
}

TEST(RetentionTest, OnlyTheNewestVersionStays) {
  Retention retention({}, 0, nullptr);
  EXPECT_EQ(retention.judge(put("a", 9), true), Verdict::keep);
  EXPECT_EQ(retention.judge(put("a", 5), true), Verdict::drop);
  EXPECT_EQ(retention.judge(put("a", 1), true), Verdict::drop);
  EXPECT_EQ(retention.judge(put("b", 1), true), Verdict::keep);
  EXPECT_EQ(retention.judge(put("b", 1, -1), true), Verdict::keep);  // another version of time
}

TEST(RetentionTest, SnapshotsKeepWhatTheySee) {
  Retention retention({3, 6}, 0, nullptr);
  EXPECT_EQ(retention.judge(put("a", 9), false), Verdict::keep);
  EXPECT_EQ(retention.judge(put("a", 8), false), Verdict::drop);  // newer than both
  EXPECT_EQ(retention.judge(put("a", 6), false), Verdict::keep);  // 6 sees it
  EXPECT_EQ(retention.judge(put("a", 4), false), Verdict::drop);
  EXPECT_EQ(retention.judge(put("a", 3), false), Verdict::keep);  // 3 sees it
  EXPECT_EQ(retention.judge(put("a", 2), false), Verdict::drop);
}

TEST(RetentionTest, ARemovalStaysAsLongAsItHidesSomething) {
  Retention retention({}, 0, nullptr);
  EXPECT_EQ(retention.judge(remove("a", 9), true), Verdict::keep);
  EXPECT_EQ(retention.judge(put("a", 5), true), Verdict::drop);
  EXPECT_EQ(retention.judge(remove("b", 9), false), Verdict::drop);
  EXPECT_EQ(retention.judge(put("b", 5), false), Verdict::drop);
}

TEST(RetentionTest, ARemovalHidesWhatASnapshotKeeps) {
  Retention retention({5}, 0, nullptr);
  EXPECT_EQ(retention.judge(remove("a", 9), false), Verdict::keep);
  EXPECT_EQ(retention.judge(put("a", 5), false), Verdict::keep);
  // Nothing is older than the snapshot here, but that is seen only later.
  EXPECT_EQ(retention.judge(remove("b", 9), false), Verdict::keep);
  // The snapshot sees the removal: what is older is seen by nobody.
  EXPECT_EQ(retention.judge(remove("c", 4), false), Verdict::drop);
  EXPECT_EQ(retention.judge(put("c", 3), false), Verdict::drop);
}

TEST(RetentionTest, AnExpiredRecordIsARemoval) {
  Retention retention({}, 100, nullptr);
  EXPECT_EQ(retention.judge(put("a", 9, 0, 100), true), Verdict::keep_as_remove);
  EXPECT_EQ(retention.judge(put("b", 9, 0, 100), false), Verdict::drop);
  EXPECT_EQ(retention.judge(put("b", 8), false), Verdict::drop);
  EXPECT_EQ(retention.judge(put("c", 9, 0, 101), false), Verdict::keep);
}

TEST(RetentionTest, TheFilterIsAskedOnceForKeysUpToAnEnd) {
  int asked = 0;
  Retention retention({1, 5}, 0, [&](std::string_view key) {
    ++asked;
    return fate_of(key, "dead", "e");
  });
  EXPECT_FALSE(retention.drops("a"));
  EXPECT_FALSE(retention.drops("alive"));
  EXPECT_FALSE(retention.take_has_dropped());
  EXPECT_TRUE(retention.drops("dead"));
  EXPECT_EQ(retention.dead_until(), "e");
  EXPECT_TRUE(retention.drops("dead"));
  EXPECT_TRUE(retention.drops("deadly"));
  EXPECT_TRUE(retention.take_has_dropped());
  EXPECT_EQ(asked, 2);
  EXPECT_FALSE(retention.drops("e"));
  EXPECT_FALSE(retention.drops("end"));
  EXPECT_EQ(asked, 4) << "once for each where the end is not known";
  EXPECT_FALSE(retention.take_has_dropped());
}

TEST(RetentionTest, TheEmptyKeyIsAKey) {
  Retention retention({}, 0, [](std::string_view key) {
    return key.empty() ? KeyFate{true, std::string(1, '\0')} : KeyFate();
  });
  EXPECT_TRUE(retention.drops(""));
  EXPECT_FALSE(retention.drops("a"));
  EXPECT_FALSE(Retention({}, 0, {}).drops("a"));
}

}  // namespace
}  // namespace flowdb
