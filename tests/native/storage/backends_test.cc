// What the container and the storage in files of their own promise alike: one suite over both.
#include <gtest/gtest.h>

#include <functional>

#include "storage/faulty_directory.h"
#include "storage/multi_file_storage.h"
#include "storage/posix_directory.h"
#include "storage/posix_file.h"
#include "storage/stored_container.h"
#include "storage/temporary_folder.h"

namespace flowdb {
namespace {

ContainerOptions test_container_options() {
  ContainerOptions options;
  options.new_id = kTestId;
  return options;
}

// Each opens the same stored bytes again and again.
class ContainerInMemory {
 public:
  using Storage = Container;
  Result<std::unique_ptr<Container>> open() const { return try_open(bytes_); }

 private:
  Bytes bytes_ = no_bytes();
};

class FilesInMemory {
 public:
  using Storage = MultiFileStorage;
  Result<std::unique_ptr<MultiFileStorage>> open() const {
    const auto left = std::make_shared<CallsLeft>();
    return MultiFileStorage::open(std::make_unique<FaultyDirectory>(root_, left),
                                  std::make_unique<FaultyDirectory>(tables_, left),
                                  test_container_options());
  }

 private:
  std::shared_ptr<StoredNames> root_ = std::make_shared<StoredNames>();
  std::shared_ptr<StoredNames> tables_ = std::make_shared<StoredNames>();
};

class FilesOnDisk {
 public:
  using Storage = MultiFileStorage;
  Result<std::unique_ptr<MultiFileStorage>> open() const {
    FLOWDB_ASSIGN_OR_RETURN(auto root, PosixDirectory::open(folder_.path("db")));
    FLOWDB_ASSIGN_OR_RETURN(auto tables, PosixDirectory::open(folder_.path("db/SST")));
    return MultiFileStorage::open(std::move(root), std::move(tables), test_container_options());
  }

 private:
  TemporaryFolder folder_;
};

template <typename Storage>
Contents contents_of(Storage& storage) {
  Contents found;
  for (const auto& [id, location] : storage.tables()) {
    std::string bytes(static_cast<size_t>(location.length), '\0');
    const Status status = storage.read_table(id, 0, bytes.data(), bytes.size());
    EXPECT_TRUE(status.is_ok()) << status.to_string();
    found[id] = bytes;
  }
  return found;
}

template <typename Storage>
Status write_pieces(Storage& storage, uint32_t id, std::string_view bytes) {
  FLOWDB_ASSIGN_OR_RETURN(auto writer, storage.begin_table(id));
  for (size_t at = 0; at < bytes.size(); at += 1000) {
    FLOWDB_RETURN_IF_ERROR(writer->append(bytes.substr(at, 1000)));
  }
  EXPECT_EQ(writer->size(), bytes.size());
  return writer->finish();
}

template <typename Backend>
class BackendTest : public testing::Test {
 protected:
  std::unique_ptr<typename Backend::Storage> open() const {
    auto opened = backend_.open();
    EXPECT_TRUE(opened.is_ok()) << opened.status().to_string();
    return std::move(opened).value();
  }
  Contents stored() const { return contents_of(*open()); }

