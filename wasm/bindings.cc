// The module's face to JavaScript, as js/worker/flow-module.ts declares it. No logic here: only
// conversions, and the parts put together.
#include <emscripten/bind.h>

#include <cstdlib>
#include <memory>
#include <string>

#include "engine/engine.h"
#include "interpreter.h"
#include "opfs_file.h"
#include "protocol.h"
#include "surroundings.h"

namespace flowdb {

namespace {

Status last_error;

// Keeps a failure for lastErrorCode. Result: its code.
uint32_t report(Status status) {
  const uint32_t code = static_cast<uint32_t>(status.code());
  if (code != 0) last_error = std::move(status);
  return code;
}

// Numbers cross the border as doubles where they may pass 2^32.
using Number = double;

void append_counter(std::string& out, const char* name, uint64_t value) {
  out += out.empty() ? "{\"" : ",\"";
  out += name;
  out += "\":" + std::to_string(value);
}

class BoundDatabase {
 public:
  static BoundDatabase* open(int container_file, int log_file, const std::string& name,
                             uint32_t memtable_bytes, uint32_t block_cache_bytes) {
    EngineOptions options;
    if (memtable_bytes != 0) options.memtable_bytes_max = memtable_bytes;
    if (block_cache_bytes != 0) options.block_cache_bytes = block_cache_bytes;
    options.random = random_number;
    options.now_us = now_us;
    auto engine = Engine::open(std::make_unique<OpfsFile>(container_file, "flow.db"),
                               std::make_unique<OpfsFile>(log_file, "flow.wal"), options);
    if (!engine.is_ok()) return report(engine.status()), nullptr;
    auto database = Database::open(std::move(engine).value(), name);
    if (!database.is_ok()) return report(database.status()), nullptr;
    return new BoundDatabase(std::move(database).value());
  }

  std::string schema() { return schema_json(interpreter_.database().schema()); }

  uint32_t begin(uint32_t mode, uint32_t durability) {
    return handle(interpreter_.begin(mode, durability));
  }
  uint32_t begin_upgrade(Number version) {
    constexpr Number kLargest = 9007199254740991;  // 2^53 - 1
    const bool whole = version >= 1 && version <= kLargest;
    return handle(interpreter_.begin_upgrade(whole ? static_cast<uint64_t>(version) : 0));
  }
  bool is_open(uint32_t transaction) { return interpreter_.is_open(transaction); }

  uintptr_t allocate(uint32_t bytes) {
    commands_.reset(static_cast<char*>(std::malloc(bytes)));
    commands_bytes_ = commands_ == nullptr ? 0 : bytes;
    return reinterpret_cast<uintptr_t>(commands_.get());
  }
  uint32_t execute(uint32_t transaction, uint32_t connection, uint32_t id, uint32_t length) {
    const std::string_view commands(commands_.get(), std::min(length, commands_bytes_));
    return static_cast<uint32_t>(interpreter_.execute(transaction, {connection, id}, commands));
  }
  std::string backfill(uint32_t transaction) { return interpreter_.backfill(transaction); }
  void end_backfill(uint32_t transaction) { interpreter_.end_backfill(transaction); }

  void stage_commit(uint32_t transaction, uint32_t connection, uint32_t id) {
    interpreter_.stage_commit(transaction, {connection, id});
  }
  uint32_t commit_staged() { return report(interpreter_.commit_staged()); }
  void abort(uint32_t transaction, uint32_t connection, uint32_t id, uint32_t code,
             const std::string& message) {
    interpreter_.abort(transaction, {connection, id},
                       code == 0 ? Status() : Status(static_cast<StatusCode>(code), message));
  }

  uintptr_t reply_address() { return reinterpret_cast<uintptr_t>(interpreter_.replies().data()); }
  uint32_t reply_length() { return static_cast<uint32_t>(interpreter_.replies().size()); }
  void clear_replies() { interpreter_.clear_replies(); }

  uint32_t maintain(Number budget_us) {
    const Result<bool> more = engine().maintain(static_cast<int64_t>(budget_us));
    if (!more.is_ok()) return report(more.status()), 2;
    return more.value() ? 1 : 0;
  }
  uint32_t mark_deleted() { return report(engine().container().mark_deleted()); }

  std::string stats() {
    const EngineStats stats = engine().stats();
    std::string out;
    append_counter(out, "memtableBytes", stats.memtable_bytes);
    append_counter(out, "tables", stats.tables);
    append_counter(out, "tableBytes", stats.table_bytes);
    append_counter(out, "deadBytes", stats.dead_bytes);
    append_counter(out, "logBytes", stats.log_bytes);
    append_counter(out, "flushes", stats.flushes);
    append_counter(out, "compactions", stats.compactions);
    append_counter(out, "logWrites", stats.log_writes);
    append_counter(out, "logSyncs", stats.log_syncs);
    append_counter(out, "recoveredBatches", stats.recovered_batches);
    return out + "}";
  }

  uint32_t close() {
    interpreter_.abort_all();
    return report(engine().close());
  }

 private:
  struct Free {
    void operator()(char* bytes) const { std::free(bytes); }
  };

  explicit BoundDatabase(std::unique_ptr<Database> database) : interpreter_(std::move(database)) {}

  Engine& engine() { return interpreter_.database().engine(); }
  static uint32_t handle(const Result<uint32_t>& begun) {
    return begun.is_ok() ? begun.value() : (report(begun.status()), 0);
  }

  Interpreter interpreter_;
  std::unique_ptr<char, Free> commands_;
  uint32_t commands_bytes_ = 0;
};

uint32_t last_error_code() { return static_cast<uint32_t>(last_error.code()); }
std::string last_error_message() { return last_error.message(); }

}  // namespace

EMSCRIPTEN_BINDINGS(flowdb) {
  using emscripten::allow_raw_pointers;
  using emscripten::class_;
  using emscripten::function;
  function("constants", &protocol::constants_json);
  function("lastErrorCode", &last_error_code);
  function("lastErrorMessage", &last_error_message);
  class_<BoundDatabase>("Database")
      .class_function("open", &BoundDatabase::open, allow_raw_pointers())
      .function("schema", &BoundDatabase::schema)
      .function("begin", &BoundDatabase::begin)
      .function("beginUpgrade", &BoundDatabase::begin_upgrade)
      .function("isOpen", &BoundDatabase::is_open)
      .function("allocate", &BoundDatabase::allocate)
      .function("execute", &BoundDatabase::execute)
      .function("backfill", &BoundDatabase::backfill)
      .function("endBackfill", &BoundDatabase::end_backfill)
      .function("stageCommit", &BoundDatabase::stage_commit)
      .function("commitStaged", &BoundDatabase::commit_staged)
      .function("abort", &BoundDatabase::abort)
      .function("replyAddress", &BoundDatabase::reply_address)
      .function("replyLength", &BoundDatabase::reply_length)
      .function("clearReplies", &BoundDatabase::clear_replies)
      .function("maintain", &BoundDatabase::maintain)
      .function("markDeleted", &BoundDatabase::mark_deleted)
      .function("stats", &BoundDatabase::stats)
      .function("close", &BoundDatabase::close);
}

}  // namespace flowdb
