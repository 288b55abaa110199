// An engine whose tables are files of their own: what of that is seen from outside. The suites of
// the engine run on it, too (CMakeLists.txt), and so do the crash tests (crash/directory_*).
#include <gtest/gtest.h>

#include <algorithm>

#include "engine/spill.h"
#include "engine/test_engine.h"
#include "engine/verify.h"
#include "storage/posix_directory.h"
#include "storage/temporary_folder.h"

namespace flowdb {
namespace {

std::string key(int n) { return "key" + std::to_string(1000 + n); }

void fill(Engine& engine, int count, char value, int64_t expire_at = kNeverExpires) {
  for (int n = 0; n < count; ++n) {
    WriteBatch batch;
    batch.put(key(n), std::string(100, value), 0, expire_at);
    expect_ok(engine.write(batch, Durability::relaxed));
  }
}

void expect_filled(Engine& engine, int count, char value) {
  for (int n = 0; n < count; ++n) {
    std::string found;
    expect_ok(engine.get(key(n), {}, found));
    ASSERT_EQ(found, std::string(100, value));
  }
}

class MultiFileTest : public testing::Test {
 protected:
  Result<std::unique_ptr<Engine>> try_open(EngineOptions options = tiny_options()) const {
    FLOWDB_ASSIGN_OR_RETURN(auto root, PosixDirectory::open(folder_.path("db")));
    FLOWDB_ASSIGN_OR_RETURN(auto tables, PosixDirectory::open(folder_.path("db/SST")));
    return Engine::open(std::move(root), std::move(tables), std::move(options));
  }
  std::unique_ptr<Engine> open(EngineOptions options = tiny_options()) const {
    auto opened = try_open(std::move(options));
    EXPECT_TRUE(opened.is_ok()) << opened.status().to_string();
    return std::move(opened).value();
  }
  // Of one of the two directories; nobody may have it open.
  std::vector<std::string> files(const std::string& directory) const {
    auto names = PosixDirectory::open(folder_.path(directory)).value()->list().value();
    std::sort(names.begin(), names.end());
    return names;
  }
  Findings verify_closed() const {
    const auto root = PosixDirectory::open(folder_.path("db")).value();
    const auto tables = PosixDirectory::open(folder_.path("db/SST")).value();
    return verify_database(*root, *tables);
  }

  // Reading everything ends there.
  void expect_error_in(const std::string& name) const {
    const auto engine = open();
    const auto iterator = engine->new_iterator({});
    for (iterator->seek_to_first(); iterator->valid();) iterator->next();
    EXPECT_TRUE(iterator->status().is(StatusCode::corruption));
    EXPECT_NE(iterator->status().message().find(name), std::string::npos)
        << iterator->status().to_string();
  }

  TemporaryFolder folder_;
};

TEST_F(MultiFileTest, IsFoundAgainOnDisk) {
  {
    const auto engine = open();
    fill(*engine, 2000, 'a');
    expect_ok(engine->compact_all());
    fill(*engine, 500, 'b');
    EXPECT_GT(engine->stats().tables, 3u);
    EXPECT_TRUE(engine->verify().empty());
    EXPECT_TRUE(try_open().status().is(StatusCode::busy));
    // Without a close(): the last ones are in the log.
  }
  {
    const auto engine = open();
    EXPECT_GT(engine->stats().recovered_batches, 0u);
    expect_filled(*engine, 500, 'b');
    fill(*engine, 500, 'a');
    expect_filled(*engine, 2000, 'a');
    const uint64_t epoch = engine->storage().epoch();
    EXPECT_EQ(epoch, 2u);
    expect_ok(engine->close());
  }
  EXPECT_EQ(files("db"), (std::vector<std::string>{"CHECKPOINT", "flow.wal"}));
  const size_t tables = files("db/SST").size();
  EXPECT_TRUE(verify_closed().empty());
  const auto engine = open();
  EXPECT_EQ(engine->stats().tables, tables);
  EXPECT_EQ(engine->stats().recovered_batches, 0u);
  expect_filled(*engine, 2000, 'a');
}

TEST_F(MultiFileTest, DamageIsFoundInItsFile) {
  {
    const auto engine = open();
    fill(*engine, 500, 'a');
    expect_ok(engine->close());
  }
  const std::string name = files("db/SST").front();
  {
    const auto directory = PosixDirectory::open(folder_.path("db/SST")).value();
    const auto file = directory->open_file(name).value();
    char byte = 0;
    expect_ok(read_exactly(*file, 100, &byte, 1));
    expect_ok(file->write_at(100, std::string(1, static_cast<char>(byte ^ 1))));
  }
  Findings findings = verify_closed();
  ASSERT_FALSE(findings.empty());
  EXPECT_NE(findings.front().file.find(name), std::string::npos) << findings.front().to_string();
  EXPECT_FALSE(open()->verify().empty());
  expect_error_in(name);
  expect_ok(PosixDirectory::open(folder_.path("db/SST")).value()->remove(name));
  findings = verify_closed();
  ASSERT_FALSE(findings.empty());
  EXPECT_NE(findings.front().to_string().find(name), std::string::npos);
  expect_error_in(name);
}

// In memory, where the files can be looked at while they are open.
class MultiFileInMemoryTest : public testing::Test {
 protected:
  std::unique_ptr<Engine> open() {
    EngineOptions options = tiny_options();
    options.now_us = [now = now_] { return *now; };
    auto opened = directories_.open(log_, std::move(options));
    EXPECT_TRUE(opened.is_ok()) << opened.status().to_string();
    return std::move(opened).value();
  }
  size_t files() const { return directories_.tables->now.size(); }

