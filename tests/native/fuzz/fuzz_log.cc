// Any bytes as a log: recovery hands out batches or says why not; what is appended behind them is
// found behind them at the next opening. And any bytes as the operations of a batch, those that
// recovery hands out and the input itself: what is read and written again reads the same.
#include <string>
#include <vector>

#include "engine/batch_reader.h"
#include "engine/capped_file.h"
#include "engine/write_batch.h"
#include "fuzz/fuzz_input.h"
#include "fuzz/reseal.h"
#include "wal/log.h"

namespace flowdb {
namespace {

constexpr DatabaseId kId{1, 2, 3, 4, 5, 6, 7, 8};

struct Recovered {
  std::unique_ptr<Log> log;
  std::vector<std::string> payloads;
  uint64_t last_sequence = 0;
};

bool recover(const std::shared_ptr<std::string>& bytes, uint64_t& salt, Recovered& found) {
  LogOptions options;
  options.extent_bytes_min = 8192;
  options.extent_bytes_max = 32768;
  options.random = [&salt] { return salt += 0x9e3779b97f4a7c15; };
  // What the bytes say of an extent's room is believed until there is none.
  auto quota = std::make_shared<Quota>(Quota{bytes->size() + (1 << 20), bytes->size()});
  auto file = std::make_unique<CappedFile>(bytes, "flow.wal", std::move(quota));
  auto log = Log::open(std::move(file), kId, nullptr, options);
  if (!log.is_ok()) return false;
  const Status status = log.value()->recover(0, [&](const LogBatch& batch) {
    FLOWDB_EXPECT(batch.sequence == found.last_sequence + 1);
    found.last_sequence = batch.sequence;
    found.payloads.emplace_back(batch.payload);
    return Status::ok();
  });
  found.log = std::move(log).value();
  return status.is_ok();
}

bool same(const Record& a, const Record& b) {
  return a.kind == b.kind && a.key == b.key && a.value == b.value && a.ts == b.ts &&
         a.expire_at == b.expire_at;
}

// What a writer has no words for: ts and expiry of a removal that has none, keys without an end.
bool is_writable(const Record& record) {
  if (record.kind == RecordKind::put) return true;
  if (record.expire_at != kNeverExpires) return false;
  return record.kind == RecordKind::remove || (record.ts == 0 && record.key < record.value);
}

void check_batch(std::string_view payload) {
  std::vector<Record> records;
  WriteBatch batch;
  BatchReader reader(payload);
  bool writable = true;
  for (Record record;;) {
    const auto next = reader.next(record, "flow.wal");
    if (!next.is_ok()) return;
    if (!next.value()) break;
    records.push_back(record);
    writable = writable && is_writable(record);
    if (record.kind == RecordKind::put) {
      batch.put(record.key, record.value, record.ts, record.expire_at);
    } else if (record.kind == RecordKind::remove) {
      FLOWDB_EXPECT(record.value.empty());
      batch.remove(record.key, record.ts);
    } else {
      batch.remove_range(record.key, record.value);
    }
  }
  if (!writable) return;
  FLOWDB_EXPECT(batch.count() == records.size());
  BatchReader again(batch.payload());
  for (const Record& expected : records) {
    Record record;
    const auto next = again.next(record, "flow.wal");
    FLOWDB_EXPECT(next.is_ok() && next.value());
    FLOWDB_EXPECT(same(record, expected));
  }
  Record record;
  const auto end = again.next(record, "flow.wal");
  FLOWDB_EXPECT(end.is_ok() && !end.value());
}

void run(FuzzInput input) {
  check_batch(input.bytes);
  if (input.reseal) reseal_log(input.bytes, kId);
  auto bytes = std::make_shared<std::string>(input.bytes);
  {
    MemoryFile file(bytes, "flow.wal");
    const auto holds_frames = Log::holds_frames(file);
    FLOWDB_EXPECT(holds_frames.is_ok() || holds_frames.status().code() != StatusCode::io_error);
  }
  uint64_t salt = 42;
  Recovered first;
  const bool is_recovered = recover(bytes, salt, first);
  for (const std::string& payload : first.payloads) check_batch(payload);
  if (!is_recovered) return;
  if (!first.log->has_room(5, 1) && !first.log->switch_extent(5, true).is_ok()) return;
  if (!first.log->append({{first.last_sequence + 1, "added"}}, true).is_ok()) return;
  first.payloads.emplace_back("added");
  Recovered second;
  FLOWDB_EXPECT(recover(bytes, salt, second));
  FLOWDB_EXPECT(second.payloads == first.payloads);
}

}  // namespace
}  // namespace flowdb

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  flowdb::run(flowdb::FuzzInput(data, size));
  return 0;
}
