// A table that is much larger than the memory: whatever reads or writes a whole one takes it block
// by block, or piece by piece.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdio>
#include <functional>
#include <memory>
#include <random>
#include <string>
#include <utility>
#include <vector>

#include "engine/salvage.h"
#include "engine/test_engine.h"
#include "engine/verify.h"
#include "storage/forwarding_file.h"
#include "storage/posix_directory.h"
#include "storage/posix_file.h"
#include "storage/temporary_folder.h"
#include "util/coding.h"
#include "util/heap_bytes.h"

namespace flowdb {
namespace {

#ifdef __SANITIZE_ADDRESS__
constexpr int kRecords = 8'000;  // it hides what is allocated
#else
constexpr int kRecords = 64'000;
#endif
constexpr size_t kValueBytes = 1000;
constexpr uint64_t kTableBytes = kRecords * kValueBytes;
constexpr size_t kHeapBytesMax = 16 << 20;

// The most that the heap has held at any call of a file.
struct HeapPeak {
  size_t bytes = 0;
  void note() { bytes = std::max(bytes, heap_bytes()); }
};

class WatchedFile final : public ForwardingFile {
 public:
  WatchedFile(std::unique_ptr<File> file, HeapPeak& peak)
      : ForwardingFile(std::move(file)), peak_(peak) {}

  Result<size_t> read_at(uint64_t offset, char* buffer, size_t length) override {
    peak_.note();
    return ForwardingFile::read_at(offset, buffer, length);
  }
  Status write_at(uint64_t offset, std::string_view bytes) override {
    peak_.note();
    return ForwardingFile::write_at(offset, bytes);
  }
  // Of a test that only counts memory.
  Status sync() override { return Status::ok(); }

 private:
  HeapPeak& peak_;
};

class WatchedDirectory final : public ForwardingDirectory {
 public:
  WatchedDirectory(std::unique_ptr<Directory> directory, HeapPeak& peak)
      : ForwardingDirectory(std::move(directory)), peak_(peak) {}

  Status sync() override { return Status::ok(); }

 private:
  std::unique_ptr<File> wrap(std::unique_ptr<File> file) override {
    return std::make_unique<WatchedFile>(std::move(file), peak_);
  }

  HeapPeak& peak_;
};

class StreamingTest : public testing::Test {
 protected:
  // Merged in level 0, all that there is becomes one table.
  static EngineOptions options(size_t level0_tables_max) {
    EngineOptions options = test_options();
    options.compaction_style = CompactionStyle::size_tiered;
    options.level0_tables_max = level0_tables_max;
    options.memtable_bytes_max = options.overlay_bytes_max = 4 << 20;
    options.block_cache_bytes = 1 << 20;
    options.log_extent_bytes_min = options.log_extent_bytes_max = 4 << 20;
    return options;
  }
  static std::string key_of(int n) {
    std::string key(4, '\0');
    for (size_t i = 0; i < 4; ++i) key[3 - i] = static_cast<char>(n >> (8 * i));
    return key;
  }
  // No compression makes it smaller.
  static std::string value_of(int n) {
    std::string value(kValueBytes, '\0');
    std::mt19937_64 random(static_cast<uint64_t>(n));
    for (size_t i = 0; i < value.size(); i += 8) store_le<uint64_t>(&value[i], random());
    return value;
  }

