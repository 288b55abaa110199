// The cache: bounded by bytes, least recently used out first.
#include "sst/block_cache.h"

#include <gtest/gtest.h>

namespace flowdb {
namespace {

std::shared_ptr<const Block> block_of(size_t bytes) {
  return std::make_shared<Block>(std::string(bytes, 'x'));
}

TEST(BlockCacheTest, EvictsTheLeastRecentlyUsed) {
  BlockCache cache(4000);
  const uint64_t owner = cache.new_owner();
  for (const uint64_t offset : {1, 2, 3}) cache.insert(owner, offset, block_of(1000));
  ASSERT_NE(cache.find(owner, 1), nullptr);
  cache.insert(owner, 4, block_of(1000));
  EXPECT_EQ(cache.find(owner, 2), nullptr);
  EXPECT_NE(cache.find(owner, 1), nullptr);
  EXPECT_NE(cache.find(owner, 3), nullptr);
  EXPECT_NE(cache.find(owner, 4), nullptr);
  EXPECT_LE(cache.bytes(), 4000u);
}

TEST(BlockCacheTest, ABlockThatIsTooLargeIsNotKept) {
  BlockCache cache(4000);
  const uint64_t owner = cache.new_owner();
  cache.insert(owner, 1, block_of(1000));
  cache.insert(owner, 2, block_of(10000));
  EXPECT_NE(cache.find(owner, 1), nullptr);
  EXPECT_EQ(cache.find(owner, 2), nullptr);
}

TEST(BlockCacheTest, OwnersDoNotMix) {
  BlockCache cache(1 << 20);
  const uint64_t a = cache.new_owner();
  const uint64_t b = cache.new_owner();
  ASSERT_NE(a, b);
  cache.insert(a, 5, block_of(10));
  EXPECT_EQ(cache.find(b, 5), nullptr);
  cache.insert(b, 5, block_of(20));
  cache.erase_owner(a);
  EXPECT_EQ(cache.find(a, 5), nullptr);
  ASSERT_NE(cache.find(b, 5), nullptr);
  cache.erase_owner(b);
  EXPECT_EQ(cache.bytes(), 0u);
}

TEST(BlockCacheTest, AnEvictedBlockLivesOnWithWhoHasIt) {
  BlockCache cache(2000);
  const uint64_t owner = cache.new_owner();
  cache.insert(owner, 1, block_of(1000));
  const std::shared_ptr<const Block> held = cache.find(owner, 1);
  cache.insert(owner, 2, block_of(1000));
  EXPECT_EQ(cache.find(owner, 1), nullptr);
  EXPECT_EQ(held->payload().size(), 1000u);
}

}  // namespace
}  // namespace flowdb
