// One suite for every File: the same cases hold in memory, on disk and, in JavaScript's tests, in
// OPFS.
#include "storage/file.h"

#include <gtest/gtest.h>

#include <filesystem>
#include <functional>

#include "storage/memory_file.h"
#include "storage/posix_file.h"
#include "storage/read_ahead_file.h"
#include "storage/temporary_folder.h"

namespace flowdb {
namespace {

// A place where a file is, and how it is opened there again.
struct Place {
  virtual ~Place() = default;
  virtual std::unique_ptr<File> open() = 0;
};

struct MemoryPlace : Place {
  std::unique_ptr<File> open() override { return std::make_unique<MemoryFile>(bytes, "flow.db"); }
  std::shared_ptr<std::string> bytes = std::make_shared<std::string>();
};

struct ReadAheadPlace : MemoryPlace {
  std::unique_ptr<File> open() override {
    return std::make_unique<ReadAheadFile>(MemoryPlace::open());
  }
};

struct PosixPlace : Place {
  std::unique_ptr<File> open() override {
    auto file = PosixFile::open(folder.path("flow.db"), PosixFile::Mode::create_if_missing);
    if (!file.is_ok()) return nullptr;
    return std::move(file).value();
  }
  TemporaryFolder folder;
};

struct Kind {
  const char* name;
  std::function<std::unique_ptr<Place>()> make;
};

class FileSuite : public testing::TestWithParam<Kind> {
 protected:
  void SetUp() override {
    place = GetParam().make();
    file = place->open();
    ASSERT_NE(file, nullptr);
  }

  std::string read(uint64_t offset, size_t length) {
    std::string buffer(length, '?');
    const Result<size_t> n = file->read_at(offset, buffer.data(), length);
    EXPECT_TRUE(n.is_ok()) << n.status().to_string();
    buffer.resize(n.is_ok() ? n.value() : 0);
    return buffer;
  }

  uint64_t size() {
    const Result<uint64_t> n = file->size();
    EXPECT_TRUE(n.is_ok()) << n.status().to_string();
    return n.is_ok() ? n.value() : 0;
  }

