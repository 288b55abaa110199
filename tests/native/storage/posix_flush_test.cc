// Names of files and directories of the operating system are durable before they are used, also
// when one of two flushes does nothing. The calls of fsync are noted here in place of the system's
// own function.
#include <gtest/gtest.h>

#ifdef __linux__
#include <sys/stat.h>
#include <sys/syscall.h>
#include <unistd.h>

#include <algorithm>
#include <filesystem>
#include <vector>

#include "storage/posix_directory.h"
#include "storage/posix_file.h"
#include "storage/stored_container.h"
#include "storage/temporary_folder.h"

namespace {
std::vector<ino_t> flushed;
}

extern "C" int fsync(int descriptor) {
  struct stat info;
  if (fstat(descriptor, &info) == 0) flushed.push_back(info.st_ino);
  return static_cast<int>(syscall(SYS_fsync, descriptor));
}

namespace flowdb {
namespace {

class PosixFlush : public testing::Test {
 protected:
  PosixFlush() { flushed.clear(); }

  // Since the test began, or since it was asked.
  long flushes_of(const std::string& name) const {
    struct stat info;
    EXPECT_EQ(stat(folder_.path(name).c_str(), &info), 0);
    const long count = std::count(flushed.begin(), flushed.end(), info.st_ino);
    flushed.clear();
    return count;
  }
  std::unique_ptr<PosixDirectory> open_directory() const {
    return PosixDirectory::open(folder_.path("db")).value();
  }
  std::unique_ptr<PosixFile> open_file() const {
    return PosixFile::open(folder_.path("file"), PosixFile::Mode::create_if_missing).value();
  }

  const TemporaryFolder folder_;
};

TEST_F(PosixFlush, TheNameOfANewDirectory) {
  open_directory();
  EXPECT_EQ(flushes_of(""), 2);
}

TEST_F(PosixFlush, TheNameOfADirectoryWhoseMakerMayHaveBeenKilled) {
  std::filesystem::create_directory(folder_.path("db"));
  open_directory();
  EXPECT_EQ(flushes_of(""), 2);
  ASSERT_OK(open_directory()->create_file("file").status());
  flushed.clear();
  open_directory();
  EXPECT_EQ(flushes_of(""), 0);
}

TEST_F(PosixFlush, TheNamesInADirectoryAreTheCallers) {
  const auto directory = open_directory();
  flushed.clear();
  ASSERT_OK(directory->create_file("file").status());
  EXPECT_EQ(flushes_of("db"), 0);
  ASSERT_OK(directory->sync());
  EXPECT_EQ(flushes_of("db"), 1);
}

TEST_F(PosixFlush, TheNameOfANewFile) {
  open_file();
  EXPECT_EQ(flushes_of(""), 2);
  // Who has made it may have been killed in between.
  ASSERT_OK(open_file()->write_at(0, "bytes"));
  EXPECT_EQ(flushes_of(""), 2);
  open_file();
  EXPECT_EQ(flushes_of(""), 0);
}

TEST_F(PosixFlush, TheNameThatAFileIsGiven) {
  open_file();
  flushed.clear();
  ASSERT_OK(rename_file(folder_.path("file"), folder_.path("other")));
  EXPECT_EQ(flushes_of(""), 2);
}

}  // namespace
}  // namespace flowdb
#endif
