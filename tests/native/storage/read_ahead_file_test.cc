// What a ReadAheadFile reads, and how often it asks the file for it. That it is a File like any
// other is told by file_test.cc.
#include "storage/read_ahead_file.h"

#include <gtest/gtest.h>

#include <random>

#include "storage/forwarding_file.h"
#include "storage/memory_file.h"

namespace flowdb {
namespace {

constexpr size_t kWindow = ReadAheadFile::kWindowBytes;

// Counts reads, and fails those that reach a place.
class CountingFile final : public ForwardingFile {
 public:
  using ForwardingFile::ForwardingFile;

  Result<size_t> read_at(uint64_t offset, char* buffer, size_t length) override {
    ++reads;
    if (offset <= bad && bad - offset < length) return Status::io_error("bad place");
    return ForwardingFile::read_at(offset, buffer, length);
  }

  // Writes half of it when it shall fail.
  Status write_at(uint64_t offset, std::string_view bytes) override {
    if (!fails) return ForwardingFile::write_at(offset, bytes);
    EXPECT_TRUE(ForwardingFile::write_at(offset, bytes.substr(0, bytes.size() / 2)).is_ok());
    return Status::io_error("half of it");
  }

  Status truncate(uint64_t size) override {
    const Status status = ForwardingFile::truncate(size);
    return fails ? Status::io_error("done nevertheless") : status;
  }

  bool fails = false;
  int reads = 0;
  uint64_t bad = UINT64_MAX;
};

class ReadAhead : public testing::Test {
 protected:
  ReadAhead() {
    auto counting = std::make_unique<CountingFile>(std::make_unique<MemoryFile>(bytes));
    under = counting.get();
    file = std::make_unique<ReadAheadFile>(std::move(counting));
    bytes->resize(10 * kWindow + 100);
    for (size_t i = 0; i < bytes->size(); ++i) (*bytes)[i] = static_cast<char>(i * 31 >> 3);
  }

  Result<size_t> read(uint64_t offset, size_t length) {
    buffer.assign(length, '?');
    return file->read_at(offset, buffer.data(), length);
  }

  void expect_read(uint64_t offset, size_t length) {
    const auto n = read(offset, length);
    ASSERT_TRUE(n.is_ok()) << n.status().to_string();
    buffer.resize(n.value());
    const std::string expected = offset < bytes->size() ? bytes->substr(offset, length) : "";
    ASSERT_EQ(buffer, expected) << offset << " + " << length;
  }

  std::shared_ptr<std::string> bytes = std::make_shared<std::string>();
  CountingFile* under = nullptr;
  std::unique_ptr<ReadAheadFile> file;
  std::string buffer;
};

TEST_F(ReadAhead, NeighboursAreReadAtOnce) {
  for (size_t at = 0; at < kWindow; at += 4096) expect_read(kWindow + at, 4096);
  EXPECT_EQ(under->reads, 1);
  expect_read(3 * kWindow - 100, 200);
  EXPECT_EQ(under->reads, 2);
  expect_read(0, ReadAheadFile::kPieceBytesMax + 1);
  EXPECT_EQ(under->reads, 3);
}

TEST_F(ReadAhead, ABadPlaceSpoilsNothingBesideIt) {
  under->bad = kWindow + 5000;
  expect_read(kWindow, 4096);
  EXPECT_FALSE(read(kWindow + 4096, 4096).is_ok());
  expect_read(kWindow + 8192, 4096);
}

TEST_F(ReadAhead, TheEndOfTheFileIsFound) {
  expect_read(10 * kWindow, 100);
  expect_read(10 * kWindow + 50, 100);
  expect_read(10 * kWindow + 100, 1);
  expect_read(11 * kWindow, 1);
  ASSERT_TRUE(file->write_at(10 * kWindow + 100, "more").is_ok());
  expect_read(10 * kWindow + 50, 100);
}

TEST_F(ReadAhead, WhatAFailureHasLeftIsRead) {
  expect_read(0, 200);
  under->fails = true;
  EXPECT_FALSE(file->write_at(50, std::string(100, 'x')).is_ok());
  expect_read(0, 200);
  EXPECT_FALSE(file->truncate(100).is_ok());
  expect_read(0, 200);
}

TEST_F(ReadAhead, WhatIsWrittenIsReadWhereverItIs) {
  std::mt19937 random(7);
  const auto below = [&](size_t n) {
    return std::uniform_int_distribution<size_t>(0, n - 1)(random);
  };
  for (int i = 0; i < 20'000; ++i) {
    const size_t at = below(40 * kWindow);
    const size_t length = 1 + below(below(8) == 0 ? 3 * kWindow : 6000);
    if (below(3) > 0) {
      expect_read(at, length);
    } else if (below(50) > 0) {
      ASSERT_TRUE(file->write_at(at, std::string(length, static_cast<char>(i))).is_ok());
      expect_read(at + below(length), 1 + below(6000));
    } else {
      ASSERT_TRUE(file->truncate(at).is_ok());
    }
    if (HasFatalFailure()) return;
  }
}

}  // namespace
}  // namespace flowdb
