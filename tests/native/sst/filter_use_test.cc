// Finds ask the Bloom filter: a key that is not there costs no data block, and none that is there
// is missed.
#include <gtest/gtest.h>

#include "sst/table_in_memory.h"

namespace flowdb {
namespace {

constexpr size_t kRecords = 10'000;

std::string key_of(size_t i) { return "key" + std::to_string(100'000 + i); }

// A table of these keys, and how many blocks a find asks for.
class Filtered {
 public:
  explicit Filtered(int bits_per_key) : stored_(records(), options(bits_per_key)) {
    auto opened = stored_.open();
    EXPECT_TRUE(opened.is_ok()) << opened.status().to_string();
    table_ = std::move(opened).value();
  }

  uint64_t blocks_of(const std::string& key, bool is_there) {
    const BlockCache::Counters before = stored_.cache.counters;
    FoundRecord found;
    const auto result = table_->find(key, UINT64_MAX, found);
    EXPECT_TRUE(result.is_ok()) << result.status().to_string();
    EXPECT_EQ(result.value(), is_there) << key;
    const BlockCache::Counters& after = stored_.cache.counters;
    return after.found + after.read - before.found - before.read;
  }

 private:
  static std::vector<OwnedRecord> records() {
    std::vector<OwnedRecord> some(kRecords);
    for (size_t i = 0; i < some.size(); ++i) {
      some[i].key = key_of(i);
      some[i].value = "value";
    }
    return some;
  }
  static TableBuilderOptions options(int bits_per_key) {
    TableBuilderOptions some;
    some.block_bytes = 1000;
    some.bloom_bits_per_key = bits_per_key;
    return some;
  }

  TableInMemory stored_;
  std::shared_ptr<Table> table_;
};

TEST(FilterUseTest, AKeyThatIsNotThereReadsNoDataBlock) {
  Filtered without(0);
  Filtered with(10);
  size_t missing = 0;
  size_t by_filter = 0;
  for (size_t i = 0; i < kRecords; ++i) {
    // By turns, because a table that has found many keys in a row does not ask its filter.
    with.blocks_of(key_of(i), true);
    const std::string absent = key_of(i) + "+";
    const uint64_t blocks = with.blocks_of(absent, false);
    // The index and a data block: the key is within that block's bounds, and not between two.
    if (without.blocks_of(absent, false) != 2) continue;
    ++missing;
    // The filter alone; a data block is not found without the index.
    if (blocks == 1) ++by_filter;
  }
  EXPECT_GT(missing, kRecords * 9 / 10);
  EXPECT_GE(by_filter * 100, missing * 97) << by_filter << " of " << missing;
}

}  // namespace
}  // namespace flowdb
