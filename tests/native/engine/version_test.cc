// A version finds the table of a key where a look at each table does, whatever the keys have in
// common.
#include "engine/version.h"

#include <gtest/gtest.h>

#include <random>
#include <set>
#include <string>

namespace flowdb {
namespace {

std::string random_key(std::mt19937_64& random) {
  std::string key = random() % 8 == 0 ? "p" : "prefix";
  if (random() % 2 == 0) key += "-as-long-as-no-number";
  for (size_t left = random() % 12; left > 0; --left) {
    key.push_back(random() % 3 == 0 ? '\0' : static_cast<char>('a' + random() % 3));
  }
  return key;
}

TEST(VersionTest, FindsTheTableThatALookAtEachFinds) {
  const uint64_t seed = std::random_device()();
  SCOPED_TRACE("seed " + std::to_string(seed));
  std::mt19937_64 random(seed);
  for (int round = 0; round < 300; ++round) {
    std::set<std::string> bounds;
    for (size_t count = 2 + random() % 40; count > 0; --count) bounds.insert(random_key(random));
    TableFiles files;
    for (auto at = bounds.begin(); at != bounds.end(); ++at) {
      TableMeta meta;
      meta.id = static_cast<uint32_t>(files.size() + 1);
      meta.level = 2;
      meta.smallest_key = *at;
      if (random() % 2 == 0 && std::next(at) != bounds.end()) ++at;
      meta.largest_key = *at;
      files.push_back(std::make_shared<TableFile>(meta, TableLocation{}, TableSource{}));
    }
    const auto version = Version().with(files, {});
    ASSERT_NE(version, nullptr);
    ASSERT_EQ(version->sorted_levels(), 1u << 2);
    ASSERT_EQ(version->deepest_level(), 2u);
    for (int i = 0; i < 100; ++i) {
      const bool is_bound = i % 4 == 0;
      const std::string& bound = files[random() % files.size()]->meta().largest_key;
      const std::string key = is_bound ? bound : random_key(random);
      size_t expected = 0;
      while (expected < files.size() && files[expected]->meta().largest_key < key) ++expected;
      ASSERT_EQ(version->find_table(2, key), expected) << key;
    }
  }
}

}  // namespace
}  // namespace flowdb
