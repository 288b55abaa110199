// fixtures/records is read as it was written, for ever.
#include "engine/records_fixture.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

namespace flowdb {
namespace {

std::string read_file(const std::string& name) {
  std::ifstream file(std::string(FLOWDB_FIXTURES) + "/records/" + name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

void expect_content(Engine& engine) {
  auto iterator = engine.new_iterator({});
  iterator->seek_to_first();
  for (int n = 10; n < 90; ++n) {
    const bool removed = (n >= 20 && n < 40 && n != 30) || (n >= 50 && n < 60);
    if (removed) continue;
    ASSERT_TRUE(iterator->valid()) << n;
    EXPECT_EQ(iterator->key(), "city" + std::to_string(n));
    EXPECT_EQ(iterator->value(), n == 30 ? "second" : "first");
    EXPECT_EQ(iterator->ts(), n == 30 ? 0 : n);
    iterator->next();
  }
  ASSERT_TRUE(iterator->valid());
  EXPECT_EQ(iterator->key(), "session");
  iterator->next();
  EXPECT_FALSE(iterator->valid());
  expect_ok(iterator->status());
}

TEST(RecordsFixtureTest, IsReadAsItWasWritten) {
  const StoredDatabase stored{std::make_shared<std::string>(read_file("flow.db")),
                              std::make_shared<std::string>(read_file("flow.wal"))};
  EngineOptions options = records_fixture_options();
  int64_t now = 1'000'000;
  options.now_us = [&now] { return now; };
  auto engine = stored.open(options);
  EXPECT_EQ(engine->stats().recovered_batches, 1u);
  ASSERT_EQ(engine->stats().tables, 4u);
  expect_content(*engine);
  now = 2'000'000;
  expect_ok(engine->maintain(1'000'000).status());
  EXPECT_EQ(engine->stats().expired_tables, 1u);
  now = 1'000'000;
  expect_ok(engine->compact_all());
  EXPECT_EQ(engine->stats().tables, 1u);
}

}  // namespace
}  // namespace flowdb
