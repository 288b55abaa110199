// What the calls of a container promise when nothing goes wrong.
#include "storage/container.h"

#include <gtest/gtest.h>

#include "storage/original.h"
#include "storage/posix_file.h"
#include "storage/stored_container.h"
#include "storage/temporary_folder.h"

namespace flowdb {
namespace {

// The file is what the original would read as the same tables, and opens again as them.
void expect_everywhere(const Bytes& bytes, const Contents& expected) {
  EXPECT_EQ(original::contents(*bytes), expected);
  const auto container = open(bytes);
  ASSERT_NE(container, nullptr);
  EXPECT_EQ(contents(*container), expected);
}

TEST(Container, StandaloneCallsAreDurableOneByOne) {
  const Bytes bytes = no_bytes();
  {
    const auto container = open(bytes);
    ASSERT_OK(container->write_sst(1, "one"));
    ASSERT_OK(container->write_sst(2, std::string(10'000, 'b')));
    EXPECT_TRUE(container->sst_exists(1));
    EXPECT_FALSE(container->sst_exists(3));
    EXPECT_TRUE(container->changed_by_others());
  }
  expect_everywhere(bytes, {{1, "one"}, {2, std::string(10'000, 'b')}});
  {
    const auto container = open(bytes);
    ASSERT_OK(container->write_sst(1, "one, again"));
    ASSERT_OK(container->delete_sst(2));
    ASSERT_OK(container->delete_sst(2));
    ASSERT_OK(container->delete_sst(77));
  }
  expect_everywhere(bytes, {{1, "one, again"}});
  ASSERT_OK(open(bytes)->write_checkpoint());
  expect_everywhere(bytes, {{1, "one, again"}});
}

TEST(Container, AnEmptyTableIsATable) {
  const Bytes bytes = no_bytes();
  ASSERT_OK(open(bytes)->write_sst(1, ""));
  expect_everywhere(bytes, {{1, ""}});
  ASSERT_OK(add_table(*open(bytes), 2, "", {}, "m"));
  expect_everywhere(bytes, {{1, ""}, {2, ""}});
}

TEST(Container, ApplyChangesTablesAndManifestTogether) {
  const Bytes bytes = no_bytes();
  const std::string large(300'000, 'x');
  {
    const auto container = open(bytes);
    EXPECT_EQ(container->manifest(), "");
    ASSERT_OK(write_table(*container, 1, "one"));
    ASSERT_OK(write_table(*container, 2, large));
    EXPECT_FALSE(container->sst_exists(1));
    ASSERT_OK(container->apply({1, 2}, {}, "first"));
    EXPECT_TRUE(container->sst_exists(1));
    EXPECT_EQ(container->manifest(), "first");
    EXPECT_FALSE(container->changed_by_others());
  }
  expect_everywhere(bytes, {{1, "one"}, {2, large}});
  {
    const auto container = open(bytes);
    EXPECT_EQ(container->manifest(), "first");
    ASSERT_OK(add_table(*container, 3, "three", {1, 2}, std::string(5000, 'm')));
  }
  expect_everywhere(bytes, {{3, "three"}});
  const auto container = open(bytes);
  EXPECT_EQ(container->manifest(), std::string(5000, 'm'));
  ASSERT_OK(container->apply({}, {3}, ""));
  expect_everywhere(bytes, {});
}

TEST(Container, ATableInPiecesIsWrittenWhole) {
  const Bytes bytes = no_bytes();
  std::string all;
  const auto container = open(bytes);
  {
    auto writer = container->begin_table(5);
    ASSERT_TRUE(writer.is_ok());
    for (int i = 0; i < 3000; ++i) {
      const std::string piece(static_cast<size_t>(i % 100), static_cast<char>('a' + i % 26));
      ASSERT_OK(writer.value()->append(piece));
      all += piece;
      ASSERT_EQ(writer.value()->size(), all.size());
    }
    ASSERT_OK(writer.value()->finish());
  }
  ASSERT_OK(container->apply({5}, {}, "m"));
  expect_everywhere(bytes, {{5, all}});
  char part[10];
  ASSERT_OK(container->read_table(5, all.size() - 10, part, 10));
  EXPECT_EQ(std::string(part, 10), all.substr(all.size() - 10));
}

TEST(Container, EveryLengthAroundTheBufferAndThePageIsWrittenWhole) {
  for (const size_t page : {size_t{4096}, size_t{65536}, size_t{131072}}) {
    for (size_t length = page - 40; length <= page + 40; ++length) {
      const Bytes bytes = no_bytes();
      const std::string first(length, 'f');
      ASSERT_OK(add_table(*open(bytes), 1, first, {}, "m"));
      ASSERT_OK(open(bytes)->write_sst(2, "behind"));
      expect_everywhere(bytes, {{1, first}, {2, "behind"}});
    }
  }
}

TEST(Container, ATableThatIsNotFinishedLeavesNothing) {
  const Bytes bytes = no_bytes();
  const auto container = open(bytes);
  ASSERT_OK(container->write_sst(1, "one"));
  const std::string before = *bytes;
  {
    auto writer = container->begin_table(2);
    ASSERT_TRUE(writer.is_ok());
    ASSERT_OK(writer.value()->append(std::string(200'000, 'x')));
    EXPECT_GT(bytes->size(), before.size());
  }
  EXPECT_EQ(*bytes, before);
  ASSERT_OK(add_table(*container, 2, "two", {}, "m"));
  expect_everywhere(bytes, {{1, "one"}, {2, "two"}});
}

TEST(Container, FinishedTablesSurviveACommitThatDoesNotNameThem) {
  const Bytes bytes = no_bytes();
  const auto container = open(bytes);
  ASSERT_OK(write_table(*container, 1, "one"));
  ASSERT_OK(add_table(*container, 2, "two", {}, "m"));
  expect_everywhere(bytes, {{2, "two"}});
  ASSERT_OK(container->apply({1}, {}, "n"));
  expect_everywhere(bytes, {{1, "one"}, {2, "two"}});
}

TEST(Container, MisuseIsAnError) {
  const Bytes bytes = no_bytes();
  const auto container = open(bytes);
  ASSERT_OK(container->write_sst(1, "one"));
  const auto invalid = [](const Status& status) { return status.is(StatusCode::invalid_argument); };
  EXPECT_TRUE(invalid(container->write_sst(kFillerId, "x")));
  EXPECT_TRUE(invalid(container->delete_sst(kFillerId)));
  EXPECT_TRUE(invalid(container->begin_table(kFillerId).status()));
  EXPECT_TRUE(invalid(container->begin_table(1).status()));
  EXPECT_TRUE(invalid(container->apply({5}, {}, "")));
  EXPECT_TRUE(invalid(container->apply({}, {5}, "")));
  EXPECT_TRUE(invalid(container->apply({}, {1, 1}, "")));
  {
    auto writer = container->begin_table(2);
    ASSERT_TRUE(writer.is_ok());
    EXPECT_TRUE(invalid(container->begin_table(3).status()));
    EXPECT_TRUE(invalid(container->write_sst(3, "x")));
    EXPECT_TRUE(invalid(container->delete_sst(1)));
    EXPECT_TRUE(invalid(container->write_checkpoint()));
    EXPECT_TRUE(invalid(container->apply({}, {1}, "")));
    ASSERT_OK(writer.value()->append("two"));
    ASSERT_OK(writer.value()->finish());
  }
  EXPECT_TRUE(invalid(container->begin_table(2).status()));
  EXPECT_TRUE(invalid(container->write_sst(3, "x")));
  EXPECT_TRUE(invalid(container->apply({2, 2}, {}, "")));
  ASSERT_OK(container->apply({2}, {}, ""));
  ASSERT_OK(container->write_sst(3, "x"));
  expect_everywhere(bytes, {{1, "one"}, {2, "two"}, {3, "x"}});
}

TEST(Container, ReadsOutsideOfATableAreErrors) {
  const auto container = open(no_bytes());
  ASSERT_OK(container->write_sst(1, "12345"));
  char buffer[8];
  EXPECT_TRUE(container->read_table(2, 0, buffer, 1).is(StatusCode::not_found));
  EXPECT_TRUE(container->read_table(1, 0, buffer, 6).is(StatusCode::corruption));
  EXPECT_TRUE(container->read_table(1, 6, buffer, 0).is(StatusCode::corruption));
  EXPECT_TRUE(container->read_table(1, UINT64_MAX, buffer, 2).is(StatusCode::corruption));
  EXPECT_TRUE(container->read_table(1, 5, buffer, 0).is_ok());
}

TEST(Container, EpochAndMarkOfDeletionAreKept) {
  const Bytes bytes = no_bytes();
  ASSERT_OK(add_table(*open(bytes), 1, "one", {}, "m"));
  for (uint64_t epoch = 1; epoch <= 5; ++epoch) {
    const auto container = open(bytes);
    EXPECT_EQ(container->epoch(), epoch - 1);
    ASSERT_OK(container->raise_epoch());
    EXPECT_EQ(container->epoch(), epoch);
  }
  EXPECT_FALSE(open(bytes)->is_deleted());
  ASSERT_OK(open(bytes)->mark_deleted());
  const auto container = open(bytes);
  EXPECT_TRUE(container->is_deleted());
  EXPECT_EQ(container->epoch(), 5u);
  EXPECT_EQ(container->database_id(), kTestId);
  EXPECT_EQ(container->manifest(), "m");
}

TEST(Container, StatsCountWhatIsLiveAndWhatIsNot) {
  const Bytes bytes = no_bytes();
  const auto container = open(bytes);
  EXPECT_EQ(container->stats().dead_bytes, 0u);
  ASSERT_OK(container->write_sst(1, std::string(1000, 'a')));
  EXPECT_EQ(container->stats().live_tables, 1u);
  EXPECT_EQ(container->stats().live_bytes, 1000u);
  EXPECT_EQ(container->stats().dead_bytes, 0u);
  ASSERT_OK(container->write_sst(1, std::string(2000, 'b')));
  EXPECT_EQ(container->stats().live_tables, 1u);
  EXPECT_EQ(container->stats().live_bytes, 2000u);
  EXPECT_EQ(container->stats().dead_bytes, bytes->size() - 4096 - 2013);
  ASSERT_OK(container->delete_sst(1));
  EXPECT_EQ(container->stats().live_tables, 0u);
  EXPECT_EQ(container->stats().dead_bytes, bytes->size() - 4096);
}

TEST(Container, ACopyIsCanonicalAndTheSame) {
  const Bytes bytes = no_bytes();
  const auto container = open(bytes);
  ASSERT_OK(add_table(*container, 1, std::string(100'000, 'a'), {}, "m1"));
  ASSERT_OK(add_table(*container, 2, "two", {1}, "m2"));
  ASSERT_OK(add_table(*container, 4, std::string(70'000, 'd'), {}, "m3"));
  ASSERT_OK(container->raise_epoch());
  const std::string before = *bytes;
  const Bytes copied = no_bytes();
  MemoryFile target(copied);
  ASSERT_OK(container->copy_to(target));
  EXPECT_EQ(*bytes, before);
  EXPECT_LT(copied->size(), 4096u * 22);
  expect_everywhere(copied, {{2, "two"}, {4, std::string(70'000, 'd')}});
  const auto copy = open(copied);
  EXPECT_EQ(copy->manifest(), "m3");
  EXPECT_EQ(copy->database_id(), kTestId);
  EXPECT_EQ(copy->epoch(), 1u);
  EXPECT_FALSE(copy->changed_by_others());
  EXPECT_TRUE(container->copy_to(target).is(StatusCode::invalid_argument));
}

TEST(Container, ACopyStillTellsThatItsTablesAreNotThoseOfTheManifest) {
  const auto container = open(no_bytes());
  ASSERT_OK(add_table(*container, 1, "one", {}, "m"));
  ASSERT_OK(container->write_sst(2, "two"));
  const Bytes copied = no_bytes();
  MemoryFile target(copied);
  ASSERT_OK(container->copy_to(target));
  EXPECT_TRUE(open(copied)->changed_by_others());
  ASSERT_OK(container->write_checkpoint());
  EXPECT_TRUE(container->changed_by_others());
  ASSERT_OK(container->apply({}, {}, "n"));
  EXPECT_FALSE(container->changed_by_others());
}

TEST(Container, AMissingOneIsNotCreatedUnasked) {
  const Bytes bytes = no_bytes();
  ContainerOptions options;
  options.create_if_missing = false;
  const auto container = Container::open(std::make_unique<MemoryFile>(bytes, "flow.db"), options);
  ASSERT_FALSE(container.is_ok());
  EXPECT_TRUE(container.status().is(StatusCode::not_found));
  EXPECT_EQ(*bytes, "");
}

TEST(CompactFile, LeavesOnlyWhatIsLive) {
  TemporaryFolder folder;
  const std::string path = folder.path("flow.db");
  const auto open_file = [&] {
    auto file = PosixFile::open(path, PosixFile::Mode::create_if_missing);
    return try_open(std::move(file).value());
  };
  {
    auto container = open_file();
    ASSERT_TRUE(container.is_ok());
    for (uint32_t id = 1; id <= 20; ++id) {
      ASSERT_OK(add_table(*container.value(), id, std::string(50'000, 'x'),
                          id == 1 ? std::vector<uint32_t>{} : std::vector<uint32_t>{id - 1}, "m"));
    }
    EXPECT_TRUE(compact_file(path).is(StatusCode::busy));
  }
  EXPECT_GT(std::filesystem::file_size(path), 200'000u);
  ASSERT_OK(compact_file(path));
  EXPECT_LT(std::filesystem::file_size(path), 70'000u);
  EXPECT_FALSE(std::filesystem::exists(path + ".compact"));
  auto container = open_file();
  ASSERT_TRUE(container.is_ok());
  EXPECT_EQ(contents(*container.value()), (Contents{{20, std::string(50'000, 'x')}}));
  EXPECT_EQ(container.value()->manifest(), "m");
  EXPECT_TRUE(compact_file(folder.path("none")).is(StatusCode::not_found));
}

}  // namespace
}  // namespace flowdb
