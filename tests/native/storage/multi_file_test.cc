// A storage in files of their own: what it survives, which files it leaves, and what it finds.
#include <gtest/gtest.h>

#include <functional>

#include "storage/faulty_directory.h"
#include "storage/multi_file_storage.h"
#include "storage/posix_directory.h"
#include "storage/temporary_folder.h"
#include "storage/use_storage.h"

namespace flowdb {
namespace {

// A storage in files, on a disk that fails, and its states after that.
struct Disk {
  std::shared_ptr<StoredNames> root = std::make_shared<StoredNames>();
  std::shared_ptr<StoredNames> tables = std::make_shared<StoredNames>();

  Result<std::unique_ptr<MultiFileStorage>> open(int64_t calls = INT64_MAX) const {
    const auto left = std::make_shared<CallsLeft>();
    left->calls = calls;
    return MultiFileStorage::open(std::make_unique<FaultyDirectory>(root, left),
                                  std::make_unique<FaultyDirectory>(tables, left),
                                  test_container_options());
  }
  Disk after_power_failure(bool names_flushed, bool bytes_flushed) const {
    return {
        std::make_shared<StoredNames>(root->after_power_failure(names_flushed, bytes_flushed)),
        std::make_shared<StoredNames>(tables->after_power_failure(names_flushed, bytes_flushed))};
  }
};

struct Step {
  std::function<Status(MultiFileStorage&)> run;
  Contents after;
  std::string manifest;
};

std::vector<Step> some_steps() {
  const auto add = [](std::vector<uint32_t> ids, std::vector<uint32_t> removed, std::string m) {
    return [=](MultiFileStorage& storage) {
      for (const uint32_t id : ids) {
        FLOWDB_RETURN_IF_ERROR(write_pieces(storage, id, "table " + std::to_string(id)));
      }
      return storage.apply(ids, removed, m);
    };
  };
  return {
      {add({1, 2}, {}, "a"), {{1, "table 1"}, {2, "table 2"}}, "a"},
      {[](MultiFileStorage& s) { return s.write_sst(3, "three"); },
       {{1, "table 1"}, {2, "table 2"}, {3, "three"}},
       "a"},
      {add({4}, {1, 2}, "b"), {{3, "three"}, {4, "table 4"}}, "b"},
      {[](MultiFileStorage& s) { return s.write_sst(3, "another length"); },
       {{3, "another length"}, {4, "table 4"}},
       "b"},
      {[](MultiFileStorage& s) { return s.delete_sst(4); }, {{3, "another length"}}, "b"},
      {[](MultiFileStorage& s) { return s.raise_epoch(); }, {{3, "another length"}}, "b"},
      {add({5}, {3}, "c"), {{5, "table 5"}}, "c"},
  };
}

// A process that is killed behind so many calls. Result: how many steps it has done.
size_t run_steps(const Disk& disk, int64_t calls) {
  const Result<std::unique_ptr<MultiFileStorage>> storage = disk.open(calls);
  size_t done = 0;
  if (!storage.is_ok()) return done;
  for (const Step& step : some_steps()) {
    if (!step.run(*storage.value()).is_ok()) break;
    ++done;
  }
  return done;
}

// What is there is the state before the step that failed, or the one after it, and nothing else.
void expect_recovered(const Disk& disk, size_t done, const std::string& place) {
  SCOPED_TRACE(place);
  const std::vector<Step> steps = some_steps();
  const auto storage = disk.open();
  ASSERT_TRUE(storage.is_ok()) << storage.status().to_string();
  MultiFileStorage& found = *storage.value();
  const Contents tables = contents(found);
  const bool is_before =
      done == 0 ? tables.empty() && found.manifest().empty()
                : tables == steps[done - 1].after && found.manifest() == steps[done - 1].manifest;
  const bool is_after = done < steps.size() && tables == steps[done].after &&
                        found.manifest() == steps[done].manifest;
  EXPECT_TRUE(is_before || is_after);
  // No file is left over, and it can be written on.
  EXPECT_EQ(disk.tables->now.size(), tables.size());
  EXPECT_EQ(disk.root->now.size(), 1u);
  ASSERT_TRUE(found.write_sst(9, "nine").is_ok());
  EXPECT_TRUE(disk.after_power_failure(true, true).open().value()->sst_exists(9));
}

TEST(MultiFileStorage, SurvivesTheEndOfTheProcessAndPowerFailuresAtEveryCall) {
  int64_t calls = 0;
  for (size_t done = 0; done < some_steps().size(); ++calls) {
    const Disk disk;
    done = run_steps(disk, calls);
    for (const bool names : {false, true}) {
      for (const bool bytes : {false, true}) {
        expect_recovered(disk.after_power_failure(names, bytes), done,
                         "call " + std::to_string(calls) + (names ? ", names" : "") +
                             (bytes ? ", bytes" : "") + " lost");
      }
    }
    expect_recovered(disk, done, "call " + std::to_string(calls) + ", killed");
  }
  EXPECT_GT(calls, 40);
}

// What the killed process had not flushed is still not durable then.
TEST(MultiFileStorage, SurvivesPowerFailuresAtEveryCallOfAnOpeningBehindAKill) {
  int64_t openings = 0;
  for (int64_t calls = 0;; ++calls) {
    size_t done = 0;
    for (int64_t more = 0;; ++more) {
      const Disk disk;
      done = run_steps(disk, calls);
      const bool opened = disk.open(more).is_ok();
      for (const bool names : {false, true}) {
        const std::string place =
            "call " + std::to_string(calls) + ", then " + std::to_string(more);
        expect_recovered(disk.after_power_failure(names, true), done,
                         place + (names ? ", names" : "") + " lost");
        // The names of one directory only.
        Disk mixed{copy_of(*disk.root), copy_of(*disk.tables)};
        std::shared_ptr<StoredNames>& lost = names ? mixed.root : mixed.tables;
        lost = std::make_shared<StoredNames>(
            (names ? disk.root : disk.tables)->after_power_failure(true, true));
        expect_recovered(mixed, done, place + (names ? ", root" : ", tables") + " lost");
      }
      ++openings;
      if (opened || HasFailure()) break;
    }
    if (done == some_steps().size() || HasFailure()) break;
  }
  EXPECT_GT(openings, 100);
}

TEST(MultiFileStorage, RemovesTheFilesOfTablesThatNobodyReads) {
  const Disk disk;
  const auto storage = disk.open().value();
  ASSERT_TRUE(write_pieces(*storage, 1, "one").is_ok());
  ASSERT_TRUE(write_pieces(*storage, 2, "two").is_ok());
  ASSERT_TRUE(storage->apply({1, 2}, {}, "a").is_ok());
  auto held = storage->hold_table(2);
  ASSERT_TRUE(storage->apply({}, {1, 2}, "b").is_ok());
  EXPECT_EQ(disk.tables->now.count("000000001.sst"), 0u);
  EXPECT_EQ(disk.tables->now.count("000000002.sst"), 1u);
  held.reset();
  EXPECT_TRUE(disk.tables->now.empty());
  ASSERT_TRUE(write_pieces(*storage, 3, "three").is_ok());
  storage->discard_table(3);
  EXPECT_TRUE(disk.tables->now.empty());
}

TEST(MultiFileStorage, KeepsAFewFilesOpen) {
  const Disk disk;
  const auto left = std::make_shared<CallsLeft>();
  const auto storage = MultiFileStorage::open(std::make_unique<FaultyDirectory>(disk.root, left),
                                              std::make_unique<FaultyDirectory>(disk.tables, left),
                                              test_container_options())
                           .value();
  // Each open file has its share of it.
  const auto open_files = [&, others = left.use_count()] { return left.use_count() - others; };
  std::vector<uint32_t> ids;
  for (uint32_t id = 1; id <= 300; ++id) {
    ASSERT_TRUE(write_pieces(*storage, id, "table " + std::to_string(id)).is_ok());
    ids.push_back(id);
  }
  ASSERT_TRUE(storage->apply(ids, {}, "a").is_ok());
  EXPECT_EQ(open_files(), 0);
  for (int round = 0; round < 2; ++round) {
    for (const uint32_t id : ids) {
      const std::string expected = "table " + std::to_string(id);
      ASSERT_EQ(read_held(*storage, id, *storage->hold_table(id)), expected);
    }
    EXPECT_EQ(open_files(), 128);
  }
}

// A full disk when the new checkpoint is written: the tables have their names already.
TEST(MultiFileStorage, AddsTablesAgainAfterAFailureThatChangedNothing) {
  for (int64_t calls = 0;; ++calls) {
    const Disk disk;
    const auto left = std::make_shared<CallsLeft>();
    const auto storage =
        MultiFileStorage::open(std::make_unique<FaultyDirectory>(disk.root, left),
                               std::make_unique<FaultyDirectory>(disk.tables, left),
                               test_container_options())
            .value();
    ASSERT_TRUE(write_pieces(*storage, 1, "one").is_ok());
    ASSERT_TRUE(storage->apply({1}, {}, "a").is_ok());
    ASSERT_TRUE(write_pieces(*storage, 2, "two").is_ok());
    const auto held = storage->hold_table(2);
    left->calls = calls;
    const bool done = storage->apply({2}, {1}, "b").is_ok();
    left->calls = INT64_MAX;
    EXPECT_EQ(read_held(*storage, 2, *held), "two");
    if (storage->can_write() && !done) {
      EXPECT_EQ(contents(*storage), (Contents{{1, "one"}}));
      ASSERT_TRUE(storage->apply({2}, {1}, "b").is_ok());
    }
    if (!storage->can_write()) storage->discard_table(2);
    const Contents found = contents(*disk.open().value());
    const bool is_new = found == Contents{{2, "two"}};
    EXPECT_TRUE(is_new || (!storage->can_write() && found == Contents{{1, "one"}})) << calls;
    if (done || HasFailure()) break;
  }
}

TEST(MultiFileStorage, GoesOnAfterAFailureThatChangedNothing) {
  const Disk disk;
  const auto left = std::make_shared<CallsLeft>();
  const auto storage = MultiFileStorage::open(std::make_unique<FaultyDirectory>(disk.root, left),
                                              std::make_unique<FaultyDirectory>(disk.tables, left),
                                              test_container_options())
                           .value();
  left->calls = 1;
  EXPECT_TRUE(storage->write_sst(1, "one").is(StatusCode::io_error));
  left->calls = INT64_MAX;
  EXPECT_TRUE(storage->can_write());
  EXPECT_TRUE(storage->write_sst(1, "one").is_ok());
  EXPECT_EQ(contents(*disk.open().value()), (Contents{{1, "one"}}));
}

TEST(MultiFileStorage, TakesTheTablesOfTheOriginal) {
  const Disk disk;
  const auto left = std::make_shared<CallsLeft>();
  FaultyDirectory tables(disk.tables, left);
  for (const std::string name : {"000000007.sst", "1234567890.sst", "000000008.sst.tmp", "notes"}) {
    ASSERT_TRUE(tables.create_file(name).value()->write_at(0, name).is_ok());
  }
  const auto storage = disk.open();
  EXPECT_EQ(contents(*storage.value()),
            (Contents{{7, "000000007.sst"}, {1234567890, "1234567890.sst"}}));
  EXPECT_TRUE(storage.value()->changed_by_others());
  EXPECT_EQ(disk.tables->now.count("000000008.sst.tmp"), 0u);
  EXPECT_EQ(disk.tables->now.count("notes"), 1u);
}

TEST(MultiFileStorage, ReportsWhatIsDamaged) {
  const Disk disk;
  ASSERT_TRUE(disk.open().value()->write_sst(1, "table 1").is_ok());
  std::string& checkpoint = *disk.root->now.at("CHECKPOINT")->bytes;
  for (size_t i = 0; i < checkpoint.size(); ++i) {
    checkpoint[i] ^= 4;
    const Status status = disk.open().status();
    EXPECT_TRUE(status.is(StatusCode::corruption)) << i << ": " << status.to_string();
    checkpoint[i] ^= 4;
  }
  char byte = 0;
  disk.tables->now.at("000000001.sst")->bytes->resize(3);
  EXPECT_TRUE(disk.open().value()->read_table(1, 0, &byte, 1).is(StatusCode::corruption));
  disk.tables->now.erase("000000001.sst");
  EXPECT_TRUE(disk.open().value()->read_table(1, 0, &byte, 1).is(StatusCode::corruption));
}

TEST(MultiFileStorage, AReaderOutlivesItsTable) {
  TemporaryFolder folder;
  const auto open_directory = [&](const std::string& name) {
    return PosixDirectory::open(folder.path(name)).value();
  };
  auto root = open_directory("db");
  auto tables = open_directory("db/SST");
  const auto storage =
      MultiFileStorage::open(std::move(root), std::move(tables), test_container_options()).value();
  ASSERT_TRUE(storage->write_sst(1, "table 1").is_ok());
  const std::shared_ptr<File> reader = storage->file_of(1).value();
  ASSERT_TRUE(storage->delete_sst(1).is_ok());
  EXPECT_TRUE(storage->file_of(1).status().is(StatusCode::not_found));
  std::string bytes(7, '\0');
  EXPECT_TRUE(read_exactly(*reader, 0, bytes.data(), bytes.size()).is_ok());
  EXPECT_EQ(bytes, "table 1");
  EXPECT_TRUE(PosixDirectory::open(folder.path("db")).status().is(StatusCode::busy));
}

}  // namespace
}  // namespace flowdb