  std::unique_ptr<Place> place;
  std::unique_ptr<File> file;
};

TEST_P(FileSuite, ANewFileIsEmpty) {
  EXPECT_EQ(size(), 0u);
  EXPECT_EQ(read(0, 10), "");
  EXPECT_EQ(read(1000, 10), "");
}

TEST_P(FileSuite, WhatIsWrittenIsRead) {
  ASSERT_TRUE(file->write_at(0, "hello world").is_ok());
  EXPECT_EQ(size(), 11u);
  EXPECT_EQ(read(0, 11), "hello world");
  EXPECT_EQ(read(6, 5), "world");
  ASSERT_TRUE(file->write_at(6, "there").is_ok());
  EXPECT_EQ(read(0, 100), "hello there");
  EXPECT_EQ(size(), 11u);
}

TEST_P(FileSuite, AReadIsShortOnlyAtTheEnd) {
  ASSERT_TRUE(file->write_at(0, "0123456789").is_ok());
  EXPECT_EQ(read(8, 5), "89");
  EXPECT_EQ(read(10, 5), "");
  EXPECT_EQ(read(0, 0), "");
}

TEST_P(FileSuite, AGapReadsAsZeros) {
  ASSERT_TRUE(file->write_at(5000, "x").is_ok());
  EXPECT_EQ(size(), 5001u);
  EXPECT_EQ(read(0, 5001), std::string(5000, '\0') + "x");
}

TEST_P(FileSuite, AnEmptyWriteChangesNothing) {
  ASSERT_TRUE(file->write_at(100, "").is_ok());
  EXPECT_EQ(size(), 0u);
}

TEST_P(FileSuite, TruncateShortensAndExtendsWithZeros) {
  ASSERT_TRUE(file->write_at(0, "0123456789").is_ok());
  ASSERT_TRUE(file->truncate(4).is_ok());
  EXPECT_EQ(size(), 4u);
  EXPECT_EQ(read(0, 10), "0123");
  ASSERT_TRUE(file->truncate(8).is_ok());
  EXPECT_EQ(read(0, 10), std::string("0123\0\0\0\0", 8));
  ASSERT_TRUE(file->truncate(0).is_ok());
  EXPECT_EQ(size(), 0u);
}

TEST_P(FileSuite, BytesOfAllValuesAndAMebibyteSurviveReopening) {
  std::string bytes(1 << 20, '\0');
  for (size_t i = 0; i < bytes.size(); ++i) bytes[i] = static_cast<char>(i * 31 + i / 256);
  ASSERT_TRUE(file->write_at(3, bytes).is_ok());
  ASSERT_TRUE(file->sync().is_ok());
  file.reset();
  file = place->open();
  ASSERT_NE(file, nullptr);
  EXPECT_EQ(size(), bytes.size() + 3);
  EXPECT_EQ(read(3, bytes.size()), bytes);
}

TEST_P(FileSuite, ReadExactlyNamesFileAndOffsetWhenTheFileIsTooShort) {
  ASSERT_TRUE(file->write_at(0, "0123456789").is_ok());
  char buffer[6];
  EXPECT_TRUE(read_exactly(*file, 4, buffer, 6).is_ok());
  EXPECT_EQ(std::string_view(buffer, 6), "456789");
  const Status status = read_exactly(*file, 5, buffer, 6);
  EXPECT_TRUE(status.is(StatusCode::corruption));
  EXPECT_NE(status.message().find("flow.db at 5"), std::string::npos) << status.to_string();
}

TEST_P(FileSuite, AWildOffsetIsAnErrorAndNotACrash) {
  EXPECT_EQ(read(UINT64_MAX - 3, 8), "");
  EXPECT_TRUE(file->write_at(UINT64_MAX - 3, "12345678").is(StatusCode::quota_exceeded));
  EXPECT_TRUE(file->truncate(UINT64_MAX).is(StatusCode::quota_exceeded));
  EXPECT_EQ(size(), 0u);
}

INSTANTIATE_TEST_SUITE_P(
    All, FileSuite,
    testing::Values(Kind{"memory", [] { return std::make_unique<MemoryPlace>(); }},
                    Kind{"read_ahead", [] { return std::make_unique<ReadAheadPlace>(); }},
                    Kind{"posix", [] { return std::make_unique<PosixPlace>(); }}),
    [](const testing::TestParamInfo<Kind>& kind) { return kind.param.name; });

TEST(PosixFile, ASecondOwnerIsRefused) {
  TemporaryFolder folder;
  auto first = PosixFile::open(folder.path("flow.db"), PosixFile::Mode::create_if_missing);
  ASSERT_TRUE(first.is_ok());
  auto second = PosixFile::open(folder.path("flow.db"), PosixFile::Mode::existing);
  ASSERT_FALSE(second.is_ok());
  EXPECT_TRUE(second.status().is(StatusCode::busy)) << second.status().to_string();
}

TEST(PosixFile, AMissingFileIsNotFound) {
  TemporaryFolder folder;
  auto file = PosixFile::open(folder.path("flow.db"), PosixFile::Mode::existing);
  ASSERT_FALSE(file.is_ok());
  EXPECT_TRUE(file.status().is(StatusCode::not_found));
  EXPECT_FALSE(std::filesystem::exists(folder.path("flow.db")));
}

TEST(PosixFile, ADirectoryIsNoFile) {
  TemporaryFolder folder;
  auto file = PosixFile::open(folder.path(""), PosixFile::Mode::existing);
  ASSERT_FALSE(file.is_ok());
  EXPECT_TRUE(file.status().is(StatusCode::io_error)) << file.status().to_string();
}

}  // namespace
}  // namespace flowdb
