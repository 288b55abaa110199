// A database in memory for tests, that can be opened again on what it left behind, and short ways
// to use it.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "document/database.h"
#include "document/test_key.h"
#include "storage/memory_file.h"
#include "storage/tables_in_files.h"

namespace flowdb {

using IndexKeys = std::vector<std::pair<uint32_t, std::string>>;

// The bytes of the two files, or of the log and the directories (tables_in_files.h).
struct TestFiles {
  std::shared_ptr<std::string> container = std::make_shared<std::string>();
  std::shared_ptr<std::string> log = std::make_shared<std::string>();
  StoredDirectories directories = {};
  size_t overlay_bytes_max = 8 << 20;

  // As it would be found if the process ended now.
  TestFiles copy() const {
    return {std::make_shared<std::string>(*container), std::make_shared<std::string>(*log),
            directories.copy(), overlay_bytes_max};
  }
  Result<std::unique_ptr<Database>> open(const std::string& name = R"("test")") const {
    EngineOptions options;
    auto counter = std::make_shared<uint64_t>(container->size() + directories.created() + 1);
    options.random = [counter] { return *counter += 0x9e3779b97f4a7c15; };
    options.now_us = [] { return int64_t{1'700'000'000'000'000}; };
    options.memtable_bytes_max = 1 << 20;
    options.overlay_bytes_max = overlay_bytes_max;
    auto engine = tables_in_files()
                      ? directories.open(log, options)
                      : Engine::open(std::make_unique<MemoryFile>(container, "flow.db"),
                                     std::make_unique<MemoryFile>(log, "flow.wal"), options);
    if (!engine.is_ok()) return engine.status();
    return Database::open(std::move(engine).value(), name);
  }
};

inline Status put(Transaction& transaction, uint32_t store, const std::string& key,
                  const std::string& value, const IndexKeys& index_keys = {},
                  bool overwrite = true) {
  std::vector<IndexKey> views;
  for (const auto& [index, index_key] : index_keys) views.push_back({index, index_key});
  PutRequest request;
  request.store = store;
  request.key = key;
  request.value = {ValueKind::json, value};
  request.index_keys = &views;
  request.overwrite = overwrite;
  return transaction.put(request);
}

// A large value, in these pieces.
inline Status put_pieces(Transaction& transaction, uint32_t store, const std::string& key,
                         const std::vector<std::string>& pieces) {
  const auto count = static_cast<uint32_t>(pieces.size());
  for (uint32_t i = 0; i + 1 < count; ++i) {
    const Status status = transaction.add_piece(store, i, pieces[i]);
    if (!status.is_ok()) return status;
  }
  const std::vector<IndexKey> none;
  PutRequest request;
  request.store = store;
  request.key = key;
  request.value = {ValueKind::tagged, pieces.back()};
  request.index_keys = &none;
  request.pieces = count;
  request.piece = count - 1;
  return transaction.put(request);
}

class WholeValue final : public PieceSink {
 public:
  void piece(std::string_view bytes, bool) override { value += bytes; }
  std::string value;
};

// "-" when there is none.
inline std::string get(Transaction& transaction, uint32_t source, const std::string& key) {
  Entry entry;
  const auto found = transaction.get(source, KeyRange::only(key), true, entry);
  if (!found.is_ok()) return found.status().to_string();
  if (!found.value()) return "-";
  if (!entry.value.is_large) return std::string(entry.value.bytes);
  WholeValue whole;
  const Status status = transaction.read_pieces(source, entry.value, whole);
  return status.is_ok() ? whole.value : status.to_string();
}

inline uint64_t count(Transaction& transaction, uint32_t source, const KeyRange& range = {}) {
  const auto counted = transaction.count(source, range);
  EXPECT_TRUE(counted.is_ok()) << counted.status().to_string();
  return counted.is_ok() ? counted.value() : UINT64_MAX;
}

// Collects values, or keys, or pairs.
class ListSink final : public ScanSink {
 public:
  explicit ListSink(size_t limit = SIZE_MAX) : limit_(limit) {}
  bool entry(const Entry& found) override {
    pairs.emplace_back(found.key, found.primary_key);
    values += found.value.bytes;
    values += ' ';
    return pairs.size() < limit_;
  }

  std::vector<std::pair<std::string, std::string>> pairs;
  std::string values;

 private:
  size_t limit_;
};

// The values in the scan's order, each followed by a space.
inline std::string scan(Transaction& transaction, const ScanRequest& request) {
  ListSink sink;
  const auto done = transaction.scan(request, sink);
  return done.is_ok() ? sink.values : done.status().to_string();
}

inline Status commit(Database& database, std::unique_ptr<Transaction> transaction) {
  return database.commit({transaction.get()})[0];
}

}  // namespace flowdb
