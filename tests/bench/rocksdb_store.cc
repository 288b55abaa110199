// RocksDB in the bench: its defaults, but for what is the same in all stores. Its timestamps are an
// option that few use and that costs; its records have none here.
#include <rocksdb/cache.h>
#include <rocksdb/db.h>
#include <rocksdb/filter_policy.h>
#include <rocksdb/table.h>

#include <chrono>
#include <filesystem>
#include <thread>

#include "store.h"

namespace flowdb::bench {
namespace {

void check(const rocksdb::Status& status) {
  if (!status.ok()) fail("RocksDB", status.ToString());
}

rocksdb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view view(const rocksdb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

class RocksdbStore final : public Store {
 public:
  const char* name() const override { return "RocksDB"; }

  void open(const StoreSettings& settings) override {
    folder_ = settings.folder + "/rocksdb";
    rocksdb::BlockBasedTableOptions table;
    table.block_size = settings.block_bytes;
    table.block_cache = rocksdb::NewLRUCache(settings.cache_bytes);
    table.filter_policy.reset(
        rocksdb::NewBloomFilterPolicy(settings.bloom_bits_per_key, /*block based:*/ false));
    table.checksum = rocksdb::kCRC32c;
    rocksdb::Options options;
    options.create_if_missing = true;
    options.write_buffer_size = settings.memtable_bytes;
    options.compression = rocksdb::kLZ4Compression;
    options.table_factory.reset(rocksdb::NewBlockBasedTableFactory(table));
    rocksdb::DB* opened = nullptr;
    check(rocksdb::DB::Open(options, folder_, &opened));
    db_.reset(opened);
  }

  void close() override {
    check(db_->Close());
    db_.reset();
  }

  void put(std::string_view key, std::string_view value, int64_t) override {
    check(batch_.Put(slice(key), slice(value)));
  }

  void write() override {
    check(db_->Write({}, &batch_));
    batch_.Clear();
  }

  bool get(std::string_view key, Seen& seen) override {
    const rocksdb::Status status =
        db_->Get(read_options_, db_->DefaultColumnFamily(), slice(key), &value_);
    if (status.IsNotFound()) return false;
    check(status);
    seen.add(key, view(value_));
    value_.Reset();
    return true;
  }

  Seen scan(std::optional<std::string_view> lower, std::optional<std::string_view> upper,
            Direction direction) override {
    rocksdb::ReadOptions options = read_options_;
    rocksdb::Slice lower_slice;
    rocksdb::Slice upper_slice;
    if (lower) {
      lower_slice = slice(*lower);
      options.iterate_lower_bound = &lower_slice;
    }
    if (upper) {
      upper_slice = slice(*upper);
      options.iterate_upper_bound = &upper_slice;
    }
    const std::unique_ptr<rocksdb::Iterator> at(db_->NewIterator(options));
    Seen seen;
    if (direction == Direction::forward) {
      for (at->SeekToFirst(); at->Valid(); at->Next()) seen.add(view(at->key()), view(at->value()));
    } else {
      for (at->SeekToLast(); at->Valid(); at->Prev()) seen.add(view(at->key()), view(at->value()));
    }
    check(at->status());
    return seen;
  }

  void flush() override { check(db_->Flush({})); }

  void settle() override {
    flush();
    const auto is_busy = [this] {
      for (const char* property :
           {"rocksdb.mem-table-flush-pending", "rocksdb.num-running-flushes",
            "rocksdb.compaction-pending", "rocksdb.num-running-compactions"}) {
        uint64_t count = 0;
        if (db_->GetIntProperty(property, &count) && count > 0) return true;
      }
      return false;
    };
    while (is_busy()) std::this_thread::sleep_for(std::chrono::milliseconds(1));
  }

  void compact() override {
    flush();
    rocksdb::CompactRangeOptions options;
    options.bottommost_level_compaction = rocksdb::BottommostLevelCompaction::kForce;
    check(db_->CompactRange(options, nullptr, nullptr));
  }

  uint64_t disk_bytes() override {
    uint64_t bytes = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      // Its own diary, which holds no data.
      const std::string name = entry.path().filename().string();
      if (name.rfind("LOG", 0) == 0 || name.rfind("OPTIONS", 0) == 0) continue;
      bytes += entry.file_size();
    }
    return bytes;
  }

 private:
  std::string folder_;
  std::unique_ptr<rocksdb::DB> db_;
  rocksdb::ReadOptions read_options_;  // checksums are verified by default
  rocksdb::WriteBatch batch_;
  rocksdb::PinnableSlice value_;
};

}  // namespace

std::unique_ptr<Store> make_rocksdb_store() { return std::make_unique<RocksdbStore>(); }

}  // namespace flowdb::bench
