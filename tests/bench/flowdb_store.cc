// FlowDB in the bench.
#include <chrono>
#include <random>

#include "engine/engine.h"
#include "storage/memory_file.h"
#include "store.h"
#ifndef __EMSCRIPTEN__
#include "storage/posix_file.h"
#endif

namespace flowdb::bench {
namespace {

void check(const Status& status) {
  if (!status.is_ok()) fail("FlowDB", status.to_string());
}

class FlowdbStore final : public Store {
 public:
  const char* name() const override { return "FlowDB"; }

  void open(const StoreSettings& settings) override {
    folder_ = settings.folder;
    EngineOptions options;
    options.memtable_bytes_max = settings.memtable_bytes;
    options.block_bytes = settings.block_bytes;
    options.block_cache_bytes = settings.cache_bytes;
    options.memory_bytes_max =
        2 * settings.memtable_bytes + options.overlay_bytes_max + settings.cache_bytes;
    options.bloom_bits_per_key = settings.bloom_bits_per_key;
    // As RocksDB and LevelDB have them by default, or RocksDB alone where they differ.
    options.table_bytes_max = 64 << 20;
    options.level1_bytes_max = 256 << 20;
    // The log holds what the memtable does, as theirs.
    options.log_extent_bytes_max = 2 * settings.memtable_bytes;
    options.random = [this] { return random_(); };
    options.now_us = [] {
      return std::chrono::duration_cast<std::chrono::microseconds>(
                 std::chrono::system_clock::now().time_since_epoch())
          .count();
    };
    auto opened = Engine::open(file("flow.db", container_), file("flow.wal", log_), options);
    check(opened.status());
    engine_ = std::move(opened).value();
  }

  void close() override {
    check(engine_->close());
    engine_.reset();
  }

  void put(std::string_view key, std::string_view value, int64_t ts) override {
    batch_.put(key, value, ts);
  }

  void write() override {
    check(engine_->write(batch_, Durability::relaxed));
    batch_.clear();
  }

  bool get(std::string_view key, Seen& seen) override {
    const Status status = engine_->get(key, {}, value_);
    if (status.is(StatusCode::not_found)) return false;
    check(status);
    seen.add(key, value_.view());
    return true;
  }

  Seen scan(std::optional<std::string_view> lower, std::optional<std::string_view> upper,
            Direction direction) override {
    ReadOptions options;
    options.lower = lower;
    options.upper = upper;
    const std::unique_ptr<Iterator> at = engine_->new_iterator(options);
    Seen seen;
    if (direction == Direction::forward) {
      for (at->seek_to_first(); at->valid(); at->next()) seen.add(at->key(), at->value());
    } else {
      for (at->seek_to_last(); at->valid(); at->prev()) seen.add(at->key(), at->value());
    }
    check(at->status());
    return seen;
  }

  void flush() override { check(engine_->flush()); }

  void settle() override {
    flush();
    for (bool more = true; more;) {
      constexpr int64_t kSliceUs = 4000;
      const Result<bool> pending = engine_->maintain(kSliceUs);
      check(pending.status());
      more = pending.value();
    }
  }

  void compact() override { check(engine_->compact_all()); }

  uint64_t disk_bytes() override {
    uint64_t bytes = 0;
    for (const auto& [name, memory] :
         {std::pair("flow.db", container_), std::pair("flow.wal", log_)}) {
      const Result<uint64_t> size = file(name, memory)->size();
      check(size.status());
      bytes += size.value();
    }
    return bytes;
  }

 private:
  std::unique_ptr<File> file(const char* name, const std::shared_ptr<std::string>& memory) {
#ifndef __EMSCRIPTEN__
    if (!folder_.empty()) {
      auto opened = PosixFile::open(folder_ + "/" + name, PosixFile::Mode::create_if_missing);
      check(opened.status());
      return std::move(opened).value();
    }
#endif
    return std::make_unique<MemoryFile>(memory, name);
  }

  std::string folder_;
  std::shared_ptr<std::string> container_ = std::make_shared<std::string>();
  std::shared_ptr<std::string> log_ = std::make_shared<std::string>();
  std::mt19937_64 random_{42};
  std::unique_ptr<Engine> engine_;
  WriteBatch batch_;
  PinnedValue value_;
};

}  // namespace

std::unique_ptr<Store> make_flowdb_store() { return std::make_unique<FlowdbStore>(); }

}  // namespace flowdb::bench
