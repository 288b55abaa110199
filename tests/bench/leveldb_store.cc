// LevelDB in the bench: its defaults, but for what is the same in all stores. It has no LZ4: its
// compressor is Snappy, which is about as fast and as good.
#include <leveldb/cache.h>
#include <leveldb/db.h>
#include <leveldb/filter_policy.h>
#include <leveldb/write_batch.h>

#include <filesystem>

#include "store.h"

namespace flowdb::bench {
namespace {

void check(const leveldb::Status& status) {
  if (!status.ok()) fail("LevelDB", status.ToString());
}

leveldb::Slice slice(std::string_view bytes) { return {bytes.data(), bytes.size()}; }
std::string_view view(const leveldb::Slice& bytes) { return {bytes.data(), bytes.size()}; }

class LeveldbStore final : public Store {
 public:
  LeveldbStore() { read_options_.verify_checksums = true; }
  ~LeveldbStore() override { close(); }

  const char* name() const override { return "LevelDB"; }

  void open(const StoreSettings& settings) override {
    folder_ = settings.folder + "/leveldb";
    cache_.reset(leveldb::NewLRUCache(settings.cache_bytes));
    filter_.reset(leveldb::NewBloomFilterPolicy(settings.bloom_bits_per_key));
    leveldb::Options options;
    options.create_if_missing = true;
    options.write_buffer_size = settings.memtable_bytes;
    options.max_file_size = 64 << 20;
    options.block_size = settings.block_bytes;
    options.block_cache = cache_.get();
    options.filter_policy = filter_.get();
    leveldb::DB* opened = nullptr;
    check(leveldb::DB::Open(options, folder_, &opened));
    db_.reset(opened);
  }

  void close() override { db_.reset(); }

  void put(std::string_view key, std::string_view value, int64_t) override {
    batch_.Put(slice(key), slice(value));
  }

  void write() override {
    check(db_->Write({}, &batch_));
    batch_.Clear();
  }

  bool get(std::string_view key, Seen& seen) override {
    const leveldb::Status status = db_->Get(read_options_, slice(key), &value_);
    if (status.IsNotFound()) return false;
    check(status);
    seen.add(key, value_);
    return true;
  }

  Seen scan(std::optional<std::string_view> lower, std::optional<std::string_view> upper,
            Direction direction) override {
    // It has no bounds: the caller compares.
    const std::unique_ptr<leveldb::Iterator> at(db_->NewIterator(read_options_));
    Seen seen;
    if (direction == Direction::forward) {
      for (lower ? at->Seek(slice(*lower)) : at->SeekToFirst();
           at->Valid() && (!upper || view(at->key()) < *upper); at->Next()) {
        seen.add(view(at->key()), view(at->value()));
      }
    } else {
      if (upper) at->Seek(slice(*upper));
      if (upper && at->Valid()) {
        at->Prev();
      } else {
        at->SeekToLast();
      }
      for (; at->Valid() && (!lower || view(at->key()) >= *lower); at->Prev()) {
        seen.add(view(at->key()), view(at->value()));
      }
    }
    check(at->status());
    return seen;
  }

  // Each of these compacts everything: it has no smaller call.
  void flush() override { compact(); }
  void settle() override { compact(); }
  void compact() override { db_->CompactRange(nullptr, nullptr); }

  uint64_t disk_bytes() override {
    uint64_t bytes = 0;
    for (const auto& entry : std::filesystem::directory_iterator(folder_)) {
      if (entry.path().filename().string().rfind("LOG", 0) == 0) continue;
      bytes += entry.file_size();
    }
    return bytes;
  }

 private:
  std::string folder_;
  std::unique_ptr<leveldb::Cache> cache_;
  std::unique_ptr<const leveldb::FilterPolicy> filter_;
  std::unique_ptr<leveldb::DB> db_;
  leveldb::ReadOptions read_options_;
  leveldb::WriteBatch batch_;
  std::string value_;
};

}  // namespace

std::unique_ptr<Store> make_leveldb_store() { return std::make_unique<LeveldbStore>(); }

}  // namespace flowdb::bench
