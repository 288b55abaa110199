// The database in fixtures/, written by version 1 of the formats: every later version opens it,
// finds exactly what was written, and can write on.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "engine/fixture_content.h"

namespace flowdb {
namespace {

std::string read_file(const std::string& name) {
  std::ifstream file(std::string(FLOWDB_FIXTURES) + "/" + name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

StoredDatabase load_fixture() {
  return {std::make_shared<std::string>(read_file("flow.db")),
          std::make_shared<std::string>(read_file("flow.wal"))};
}

FixtureContent expected_content() {
  const StoredDatabase stored;
  FixtureContent content;
  write_fixture(*stored.open(fixture_options()), content);
  return content;
}

FixtureContent content_of(Engine& engine) {
  FixtureContent content;
  auto iterator = engine.new_iterator({});
  for (iterator->seek_to_first(); iterator->valid(); iterator->next()) {
    content[std::string(iterator->key())][iterator->ts()] = iterator->value();
  }
  expect_ok(iterator->status());
  return content;
}

TEST(FixtureTest, IsReadAsItWasWritten) {
  const StoredDatabase stored = load_fixture();
  auto engine = stored.open(fixture_options());
  EXPECT_EQ(engine->stats().recovered_batches, 1u);
  EXPECT_GT(engine->stats().tables, 3u);
  EXPECT_EQ(content_of(*engine), expected_content());
  std::string value;
  expect_ok(engine->get("city1", {}, value));
  EXPECT_EQ(value, "only in the log");
  EXPECT_TRUE(engine->get("city2", {}, value).is(StatusCode::not_found));
  expect_ok(engine->get("series", {}, value));
  EXPECT_EQ(value, "at 2");
}

TEST(FixtureTest, CanBeWrittenOn) {
  const StoredDatabase stored = load_fixture();
  FixtureContent expected = expected_content();
  {
    auto engine = stored.open(fixture_options());
    WriteBatch batch;
    batch.put("new", "value");
    expected["new"][0] = "value";
    expect_ok(engine->write(batch, Durability::strict));
    expect_ok(engine->compact_all());
    EXPECT_EQ(content_of(*engine), expected);
    expect_ok(engine->close());
  }
  EXPECT_EQ(content_of(*stored.open(fixture_options())), expected);
}

}  // namespace
}  // namespace flowdb
