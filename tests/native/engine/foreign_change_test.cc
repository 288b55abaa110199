// A container that somebody else has written to: the original FlowDB, or a tool. Tables then speak
// for themselves, and what the log still holds is not lost.
#include <gtest/gtest.h>

#include "engine/test_engine.h"
#include "storage/container.h"

namespace flowdb {
namespace {

void put(Engine& engine, std::string_view key, std::string_view value) {
  WriteBatch batch;
  batch.put(key, value);
  expect_ok(engine.write(batch, Durability::relaxed));
}

std::string get(Engine& engine, std::string_view key) {
  std::string value;
  const Status status = engine.get(key, {}, value);
  return status.is_ok() ? value : std::string(status_code_name(status.code()));
}

std::unique_ptr<Container> open_container(const StoredDatabase& stored) {
  auto opened = Container::open(std::make_unique<MemoryFile>(stored.container, "flow.db"), {});
  EXPECT_TRUE(opened.is_ok()) << opened.status().to_string();
  return std::move(opened).value();
}

// The raw bytes of a table with one record, of sequence number `sequence`.
std::string raw_table(uint32_t id, uint64_t sequence, std::string_view key,
                      std::string_view value) {
  StoredDatabase stored;
  auto engine = stored.open();
  for (uint64_t i = 1; i < sequence; ++i) put(*engine, "filler", "x");
  put(*engine, key, value);
  expect_ok(engine->flush());
  // Each flush takes the next id.
  for (uint32_t i = 1; i < id; ++i) {
    put(*engine, key, value);
    expect_ok(engine->flush());
  }
  const TableLocation location = engine->storage().tables().at(id);
  return stored.container->substr(location.offset, location.length);
}

TEST(ForeignChangeTest, ATableThatWasAddedIsFound) {
  const StoredDatabase stored;
  {
    auto engine = stored.open();
    put(*engine, "a", "1");
    expect_ok(engine->flush());
    put(*engine, "log", "kept");
  }
  expect_ok(open_container(stored)->write_sst(5, raw_table(5, 50, "b", "foreign")));
  auto engine = stored.open();
  EXPECT_EQ(get(*engine, "a"), "1");
  EXPECT_EQ(get(*engine, "b"), "foreign");
  EXPECT_EQ(get(*engine, "log"), "kept");
  put(*engine, "b", "ours again");
  EXPECT_EQ(get(*engine, "b"), "ours again");
  engine.reset();
  engine = stored.open();
  EXPECT_EQ(get(*engine, "b"), "ours again");
  EXPECT_EQ(get(*engine, "log"), "kept");
  expect_ok(engine->compact_all());
  EXPECT_EQ(get(*engine, "b"), "ours again");
  EXPECT_EQ(engine->stats().tables, 1u);
}

TEST(ForeignChangeTest, TheFirstWriteMayTakeMoreRoomThanTheLogHasLeft) {
  const StoredDatabase stored;
  {
    auto engine = stored.open(tiny_options());
    put(*engine, "a", "1");
    expect_ok(engine->close());
  }
  expect_ok(open_container(stored)->write_sst(5, raw_table(5, 50, "b", "foreign")));
  auto engine = stored.open(tiny_options());
  const std::string large(8000, 'x');
  put(*engine, "large", large);
  EXPECT_EQ(get(*engine, "large"), large);
  engine.reset();
  engine = stored.open(tiny_options());
  EXPECT_EQ(get(*engine, "large"), large);
  EXPECT_EQ(get(*engine, "b"), "foreign");
}

TEST(ForeignChangeTest, OnlyLookingAtItChangesNothingAndLosesNothing) {
  const StoredDatabase stored;
  {
    auto engine = stored.open();
    put(*engine, "a", "1");
    expect_ok(engine->flush());
    put(*engine, "log", "kept");
  }
  expect_ok(open_container(stored)->write_sst(5, raw_table(5, 50, "b", "foreign")));
  for (int i = 0; i < 3; ++i) {
    auto engine = stored.open();
    EXPECT_EQ(get(*engine, "b"), "foreign");
    EXPECT_EQ(get(*engine, "log"), "kept");
  }
}

TEST(ForeignChangeTest, ATableThatWasRemovedIsGone) {
  const StoredDatabase stored;
  {
    auto engine = stored.open();
    put(*engine, "a", "1");
    expect_ok(engine->flush());
    put(*engine, "b", "1");
    expect_ok(engine->close());
  }
  expect_ok(open_container(stored)->delete_sst(1));
  auto engine = stored.open();
  EXPECT_EQ(get(*engine, "a"), "not_found");
  EXPECT_EQ(get(*engine, "b"), "1");
}

TEST(ForeignChangeTest, BytesThatAreNoTableOfOursAreNamed) {
  const StoredDatabase stored;
  stored.open();
  expect_ok(open_container(stored)->write_sst(77, std::string(300, 'x')));
  const Status status = stored.try_open().status();
  EXPECT_EQ(status.code(), StatusCode::corruption);
  EXPECT_NE(status.message().find("table 77"), std::string::npos) << status.to_string();
  EXPECT_NE(status.message().find("flow.db at "), std::string::npos) << status.to_string();
}

// What the original's compaction leaves: every live table once, a checkpoint of its own, nothing
// that is ours.
StoredDatabase rewritten_by_the_original(const StoredDatabase& stored) {
  const auto container = open_container(stored);
  std::string bytes("FLOWDB01\0\0\0\1", 12);
  bytes.resize(4096);
  const auto put_be = [&bytes](uint64_t number, int length) {
    for (int i = length - 1; i >= 0; --i) bytes += static_cast<char>(number >> (8 * i));
  };
  for (const auto& [id, location] : container->tables()) {
    put_be(location.length + 5, 8);
    bytes += '\0';
    put_be(id, 4);
    bytes += stored.container->substr(location.offset, location.length);
  }
  return {std::make_shared<std::string>(bytes), stored.log};
}

TEST(ForeignChangeTest, WithoutAManifestTheTablesSpeakForThemselves) {
  const StoredDatabase stored;
  {
    auto engine = stored.open(tiny_options());
    for (int i = 0; i < 2000; ++i) {
      put(*engine, "key" + std::to_string(i % 500), std::to_string(i) + std::string(50, 'v'));
      if (i % 3 == 0) expect_ok(engine->maintain(100).status());
    }
    expect_ok(engine->close());
  }
  const StoredDatabase rewritten = rewritten_by_the_original(stored);
  auto engine = rewritten.open(tiny_options());
  for (int i = 0; i < 500; ++i) {
    EXPECT_EQ(get(*engine, "key" + std::to_string(i)),
              std::to_string(1500 + i) + std::string(50, 'v'));
  }
  put(*engine, "key1", "after");
  engine.reset();
  engine = rewritten.open(tiny_options());
  EXPECT_EQ(get(*engine, "key1"), "after");
  expect_ok(engine->compact_all());
  EXPECT_EQ(get(*engine, "key1"), "after");
  EXPECT_EQ(get(*engine, "key2"), "1502" + std::string(50, 'v'));
}

// Upkeep begins behind an opening. Its manifest would say that the log has covered nothing yet.
TEST(ForeignChangeTest, UpkeepWaitsForTheCheckpointThatIsDue) {
  const StoredDatabase stored;
  {
    auto engine = stored.open(tiny_options());
    for (int i = 0; i < 500; ++i) {
      put(*engine, "key" + std::to_string(i), std::to_string(i) + std::string(50, 'v'));
    }
    expect_ok(engine->close());
  }
  const StoredDatabase rewritten = rewritten_by_the_original(stored);
  const auto upkeep_and_reopen = [&](std::unique_ptr<Engine> engine) {
    for (Result<bool> more = true; more.value();) {
      more = engine->maintain(0);
      ASSERT_TRUE(more.is_ok()) << more.status().to_string();
    }
    engine = rewritten.open(tiny_options());
    for (int i = 0; i < 500; ++i) {
      EXPECT_EQ(get(*engine, "key" + std::to_string(i)), std::to_string(i) + std::string(50, 'v'));
    }
  };
  upkeep_and_reopen(rewritten.open(tiny_options()));
  // Compaction goes on behind the first write.
  auto engine = rewritten.open(tiny_options());
  const uint64_t tables = engine->stats().tables;
  EXPECT_GE(tables, tiny_options().level0_tables_max);
  put(*engine, "later", "1");
  upkeep_and_reopen(std::move(engine));
  EXPECT_LT(rewritten.open(tiny_options())->stats().tables, tables);
}

TEST(ForeignChangeTest, WithoutAManifestALogWithCommitsIsAnError) {
  const StoredDatabase stored;
  {
    auto engine = stored.open();
    put(*engine, "a", "1");
    expect_ok(engine->flush());
    put(*engine, "b", "1");
  }
  const Status status = rewritten_by_the_original(stored).try_open(test_options(9)).status();
  EXPECT_EQ(status.code(), StatusCode::corruption) << status.to_string();
  EXPECT_NE(status.message().find("flow.wal"), std::string::npos);
}

}  // namespace
}  // namespace flowdb
