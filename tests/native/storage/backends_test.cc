// What the container and the storage in files of their own promise alike: one suite over both.
#include <gtest/gtest.h>

#include "storage/container_survey.h"
#include "storage/faulty_directory.h"
#include "storage/multi_file_storage.h"
#include "storage/posix_directory.h"
#include "storage/posix_file.h"
#include "storage/stored_container.h"
#include "storage/temporary_folder.h"
#include "storage/use_storage.h"

namespace flowdb {
namespace {

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

template <typename Backend>
class BackendTest : public testing::Test {
 protected:
  std::unique_ptr<typename Backend::Storage> open() const {
    auto opened = backend_.open();
    EXPECT_TRUE(opened.is_ok()) << opened.status().to_string();
    return std::move(opened).value();
  }
  Contents stored() const { return contents(*open()); }

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
    EXPECT_EQ(contents(*storage), (Contents{{1, "one, again"}, {3, ""}}));
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
  EXPECT_EQ(contents(*storage), (Contents{{2, "two"}}));
}

TYPED_TEST(BackendTest, EpochAndDeletionAreKept) {
  EXPECT_TRUE(this->open()->write_sst(1, "one").is_ok());
  const uint64_t before = this->open()->epoch();
  {
    const auto storage = this->open();
    EXPECT_TRUE(storage->raise_epoch().is_ok());
    EXPECT_TRUE(storage->raise_epoch().is_ok());
    EXPECT_EQ(storage->epoch(), before + 2);
  }
  EXPECT_EQ(this->open()->epoch(), before + 2);
  EXPECT_TRUE(this->open()->changed_by_others());
  EXPECT_FALSE(this->open()->is_deleted());
  EXPECT_TRUE(this->open()->mark_deleted().is_ok());
  EXPECT_TRUE(this->open()->is_deleted());
  EXPECT_TRUE(this->open()->changed_by_others());
  EXPECT_TRUE(this->open()->apply({}, {1}, "m").is_ok());
  EXPECT_TRUE(this->open()->is_deleted());
  EXPECT_FALSE(this->open()->changed_by_others());
  EXPECT_EQ(this->open()->epoch(), before + 2);
}

TYPED_TEST(BackendTest, WhatIsHeldIsReadAlsoWhenItIsRemoved) {
  const auto storage = this->open();
  EXPECT_EQ(storage->hold_table(1), nullptr);
  for (const uint32_t id : {1u, 2u, 3u}) {
    const std::string bytes = "table " + std::to_string(id);
    EXPECT_TRUE(write_pieces(*storage, id, bytes).is_ok());
    // Also before it is added.
    EXPECT_EQ(read_held(*storage, id, *storage->hold_table(id)), bytes);
  }
  EXPECT_TRUE(storage->has_waiting_tables());
  EXPECT_TRUE(storage->apply({1, 2, 3}, {}, "a").is_ok());
  EXPECT_FALSE(storage->has_waiting_tables());
  EXPECT_EQ(read_held(*storage, 1, *storage->hold_table(1)), "table 1");
  const auto first = storage->hold_table(1);
  const auto second = storage->hold_table(2);
  const auto third = storage->hold_table(3);
  EXPECT_TRUE(storage->apply({}, {1, 2}, "b").is_ok());
  EXPECT_TRUE(storage->delete_sst(3).is_ok());
  EXPECT_EQ(storage->hold_table(1), nullptr);
  EXPECT_EQ(read_held(*storage, 1, *first), "table 1");
  EXPECT_EQ(read_held(*storage, 2, *second), "table 2");
  EXPECT_EQ(read_held(*storage, 3, *third), "table 3");
  EXPECT_EQ(contents(*storage), Contents());
}

TYPED_TEST(BackendTest, OneTableIsWrittenAtATimeAndNoneIsAddedMeanwhile) {
  const auto storage = this->open();
  {
    const auto writer = storage->begin_table(1);
    EXPECT_TRUE(writer.value()->append("one").is_ok());
    EXPECT_TRUE(storage->begin_table(2).status().is(StatusCode::invalid_argument));
    EXPECT_TRUE(storage->apply({}, {}, "m").is(StatusCode::invalid_argument));
    EXPECT_TRUE(storage->write_sst(3, "three").is(StatusCode::invalid_argument));
    EXPECT_TRUE(storage->raise_epoch().is(StatusCode::invalid_argument));
    EXPECT_TRUE(storage->close().is(StatusCode::invalid_argument));
  }
  EXPECT_TRUE(storage->raise_epoch().is_ok());
}

TYPED_TEST(BackendTest, NothingIsWrittenBehindAClose) {
  auto storage = this->open();
  EXPECT_TRUE(storage->write_sst(1, "one").is_ok());
  EXPECT_TRUE(write_pieces(*storage, 2, "waits").is_ok());
  EXPECT_TRUE(storage->close().is_ok());
  EXPECT_FALSE(storage->can_write());
  EXPECT_TRUE(storage->raise_epoch().is(StatusCode::closed));
  EXPECT_TRUE(storage->mark_deleted().is(StatusCode::closed));
  EXPECT_TRUE(storage->begin_table(3).status().is(StatusCode::closed));
  EXPECT_TRUE(storage->apply({}, {1}, "").is(StatusCode::closed));
  EXPECT_TRUE(storage->delete_sst(1).is(StatusCode::closed));
  EXPECT_TRUE(storage->reclaim().is(StatusCode::closed));
  EXPECT_TRUE(storage->close().is(StatusCode::closed));
  EXPECT_EQ(contents(*storage), (Contents{{1, "one"}}));
  storage.reset();
  EXPECT_EQ(this->stored(), (Contents{{1, "one"}}));
}

TYPED_TEST(BackendTest, CountsAndSurveysItsTables) {
  const auto storage = this->open();
  EXPECT_TRUE(write_pieces(*storage, 1, std::string(1000, 'a')).is_ok());
  EXPECT_TRUE(write_pieces(*storage, 7, std::string(500, 'b')).is_ok());
  EXPECT_TRUE(storage->apply({1, 7}, {}, "manifest").is_ok());
  EXPECT_EQ(storage->stats().live_tables, 2u);
  EXPECT_EQ(storage->stats().live_bytes, 1500u);
  Findings findings;
  const ContainerSurvey survey = storage->survey(findings);
  EXPECT_TRUE(findings.empty());
  EXPECT_EQ(survey.database_id, kTestId);
  EXPECT_EQ(survey.manifest, "manifest");
  EXPECT_FALSE(survey.changed);
  ASSERT_EQ(survey.tables.size(), 2u);
  for (const auto& [id, location] : survey.tables) {
    const std::shared_ptr<File> file = storage->file_of(id).value();
    std::string bytes(static_cast<size_t>(location.length), '\0');
    EXPECT_TRUE(read_exactly(*file, location.offset, bytes.data(), bytes.size()).is_ok());
    EXPECT_EQ(bytes, contents(*storage)[id]);
  }
}

}  // namespace
}  // namespace flowdb