  Backend backend_;
};

using Backends = testing::Types<ContainerInMemory, FilesInMemory, FilesOnDisk>;
TYPED_TEST_SUITE(BackendTest, Backends);

TYPED_TEST(BackendTest, StandaloneCallsAreDurableOneByOne) {
  EXPECT_EQ(this->stored(), Contents());
  {
    const auto storage = this->open();
    EXPECT_EQ(storage->database_id(), kTestId);
    EXPECT_TRUE(storage->write_sst(1, "one").is_ok());
    EXPECT_TRUE(storage->write_sst(4'000'000'000, std::string(10'000, 'b')).is_ok());
    EXPECT_TRUE(storage->write_sst(3, "").is_ok());
    EXPECT_TRUE(storage->sst_exists(1));
    EXPECT_FALSE(storage->sst_exists(2));
    EXPECT_TRUE(storage->changed_by_others());
  }
  EXPECT_EQ(this->stored(),
            (Contents{{1, "one"}, {3, ""}, {4'000'000'000, std::string(10'000, 'b')}}));
  {
    const auto storage = this->open();
    EXPECT_TRUE(storage->changed_by_others());
    EXPECT_TRUE(storage->write_sst(1, "one, again").is_ok());
    EXPECT_TRUE(storage->delete_sst(4'000'000'000).is_ok());
    EXPECT_TRUE(storage->delete_sst(4'000'000'000).is_ok());
    EXPECT_TRUE(storage->delete_sst(77).is_ok());
    EXPECT_EQ(contents_of(*storage), (Contents{{1, "one, again"}, {3, ""}}));
  }
  EXPECT_EQ(this->stored(), (Contents{{1, "one, again"}, {3, ""}}));
}

TYPED_TEST(BackendTest, AnApplyChangesTablesAndManifestTogether) {
  const std::string large(200'000, 'x');
  {
    const auto storage = this->open();
    EXPECT_TRUE(write_pieces(*storage, 1, "first").is_ok());
    EXPECT_TRUE(write_pieces(*storage, 2, large).is_ok());
    EXPECT_TRUE(write_pieces(*storage, 3, "given up").is_ok());
    EXPECT_FALSE(storage->sst_exists(1));
    storage->discard_table(3);
    EXPECT_TRUE(storage->apply({1, 2}, {}, "manifest 1").is_ok());
    EXPECT_EQ(storage->manifest(), "manifest 1");
    EXPECT_FALSE(storage->changed_by_others());
    EXPECT_TRUE(write_pieces(*storage, 4, "waits for ever").is_ok());
  }
  EXPECT_EQ(this->open()->manifest(), "manifest 1");
  EXPECT_FALSE(this->open()->changed_by_others());
  EXPECT_EQ(this->stored(), (Contents{{1, "first"}, {2, large}}));
  {
    const auto storage = this->open();
    EXPECT_TRUE(write_pieces(*storage, 5, "fifth").is_ok());
    EXPECT_TRUE(storage->apply({5}, {2}, "manifest 2").is_ok());
  }
  EXPECT_EQ(this->open()->manifest(), "manifest 2");
  EXPECT_EQ(this->stored(), (Contents{{1, "first"}, {5, "fifth"}}));
}

TYPED_TEST(BackendTest, WhatIsNotPossibleIsRefused) {
  const auto storage = this->open();
  EXPECT_TRUE(storage->write_sst(1, "one").is_ok());
  EXPECT_TRUE(write_pieces(*storage, 2, "two").is_ok());
  for (const uint32_t taken : {1u, 2u, kFillerId}) {
    EXPECT_TRUE(storage->begin_table(taken).status().is(StatusCode::invalid_argument)) << taken;
  }
  EXPECT_TRUE(storage->write_sst(kFillerId, "").is(StatusCode::invalid_argument));
  EXPECT_TRUE(storage->apply({3}, {}, "").is(StatusCode::invalid_argument));
  EXPECT_TRUE(storage->apply({2, 2}, {}, "").is(StatusCode::invalid_argument));
  EXPECT_TRUE(storage->apply({2}, {7}, "").is(StatusCode::invalid_argument));
  char byte = 0;
  EXPECT_TRUE(storage->read_table(2, 0, &byte, 1).is(StatusCode::not_found));
  EXPECT_TRUE(storage->read_table(1, 3, &byte, 1).is(StatusCode::corruption));
  EXPECT_TRUE(storage->apply({2}, {1}, "m").is_ok());
  EXPECT_TRUE(storage->can_write());
  EXPECT_EQ(contents_of(*storage), (Contents{{2, "two"}}));
}

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
      {add({5}, {3}, "c"), {{5, "table 5"}}, "c"},
  };
}

// What is there is the state before the step that failed, or the one after it, and nothing else.
void expect_recovered(const Disk& disk, size_t done, const std::string& place) {
  SCOPED_TRACE(place);
  const std::vector<Step> steps = some_steps();
  const auto storage = disk.open();
  ASSERT_TRUE(storage.is_ok()) << storage.status().to_string();
  MultiFileStorage& found = *storage.value();
  const Contents contents = contents_of(found);
  const bool is_before =
      done == 0 ? contents.empty() && found.manifest().empty()
                : contents == steps[done - 1].after && found.manifest() == steps[done - 1].manifest;
  const bool is_after = done < steps.size() && contents == steps[done].after &&
                        found.manifest() == steps[done].manifest;
  EXPECT_TRUE(is_before || is_after);
  // No file is left over, and it can be written on.
  EXPECT_EQ(disk.tables->now.size(), contents.size());
  EXPECT_EQ(disk.root->now.size(), 1u);
  ASSERT_TRUE(found.write_sst(9, "nine").is_ok());
  EXPECT_TRUE(disk.after_power_failure(true, true).open().value()->sst_exists(9));
}

TEST(MultiFileStorage, SurvivesTheEndOfTheProcessAndPowerFailuresAtEveryCall) {
  int64_t calls = 0;
  for (size_t done = 0; done < some_steps().size(); ++calls) {
    const Disk disk;
    done = 0;
    Result<std::unique_ptr<MultiFileStorage>> storage = disk.open(calls);
    if (storage.is_ok()) {
      for (const Step& step : some_steps()) {
        if (!step.run(*storage.value()).is_ok()) break;
        ++done;
      }
    }
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
  EXPECT_EQ(contents_of(*disk.open().value()), (Contents{{1, "one"}}));
}

TEST(MultiFileStorage, TakesTheTablesOfTheOriginal) {
  const Disk disk;
  const auto left = std::make_shared<CallsLeft>();
  FaultyDirectory tables(disk.tables, left);
  for (const std::string name : {"000000007.sst", "1234567890.sst", "000000008.sst.tmp", "notes"}) {
    ASSERT_TRUE(tables.create_file(name).value()->write_at(0, name).is_ok());
  }
  const auto storage = disk.open();
  EXPECT_EQ(contents_of(*storage.value()),
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
  const std::shared_ptr<File> reader = storage->open_reader(1).value();
  ASSERT_TRUE(storage->delete_sst(1).is_ok());
  EXPECT_TRUE(storage->open_reader(1).status().is(StatusCode::not_found));
  std::string bytes(7, '\0');
  EXPECT_TRUE(read_exactly(*reader, 0, bytes.data(), bytes.size()).is_ok());
  EXPECT_EQ(bytes, "table 1");
  EXPECT_TRUE(PosixDirectory::open(folder.path("db")).status().is(StatusCode::busy));
}

}  // namespace
}  // namespace flowdb
