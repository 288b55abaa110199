// fixtures/spilled is read as it was written, for ever.
#include "engine/spilled_fixture.h"

#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "engine/manifest.h"
#include "storage/container.h"

namespace flowdb {
namespace {

StoredDatabase load_fixture() {
  const auto read_file = [](const std::string& name) {
    std::ifstream file(std::string(FLOWDB_FIXTURES) + "/spilled/" + name, std::ios::binary);
    EXPECT_TRUE(file) << name;
    return std::make_shared<std::string>(std::istreambuf_iterator<char>(file),
                                         std::istreambuf_iterator<char>());
  };
  return {read_file("flow.db"), read_file("flow.wal")};
}

void expect_content(Engine& engine) {
  auto iterator = engine.new_iterator({});
  iterator->seek_to_first();
  for (int n = 10; n <= 99; ++n) {
    ASSERT_TRUE(iterator->valid()) << n;
    EXPECT_EQ(iterator->key(), "city" + std::to_string(n));
    EXPECT_EQ(iterator->value(), spilled_fixture_value(n)) << n;
    iterator->next();
  }
  EXPECT_FALSE(iterator->valid());
  expect_ok(iterator->status());
}

// So that the fixture holds what it is for.
TEST(SpilledFixtureTest, HasTablesThatWereNumberedLater) {
  const StoredDatabase stored = load_fixture();
  const auto container =
      Container::open(std::make_unique<MemoryFile>(stored.container, "flow.db"), {});
  ASSERT_TRUE(container.is_ok()) << container.status().to_string();
  EXPECT_TRUE(container.value()->regions_reused());
  const auto manifest = Manifest::decode(container.value()->manifest(), "flow.db");
  ASSERT_TRUE(manifest.is_ok()) << manifest.status().to_string();
  size_t numbered = 0;
  for (const TableMeta& table : manifest->tables) numbered += table.assigned_sequence != 0 ? 1 : 0;
  EXPECT_GE(numbered, 2u);  // one of each run at least
}

TEST(SpilledFixtureTest, IsReadAsItWasWritten) {
  const StoredDatabase stored = load_fixture();
  auto engine = stored.open(spilled_fixture_options());
  EXPECT_EQ(engine->stats().recovered_batches, 1u);
  expect_content(*engine);
  expect_ok(engine->compact_all());
  expect_content(*engine);
  expect_ok(engine->close());
  expect_content(*stored.open(spilled_fixture_options()));
}

}  // namespace
}  // namespace flowdb
