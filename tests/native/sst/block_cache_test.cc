// The cache: bounded by bytes, least recently used out first.
#include "sst/block_cache.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <list>
#include <random>

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

// What the cache charges for a block.
size_t charge_of(const BlockRef& block) {
  BlockCache alone(SIZE_MAX);
  alone.insert(1, 1, block);
  EXPECT_GE(alone.bytes(), block->memory_bytes());
  return alone.bytes();
}

// A cache and a list that does the same, the most recently used one first.
class ModelledCache {
 public:
  ModelledCache(size_t bytes_max, uint64_t seed)
      : bytes_max_(bytes_max), random_(seed), cache_(bytes_max) {
    for (uint64_t& owner : owners_) owner = cache_.new_owner();
  }

  size_t evicted() const { return evicted_; }

  void step() {
    const size_t key = below(kKeys);
    const auto held = std::find_if(model_.begin(), model_.end(),
                                   [key](const Held& one) { return one.key == key; });
    const size_t kind = below(1000);
    if (kind < 3) {
      const size_t owner = below(kOwners);
      cache_.erase_owner(owners_[owner]);
      model_.remove_if([owner](const Held& one) { return one.key % kOwners == owner; });
    } else if (held == model_.end()) {
      insert(key);
    } else if (kind < 400) {
      const bool is_there = cache_.find(owner_of(key), offset_of(key)).get() == held->block.get();
      ASSERT_TRUE(is_there);
      use(held);
    } else if (kind < 700) {
      cache_.note_use(*held->block);
      use(held);
    } else {
      link(*held);
    }
  }

  // Looks at all keys, in a way that is no use.
  void check() {
    ASSERT_EQ(cache_.bytes(), bytes());
    ASSERT_LE(cache_.bytes(), bytes_max_);
    std::vector<const Held*> expected(kKeys);
    for (const Held& one : model_) expected[one.key] = &one;
    for (size_t key = 0; key < kKeys; ++key) {
      const Held* const held = expected[key];
      const CacheUse no_use = below(2) == 0 ? CacheUse::pass : CacheUse::room;
      const BlockRef found = cache_.find(owner_of(key), offset_of(key), no_use);
      ASSERT_EQ(found.get(), held == nullptr ? nullptr : held->block.get()) << "key " << key;
      for (size_t i = 0; i < 2; ++i) {
        const bool is_linked = held != nullptr && held->place == &places_[key][i];
        ASSERT_EQ(places_[key][i], is_linked ? found.get() : nullptr) << "key " << key;
      }
    }
  }

 private:
  static constexpr size_t kOwners = 4;
  static constexpr size_t kKeys = 120;

  struct Held {
    size_t key;
    BlockRef block;
    size_t charge;
    bool was_used;                  // since it was put where there was room
    const Block** place = nullptr;  // that points to it
  };

  size_t below(size_t bound) { return static_cast<size_t>(random_() % bound); }
  uint64_t owner_of(size_t key) const { return owners_[key % kOwners]; }
  static uint64_t offset_of(size_t key) { return key / kOwners * 977; }

  void use(std::list<Held>::iterator held) {
    held->was_used = true;
    model_.splice(model_.begin(), model_, held);
  }

  // Mostly small ones, some that push out many, some that are too large.
  size_t random_bytes() {
    switch (below(20)) {
      case 0:
        return below(bytes_max_ + 1);
      case 1:
        return bytes_max_ + below(1000);
      default:
        return below(1000);
    }
  }

  void insert(size_t key) {
    const BlockRef block = block_of(random_bytes());
    const size_t charge = charge_of(block);
    auto wish = static_cast<CacheUse>(below(3));
    // Which of two goes first that nobody came back to is left open.
    const bool is_one_unused = !model_.empty() && !model_.back().was_used;
    if (wish == CacheUse::room && is_one_unused) wish = CacheUse::keep;
    cache_.insert(owner_of(key), offset_of(key), block, wish);
    if (wish == CacheUse::pass || charge > bytes_max_) return;
    if (wish == CacheUse::room) {
      if (bytes() + charge <= bytes_max_) model_.push_back({key, block, charge, false});
      return;
    }
    for (; bytes() + charge > bytes_max_; ++evicted_) model_.pop_back();
    model_.push_front({key, block, charge, true});
  }

  // In either of its places, or in none any more.
  void link(Held& held) {
    const Block*& place = places_[held.key][below(2)];
    if (place == nullptr) {
      BlockCache::link(*held.block, place);
      held.place = &place;
    } else {
      BlockCache::unlink(place);
      held.place = nullptr;
    }
  }

  size_t bytes() const {
    size_t sum = 0;
    for (const Held& one : model_) sum += one.charge;
    return sum;
  }

  const size_t bytes_max_;
  std::mt19937_64 random_;
  const Block* places_[kKeys][2] = {};
  uint64_t owners_[kOwners];
  BlockCache cache_;
  std::list<Held> model_;
  size_t evicted_ = 0;
};

TEST(BlockCacheTest, HoldsWhatAListOfBlocksByTheirUseHolds) {
  constexpr uint64_t kSeed = 1;
  // Nothing at all, a few blocks, a quarter of them, most of them.
  for (const size_t bytes_max : {0, 3000, 20'000, 60'000}) {
    SCOPED_TRACE(bytes_max);
    ModelledCache cache(bytes_max, kSeed);
    for (int i = 0; i < 10'000; ++i) {
      SCOPED_TRACE(i);
      ASSERT_NO_FATAL_FAILURE(cache.step());
      ASSERT_NO_FATAL_FAILURE(cache.check());
    }
    EXPECT_EQ(cache.evicted() > 500, bytes_max > 0);
  }
}

}  // namespace
}  // namespace flowdb
