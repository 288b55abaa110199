// The n-th allocation fails, for each n of a life of opening, commits, flushes, compactions, a
// recovery and a close. src/ has no exceptions, so that the process ends there: what it had
// acknowledged is in its files, and what it was about is there whole or not at all.
#include <gtest/gtest.h>
#include <sys/mman.h>
#include <sys/wait.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <new>

#include "crash/faulty_disk.h"
#include "crash/recovered.h"

namespace {

// Until it fails; below 0: none does.
std::atomic<int64_t> allocations_left = -1;

// Ends as the operator does where nothing may be thrown.
void* allocate(std::size_t bytes) noexcept {
  if (allocations_left >= 0 && allocations_left-- == 0) std::terminate();
  void* const memory = std::malloc(bytes == 0 ? 1 : bytes);
  if (memory == nullptr) std::terminate();
  return memory;
}

}  // namespace

void* operator new(std::size_t bytes) { return allocate(bytes); }
void* operator new[](std::size_t bytes) { return allocate(bytes); }
void operator delete(void* memory) noexcept { std::free(memory); }
void operator delete[](void* memory) noexcept { std::free(memory); }
void operator delete(void* memory, std::size_t) noexcept { std::free(memory); }
void operator delete[](void* memory, std::size_t) noexcept { std::free(memory); }

namespace flowdb {
namespace {

constexpr uint64_t kSeed = 2;  // one with full commits
constexpr uint64_t kCommits = 24;
constexpr size_t kRoom = 1 << 20;
#ifdef __SANITIZE_ADDRESS__
constexpr int64_t kStep = 23;
#else
constexpr int64_t kStep = 1;
#endif

// What two processes share: the files, and what was acknowledged.
struct Shared {
  uint64_t acknowledged;
  uint64_t sizes[2];
  char files[2][kRoom];

  std::string content(size_t file) const { return {files[file], static_cast<size_t>(sizes[file])}; }
};

class SharedFile final : public File {
 public:
  SharedFile(Shared& shared, size_t file) : shared_(shared), file_(file) {}

  Result<size_t> read_at(uint64_t offset, char* buffer, size_t length) override {
    const uint64_t left = end() - std::min(end(), offset);
    const size_t count = static_cast<size_t>(std::min<uint64_t>(length, left));
    std::memcpy(buffer, bytes() + offset, count);
    return count;
  }
  Status write_at(uint64_t offset, std::string_view bytes_written) override {
    if (offset + bytes_written.size() > kRoom) return Status::quota_exceeded("shared memory");
    std::memcpy(bytes() + offset, bytes_written.data(), bytes_written.size());
    end() = std::max<uint64_t>(end(), offset + bytes_written.size());
    return Status::ok();
  }
  Status truncate(uint64_t size) override {
    if (size < end()) std::memset(bytes() + size, 0, static_cast<size_t>(end() - size));
    end() = size;
    return Status::ok();
  }
  Status sync() override { return Status::ok(); }
  Result<uint64_t> size() override { return uint64_t{end()}; }
  std::string_view name() const override {
    return file_ == kContainerFile ? "flow.db" : "flow.wal";
  }

 private:
  char* bytes() { return shared_.files[file_]; }
  uint64_t& end() { return shared_.sizes[file_]; }

  Shared& shared_;
  const size_t file_;
};

bool live_once(Shared& shared, uint64_t opening, uint64_t first, uint64_t last) {
  auto opened =
      Engine::open(std::make_unique<SharedFile>(shared, kContainerFile),
                   std::make_unique<SharedFile>(shared, kLogFile), crash_options(kSeed, opening));
  if (!opened.is_ok()) return false;
  Engine& engine = *opened.value();
  const Commits commits(kSeed, 11, true);
  for (uint64_t number = first; number <= last; ++number) {
    if (!engine.write(commits.batch(number), Durability::relaxed).is_ok()) return false;
    shared.acknowledged = number;
    if (number % 5 == 0 && !engine.flush().is_ok()) return false;
    if (number % 3 == 0 && !engine.maintain(0).is_ok()) return false;
  }
  // The first one is killed, as it were.
  return first == 1 || (engine.compact_all().is_ok() && engine.close().is_ok());
}

[[noreturn]] void live(Shared& shared, int64_t allocations) {
  // Nothing is to be said about it.
  std::set_terminate([] { _exit(3); });
  allocations_left = allocations;
  const bool done =
      live_once(shared, 1, 1, kCommits / 2) && live_once(shared, 2, kCommits / 2 + 1, kCommits);
  _exit(done ? 0 : 1);
}

// Result: the exit code.
int run(Shared& shared, int64_t allocations) {
  std::memset(&shared, 0, sizeof shared);
  const pid_t child = fork();
  if (child == 0) live(shared, allocations);
  int how = 0;
  EXPECT_EQ(waitpid(child, &how, 0), child);
  EXPECT_TRUE(WIFEXITED(how)) << "signal " << WTERMSIG(how);
  return WEXITSTATUS(how);
}

TEST(AllocationFailure, OfEachIsAnEndOfTheProcess) {
  void* const memory =
      mmap(nullptr, sizeof(Shared), PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);
  ASSERT_NE(memory, MAP_FAILED);
  Shared& shared = *static_cast<Shared*>(memory);
  Commits commits(kSeed, 11, true);
  int64_t number = 0;
  for (int code = 3; code != 0; number += kStep) {
    code = run(shared, number);
    ASSERT_TRUE(code == 0 || code == 3) << "allocation " << number << ", exit code " << code;
    const Expectation expected = {shared.acknowledged, std::min(shared.acknowledged + 1, kCommits)};
    const Disk found = {shared.content(kContainerFile), shared.content(kLogFile)};
    ASSERT_EQ(check_recovered(found, commits, expected, kSeed, static_cast<uint64_t>(number)), "")
        << "allocation " << number;
  }
  EXPECT_EQ(shared.acknowledged, kCommits);
  EXPECT_GT(number, 1000);
  munmap(memory, sizeof(Shared));
}

}  // namespace
}  // namespace flowdb