  StoredDirectories directories_;
  std::shared_ptr<std::string> log_ = std::make_shared<std::string>();
  std::shared_ptr<int64_t> now_ = std::make_shared<int64_t>(1'000'000);
};

TEST_F(MultiFileInMemoryTest, FilesOfObsoleteTablesGoWithTheirLastReader) {
  const auto engine = open();
  fill(*engine, 1000, 'a');
  expect_ok(engine->flush());
  auto iterator = engine->new_iterator({});
  fill(*engine, 1000, 'b');
  expect_ok(engine->compact_all());
  EXPECT_GT(files(), engine->stats().tables);
  int seen = 0;
  for (iterator->seek_to_first(); iterator->valid(); iterator->next(), ++seen) {
    ASSERT_EQ(iterator->value(), std::string(100, 'a'));
  }
  expect_ok(iterator->status());
  EXPECT_EQ(seen, 1000);
  iterator.reset();
  EXPECT_EQ(files(), engine->stats().tables);
  expect_filled(*engine, 1000, 'b');
}

TEST_F(MultiFileInMemoryTest, FilesOfExpiredTablesGo) {
  const auto engine = open();
  fill(*engine, 500, 'a', *now_ + 1000);
  expect_ok(engine->flush());
  for (bool more = true; more;) more = engine->maintain(0).value();
  ASSERT_GT(files(), 0u);
  *now_ += 2000;
  for (bool more = true; more;) more = engine->maintain(0).value();
  EXPECT_EQ(engine->stats().tables, 0u);
  EXPECT_EQ(files(), 0u);
}

TEST_F(MultiFileInMemoryTest, UpkeepOfRoomIsNeverDue) {
  const auto engine = open();
  for (char value = 'a'; value < 'f'; ++value) fill(*engine, 500, value);
  expect_ok(engine->flush());
  for (bool more = true; more;) more = engine->maintain(0).value();
  EXPECT_EQ(engine->stats().dead_bytes, 0u);
  EXPECT_EQ(engine->storage().reclaimable_bytes(), 0u);
  EXPECT_EQ(engine->storage().table_to_move(0), std::nullopt);
  EXPECT_FALSE(engine->maintain(0).value());
}

TEST_F(MultiFileInMemoryTest, WhatWasSpilledAndGivenUpLeavesNoFile) {
  const auto engine = open();
  fill(*engine, 100, 'a');
  expect_ok(engine->flush());
  const size_t before = files();
  Memtable overlay;
  const std::string value(1000, 'b');
  for (int n = 0; n < 100; ++n) {
    overlay.insert({key(n), value, 0, kNeverExpires, 1, RecordKind::put});
  }
  {
    Spill spill;
    expect_ok(engine->spill(overlay, spill));
    EXPECT_GT(files(), before);
    // It is read before it is committed.
    ReadOptions read;
    read.spill = &spill;
    std::string found;
    expect_ok(engine->get(key(7), read, found));
    EXPECT_EQ(found, value);
  }
  EXPECT_EQ(files(), before);
  expect_filled(*engine, 100, 'a');
}

TEST_F(MultiFileInMemoryTest, IsNotMadeWhereItShallExist) {
  EngineOptions options = tiny_options();
  options.create_if_missing = false;
  const auto left = std::make_shared<CallsLeft>();
  const auto opened =
      Engine::open(std::make_unique<FaultyDirectory>(directories_.root, left),
                   std::make_unique<FaultyDirectory>(directories_.tables, left), options);
  EXPECT_TRUE(opened.status().is(StatusCode::not_found));
  EXPECT_TRUE(directories_.root->now.empty());
  expect_ok(open()->storage().mark_deleted());
  EXPECT_TRUE(directories_.open(log_, options).status().is(StatusCode::not_found));
}

}  // namespace
}  // namespace flowdb
