// The cache: bounded by bytes, least recently used out first.
#include "sst/block_cache.h"

#include <gtest/gtest.h>

namespace flowdb {
namespace {

BlockRef block_of(size_t bytes) { return BlockRef(new Block(ByteBuffer(bytes), BlockKind::bytes)); }

TEST(BlockCacheTest, EvictsTheLeastRecentlyUsed) {
  BlockCache cache(4000);
  const uint64_t owner = cache.new_owner();
  for (const uint64_t offset : {1, 2, 3}) cache.insert(owner, offset, block_of(1000));
  ASSERT_FALSE(cache.find(owner, 1) == nullptr);
  cache.insert(owner, 4, block_of(1000));
  EXPECT_TRUE(cache.find(owner, 2) == nullptr);
  EXPECT_FALSE(cache.find(owner, 1) == nullptr);
  EXPECT_FALSE(cache.find(owner, 3) == nullptr);
  EXPECT_FALSE(cache.find(owner, 4) == nullptr);
  EXPECT_LE(cache.bytes(), 4000u);
}

TEST(BlockCacheTest, ABlockThatIsTooLargeIsNotKept) {
  BlockCache cache(4000);
  const uint64_t owner = cache.new_owner();
  cache.insert(owner, 1, block_of(1000));
  cache.insert(owner, 2, block_of(10000));
  EXPECT_FALSE(cache.find(owner, 1) == nullptr);
  EXPECT_TRUE(cache.find(owner, 2) == nullptr);
}

TEST(BlockCacheTest, AScanTakesOnlyTheRoomThatIsFree) {
  BlockCache cache(4000);
  const uint64_t owner = cache.new_owner();
  cache.insert(owner, 1, block_of(1000));
  cache.insert(owner, 2, block_of(1000));
  for (uint64_t offset = 10; offset < 20; ++offset) {
    cache.insert(owner, offset, block_of(1000), CacheUse::room);
  }
  EXPECT_FALSE(cache.find(owner, 1) == nullptr);
  EXPECT_FALSE(cache.find(owner, 10) == nullptr);
  EXPECT_TRUE(cache.find(owner, 11) == nullptr);
  EXPECT_FALSE(cache.find(owner, 2) == nullptr);
  // What a scan has left is the first to go, unless somebody came back to it.
  BlockCache other(4000);
  other.insert(owner, 1, block_of(1000));
  other.insert(owner, 2, block_of(1000), CacheUse::room);
  other.insert(owner, 3, block_of(1000));
  other.insert(owner, 4, block_of(1000));
  EXPECT_TRUE(other.find(owner, 2) == nullptr);
  EXPECT_FALSE(other.find(owner, 1) == nullptr);
}

TEST(BlockCacheTest, WhatPassesIsNotKept) {
  BlockCache cache(4000);
  cache.insert(1, 1, block_of(1000), CacheUse::pass);
  EXPECT_TRUE(cache.find(1, 1) == nullptr);
  EXPECT_EQ(cache.bytes(), 0u);
}

TEST(BlockCacheTest, CountsWhatWasFoundAndWhatWasNot) {
  BlockCache cache(4000);
  EXPECT_TRUE(cache.find(1, 1) == nullptr);
  cache.insert(1, 1, block_of(1000));
  cache.find(1, 1);
  EXPECT_EQ(cache.counters.read, 1u);
  EXPECT_EQ(cache.counters.found, 1u);
}

TEST(BlockCacheTest, OwnersDoNotMix) {
  BlockCache cache(1 << 20);
  const uint64_t a = cache.new_owner();
  const uint64_t b = cache.new_owner();
  ASSERT_NE(a, b);
  cache.insert(a, 5, block_of(10));
  EXPECT_TRUE(cache.find(b, 5) == nullptr);
  cache.insert(b, 5, block_of(20));
  cache.erase_owner(a);
  EXPECT_TRUE(cache.find(a, 5) == nullptr);
  ASSERT_FALSE(cache.find(b, 5) == nullptr);
  cache.erase_owner(b);
  EXPECT_EQ(cache.bytes(), 0u);
}

TEST(BlockCacheTest, ALinkIsThereAsLongAsItsBlock) {
  BlockCache cache(4000);
  const uint64_t owner = cache.new_owner();
  const Block* first = nullptr;
  const Block* second = nullptr;
  const BlockRef outside = block_of(10);
  BlockCache::link(*outside, first);
  EXPECT_EQ(first, nullptr) << "in no cache";

  cache.insert(owner, 1, block_of(1000));
  const Block* const block = cache.find(owner, 1).get();
  BlockCache::link(*block, first);
  EXPECT_EQ(first, block);
  BlockCache::link(*block, second);
  EXPECT_EQ(first, nullptr);
  EXPECT_EQ(second, block);
  cache.note_use(*second);
  for (uint64_t offset = 2; offset < 10; ++offset) cache.insert(owner, offset, block_of(1000));
  EXPECT_EQ(second, nullptr) << "evicted";

  cache.insert(owner, 20, block_of(1000));
  BlockCache::link(*cache.find(owner, 20).get(), first);
  BlockCache::unlink(first);
  EXPECT_EQ(first, nullptr);
  BlockCache::link(*cache.find(owner, 20).get(), second);
  cache.erase_owner(owner);
  EXPECT_EQ(second, nullptr);
}

TEST(BlockCacheTest, AnEvictedBlockLivesOnWithWhoHasIt) {
  BlockCache cache(2000);
  const uint64_t owner = cache.new_owner();
  cache.insert(owner, 1, block_of(1000));
  const BlockRef held = cache.find(owner, 1);
  cache.insert(owner, 2, block_of(1000));
  EXPECT_TRUE(cache.find(owner, 1) == nullptr);
  EXPECT_EQ(held->payload().size(), 1000u);
}

}  // namespace
}  // namespace flowdb
