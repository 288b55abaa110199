// Which engine keys are dead, and from when on.
#include "document/live_data.h"

#include <gtest/gtest.h>

#include "document/engine_key.h"

namespace flowdb {
namespace {

std::string key(char space, uint32_t data_id) {
  std::string out(1, space);
  put_be32(out, data_id);
  return out + "rest";
}

bool is_dead(const LiveData& data, std::string_view key) { return data.fate(key).is_dead; }

TEST(LiveData, WhatNothingRefersToIsDead) {
  LiveData data;
  data.add(3);
  data.add(5);
  for (const char space : {kRecordSpace, kIndexSpace}) {
    EXPECT_FALSE(is_dead(data, key(space, 3)));
    EXPECT_TRUE(is_dead(data, key(space, 4)));
    EXPECT_FALSE(is_dead(data, key(space, 5)));
    EXPECT_TRUE(is_dead(data, key(space, 0x03000000))) << "ids are big-endian";
  }
  EXPECT_FALSE(is_dead(data, std::string_view("\0d", 2))) << "the schema";
  EXPECT_FALSE(is_dead(data, key(0x03, 4))) << "time series";
  EXPECT_FALSE(is_dead(data, "\x01"));
  EXPECT_EQ(data.fate("\x01").until, "") << "of others nothing is known";
  data.remove(5);
  EXPECT_TRUE(is_dead(data, key(kRecordSpace, 5)));
}

TEST(LiveData, OlderTransactionsKeepAlive) {
  LiveData data;
  data.add(1);
  data.add(2);
  data.give_up(1, 10);
  data.give_up(2, 12);
  data.release(9);
  EXPECT_FALSE(is_dead(data, key(kRecordSpace, 1)));
  data.release(10);
  EXPECT_TRUE(is_dead(data, key(kRecordSpace, 1)));
  EXPECT_FALSE(is_dead(data, key(kRecordSpace, 2)));
  data.release(20);
  EXPECT_TRUE(is_dead(data, key(kRecordSpace, 2)));
}

TEST(LiveData, KeysAreDeadUpToTheNextLiveOnesAndAliveUpToTheNextId) {
  LiveData data;
  data.add(3);
  data.add(7);
  for (const char space : {kRecordSpace, kIndexSpace}) {
    const std::string next = key(space, 7).substr(0, kDataPrefixBytes);
    EXPECT_EQ(data.fate(key(space, 4)).until, next);
    EXPECT_EQ(data.fate(key(space, 6)).until, next);
    EXPECT_EQ(data.fate(key(space, 3)).until, key(space, 4).substr(0, kDataPrefixBytes));
    EXPECT_EQ(data.fate(key(space, 7)).until, key(space, 8).substr(0, kDataPrefixBytes));
    EXPECT_EQ(data.fate(key(space, 8)).until, std::string(1, static_cast<char>(space + 1)))
        << "the next space has live ones";
  }
}

}  // namespace
}  // namespace flowdb