  std::unique_ptr<File> file(const std::string& name) {
    auto opened = PosixFile::open(folder_.path(name), PosixFile::Mode::create_if_missing);
    EXPECT_TRUE(opened.is_ok()) << opened.status().to_string();
    return std::make_unique<WatchedFile>(std::move(opened).value(), peak_);
  }
  std::unique_ptr<Engine> open(const std::string& name, size_t level0_tables_max) {
    auto opened = Engine::open(file(name + ".db"), file(name + ".wal"), options(level0_tables_max));
    EXPECT_TRUE(opened.is_ok()) << opened.status().to_string();
    return opened.is_ok() ? std::move(opened).value() : nullptr;
  }
  static void expect_all_records(Engine& engine) {
    int n = 0;
    const auto records = engine.new_iterator({});
    for (records->seek_to_first(); records->valid(); records->next(), ++n) {
      ASSERT_EQ(records->key(), key_of(n));
      ASSERT_EQ(records->value(), value_of(n));
    }
    expect_ok(records->status());
    EXPECT_EQ(n, kRecords);
  }
  // Does not move tables to free room in front, which may be too small for a whole one.
  static void maintain(Engine& engine) {
    for (bool more = true; more;) {
      const auto pending = engine.maintain(100'000, Upkeep::due);
      ASSERT_TRUE(pending.is_ok()) << pending.status().to_string();
      more = pending.value();
    }
  }
  static void expect_no_findings(const Findings& findings) {
    for (const Finding& finding : findings) ADD_FAILURE() << finding.to_string();
  }

  // What `run` takes of the heap, beyond what was taken before, has a bound.
  void in_little_memory(const char* what, const std::function<void()>& run) {
    SCOPED_TRACE(what);
    const size_t before = peak_.bytes = heap_bytes();
    run();
    peak_.note();
    EXPECT_LE(peak_.bytes - before, kHeapBytesMax);
    std::printf("%s took %zu bytes of memory at most\n", what, peak_.bytes - before);
  }

  HeapPeak peak_;
  TemporaryFolder folder_;
};

TEST_F(StreamingTest, NothingTakesAWholeTableIntoMemory) {
  constexpr size_t kNever = 1000;
  in_little_memory("writing", [&] {
    auto engine = open("flow", kNever);
    ASSERT_NE(engine, nullptr);
    for (int i = 0; i < kRecords; ++i) {
      // In no order. The last table is larger than the others, as the choice of a merge asks for.
      const int n = static_cast<int>(i * 7919LL % kRecords);
      WriteBatch batch;
      batch.put(key_of(n), value_of(n));
      expect_ok(engine->write(batch, Durability::relaxed));
      if (i % 1000 == 999 && i + 2000 < kRecords) expect_ok(engine->flush());
    }
    expect_ok(engine->close());
  });
  in_little_memory("a merge", [&] {
    auto engine = open("flow", 2);
    ASSERT_NE(engine, nullptr);
    maintain(*engine);
    ASSERT_EQ(engine->stats().tables, 1u);
    EXPECT_GT(engine->stats().table_bytes, kTableBytes);
    expect_ok(engine->close());
  });
  in_little_memory("Engine::verify", [&] {
    auto engine = open("flow", kNever);
    ASSERT_NE(engine, nullptr);
    expect_no_findings(engine->verify());
  });
  in_little_memory("Container::copy_to", [&] {
    auto container = Container::open(file("flow.db"), {});
    ASSERT_TRUE(container.is_ok()) << container.status().to_string();
    expect_ok(container.value()->copy_to(*file("copy.db")));
  });
  in_little_memory("compact_file", [&] {
    auto directory = PosixDirectory::open_shared(folder_.path("."));
    ASSERT_TRUE(directory.is_ok()) << directory.status().to_string();
    WatchedDirectory watched(std::move(directory).value(), peak_);
    expect_ok(compact_file(watched, "flow.db"));
  });
  for (const char* name : {"flow.db", "copy.db"}) {
    in_little_memory("verify_database", [&] {
      const auto container = file(name);
      EXPECT_GT(container->size().value(), kTableBytes);
      expect_no_findings(verify_database(*container, *file("flow.wal")));
    });
  }

  in_little_memory("Salvage", [&] {
    const auto container = file("flow.db");
    const auto log = file("flow.wal");
    Salvage salvage = Salvage::open(*container, *log);
    EXPECT_EQ(salvage.tables().size(), 1u);
    auto target = open("salvaged", kNever);
    ASSERT_NE(target, nullptr);
    expect_ok(salvage.copy_to(*target));
    expect_no_findings(salvage.findings());
    expect_all_records(*target);
  });
  in_little_memory("compact_all", [&] {
    auto engine = open("flow", kNever);
    ASSERT_NE(engine, nullptr);
    ASSERT_EQ(engine->stats().tables, 1u);
    expect_ok(engine->compact_all());
    // It makes tables of another size.
    EXPECT_GT(engine->stats().tables, 1u);
    expect_all_records(*engine);
  });
}

}  // namespace
}  // namespace flowdb
