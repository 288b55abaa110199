// Any bytes as the commands of a page: each is answered or its transaction is aborted, and what was
// committed is there, in order, after the database was opened again.
#include "document/key.h"
#include "fuzz/fuzz_input.h"
#include "interpreter.h"
#include "storage/memory_file.h"
#include "util/coding.h"

namespace flowdb {
namespace {

constexpr ReplyAddress kTo{7, 9};

struct Files {
  std::shared_ptr<std::string> container = std::make_shared<std::string>();
  std::shared_ptr<std::string> log = std::make_shared<std::string>();

  std::unique_ptr<Interpreter> open() const {
    EngineOptions options;
    Database::configure(options);
    options.random = [seed = uint64_t{1}]() mutable { return seed += 0x9e3779b97f4a7c15; };
    options.now_us = [] { return int64_t{1'700'000'000'000'000}; };
    options.memtable_bytes_max = 256 << 10;
    options.log_extent_bytes_min = 8 << 10;
    options.log_extent_bytes_max = 64 << 10;
    auto engine = Engine::open(std::make_unique<MemoryFile>(container, "flow.db"),
                               std::make_unique<MemoryFile>(log, "flow.wal"), options);
    FLOWDB_EXPECT(engine.is_ok());
    auto database = Database::open(std::move(engine).value(), R"("fuzz")");
    FLOWDB_EXPECT(database.is_ok());
    return std::make_unique<Interpreter>(std::move(database).value());
  }
};

// Whether every reply has a header and lies within the buffer, as the page's reader demands.
void check_replies(std::string_view replies) {
  while (!replies.empty()) {
    FLOWDB_EXPECT(replies.size() >= 20);
    const uint32_t length = load_le<uint32_t>(replies.data() + 4);
    FLOWDB_EXPECT(length >= 20 && length % 4 == 0 && length <= replies.size());
    replies.remove_prefix(length);
  }
}

class EveryKey final : public ScanSink {
 public:
  bool entry(const Entry& found) override {
    FLOWDB_EXPECT(is_key(found.key) && is_key(found.primary_key));
    FLOWDB_EXPECT(all.empty() || all.back() < found.key);
    all.emplace_back(found.key);
    return true;
  }
  std::vector<std::string> all;
};

std::vector<std::string> keys_of_store(Interpreter& interpreter, uint32_t store) {
  EveryKey keys;
  const auto transaction =
      interpreter.database().begin(TransactionMode::readonly, Durability::relaxed);
  ScanRequest request;
  request.source = store;
  const auto scanned = transaction->scan(request, keys);
  if (!scanned.is_ok()) return {};
  const auto counted = transaction->count(store, {});
  FLOWDB_EXPECT(counted.is_ok() && counted.value() == keys.all.size());
  return keys.all;
}

void run(const FuzzInput& input) {
  const Files files;
  std::vector<std::string> before;
  {
    const std::unique_ptr<Interpreter> interpreter = files.open();
    const uint32_t handle = interpreter->begin_upgrade(1).value();
    // A block of exactly this size, so that every read behind it is seen.
    const std::vector<char> exact(input.bytes.begin(), input.bytes.end());
    const std::string_view commands(exact.data(), exact.size());
    FLOWDB_EXPECT(interpreter->execute(handle, kTo, commands) <= commands.size());
    check_replies(interpreter->replies());
    if (interpreter->is_open(handle)) interpreter->stage_commit(handle, kTo);
    FLOWDB_EXPECT(interpreter->commit_staged().is_ok());
    check_replies(interpreter->replies());
    before = keys_of_store(*interpreter, 1);
  }
  const std::unique_ptr<Interpreter> again = files.open();
  FLOWDB_EXPECT(keys_of_store(*again, 1) == before);
}

}  // namespace
}  // namespace flowdb

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  flowdb::run(flowdb::FuzzInput(data, size));
  return 0;
}
