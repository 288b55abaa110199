// Store: a database as the bench uses it. One implementation for FlowDB and one for each
// competitor; each does the same work in the way that its own documentation recommends.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace flowdb::bench {

// The same for every store.
struct StoreSettings {
  std::string folder;  // exists; empty: files in memory, which only FlowDB has
  size_t memtable_bytes = 64 << 20;
  size_t block_bytes = 8 << 10;
  size_t cache_bytes = 256 << 20;
  int bloom_bits_per_key = 10;
};

enum class Direction : uint8_t { forward, backward };

// What a scan has seen. Stores that hold the same must agree on it.
struct Seen {
  uint64_t records = 0;
  uint64_t checksum = 0;

  // Touches key and value, so that a store that hands out what it has not fetched gains nothing.
  void add(std::string_view key, std::string_view value) {
    ++records;
    checksum += key.size() + value.size() + static_cast<uint8_t>(key.back()) +
                static_cast<uint8_t>(value.front());
  }
  bool operator==(const Seen& other) const {
    return records == other.records && checksum == other.checksum;
  }
};

// Each call ends the program with a message when the database reports a failure.
class Store {
 public:
  virtual ~Store() = default;
  Store(const Store&) = delete;
  Store& operator=(const Store&) = delete;

  virtual const char* name() const = 0;
  // Opens what is in the folder, or creates it.
  virtual void open(const StoreSettings& settings) = 0;
  virtual void close() = 0;

  // Into the open batch; write() commits it without a flush of the file, and begins another one.
  virtual void put(std::string_view key, std::string_view value, int64_t ts) = 0;
  virtual void write() = 0;

  // False when the key is not there; else its value is added to `seen`.
  virtual bool get(std::string_view key, Seen& seen) = 0;
  // All records with keys in [lower, upper), through an iterator of its own.
  virtual Seen scan(std::optional<std::string_view> lower, std::optional<std::string_view> upper,
                    Direction direction) = 0;

  // Writes the memtable to tables.
  virtual void flush() = 0;
  // flush(), and on until no compaction is due.
  virtual void settle() = 0;
  // Everything into one level.
  virtual void compact() = 0;
  // The bytes of the database's files. REQUIRES: it is closed.
  virtual uint64_t disk_bytes() = 0;

 protected:
  Store() = default;
};

std::unique_ptr<Store> make_flowdb_store();
// Null in a build without the library.
std::unique_ptr<Store> make_rocksdb_store();
std::unique_ptr<Store> make_leveldb_store();

[[noreturn]] void fail(std::string_view who, std::string_view what);

}  // namespace flowdb::bench
