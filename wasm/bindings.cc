// The module's face to JavaScript, as js/worker/flow-exports.ts declares it: plain exported
// functions. Embind would take 7 KB of the module and 8 KB of script, compressed. No logic here:
// only conversions, and the parts put together.
#include <emscripten.h>

#include <algorithm>
#include <cstdlib>
#include <memory>
#include <string>

#include "engine/engine.h"
#include "imports.h"
#include "interpreter.h"
#include "opfs_file.h"
#include "storage/read_ahead_file.h"
#include "surroundings.h"

#define FLOWDB_EXPORT(result) extern "C" EMSCRIPTEN_KEEPALIVE result

namespace flowdb {

// Numbers cross the border as doubles where they may pass 2^32.
using Number = double;

struct BoundDatabase {
  explicit BoundDatabase(std::unique_ptr<Database> database) : interpreter(std::move(database)) {
    interpreter.set_reply_sink([](std::string_view replies) {
      flow_replies(replies.data(), static_cast<Number>(replies.size()));
    });
  }

  Engine& engine() { return interpreter.database().engine(); }

  struct Free {
    void operator()(char* bytes) const { std::free(bytes); }
  };

  Interpreter interpreter;
  std::unique_ptr<char, Free> commands;
  uint32_t commands_bytes = 0;
};

namespace {

Status last_error;
// What the last call that hands out text has left.
std::string text;
// Text that is handed in.
std::string argument;

// Keeps a failure for flow_error_code. Result: its code.
uint32_t report(Status status) {
  const uint32_t code = static_cast<uint32_t>(status.code());
  if (code != 0) last_error = std::move(status);
  return code;
}

uint32_t handle(const Result<uint32_t>& begun) {
  return begun.is_ok() ? begun.value() : (report(begun.status()), 0);
}

// Text is handed out as its length; flow_text has its address.
uint32_t hand_out(std::string handed) {
  text = std::move(handed);
  return static_cast<uint32_t>(text.size());
}

void append_counter(std::string& out, const char* name, uint64_t value) {
  out += out.empty() ? "{\"" : ",\"";
  out += name;
  out += "\":" + std::to_string(value);
}

std::string stats_json(const EngineStats& stats) {
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

}  // namespace

FLOWDB_EXPORT(const char*) flow_text() { return text.data(); }

FLOWDB_EXPORT(char*) flow_argument(uint32_t bytes) {
  argument.resize(bytes);
  return argument.data();
}

FLOWDB_EXPORT(uint32_t) flow_error_code() { return static_cast<uint32_t>(last_error.code()); }
FLOWDB_EXPORT(uint32_t) flow_error_message() { return hand_out(std::string(last_error.message())); }

// The argument is the name.
FLOWDB_EXPORT(BoundDatabase*)
flow_open(int container_file, int log_file, uint32_t memtable_bytes, uint32_t block_cache_bytes) {
  EngineOptions options;
  if (memtable_bytes != 0) options.memtable_bytes_max = memtable_bytes;
  if (block_cache_bytes != 0) options.block_cache_bytes = block_cache_bytes;
  options.random = random_number;
  options.now_us = now_us;
  auto container = std::make_unique<OpfsFile>(container_file, "flow.db");
  auto engine = Engine::open(std::make_unique<ReadAheadFile>(std::move(container)),
                             std::make_unique<OpfsFile>(log_file, "flow.wal"), options);
  if (!engine.is_ok()) return report(engine.status()), nullptr;
  auto database = Database::open(std::move(engine).value(), argument);
  if (!database.is_ok()) return report(database.status()), nullptr;
  return new BoundDatabase(std::move(database).value());
}

FLOWDB_EXPORT(void) flow_delete(BoundDatabase* it) { delete it; }

FLOWDB_EXPORT(uint32_t) flow_schema(BoundDatabase* it) {
  return hand_out(schema_json(it->interpreter.database().schema()));
}

FLOWDB_EXPORT(uint32_t) flow_begin(BoundDatabase* it, uint32_t mode, uint32_t durability) {
  return handle(it->interpreter.begin(mode, durability));
}

FLOWDB_EXPORT(uint32_t) flow_begin_upgrade(BoundDatabase* it, Number version) {
  constexpr Number kLargest = 9007199254740991;  // 2^53 - 1
  const bool whole = version >= 1 && version <= kLargest;
  return handle(it->interpreter.begin_upgrade(whole ? static_cast<uint64_t>(version) : 0));
}

FLOWDB_EXPORT(bool) flow_is_open(BoundDatabase* it, uint32_t transaction) {
  return it->interpreter.is_open(transaction);
}

FLOWDB_EXPORT(char*) flow_allocate(BoundDatabase* it, uint32_t bytes) {
  it->commands.reset(static_cast<char*>(std::malloc(bytes)));
  it->commands_bytes = it->commands == nullptr ? 0 : bytes;
  return it->commands.get();
}

FLOWDB_EXPORT(uint32_t)
flow_execute(BoundDatabase* it, uint32_t transaction, uint32_t connection, uint32_t id,
             uint32_t length) {
  const std::string_view commands(it->commands.get(), std::min(length, it->commands_bytes));
  return static_cast<uint32_t>(it->interpreter.execute(transaction, {connection, id}, commands));
}

FLOWDB_EXPORT(uint32_t) flow_backfill(BoundDatabase* it, uint32_t transaction) {
  return hand_out(it->interpreter.backfill(transaction));
}

FLOWDB_EXPORT(void) flow_end_backfill(BoundDatabase* it, uint32_t transaction) {
  it->interpreter.end_backfill(transaction);
}

FLOWDB_EXPORT(void)
flow_stage_commit(BoundDatabase* it, uint32_t transaction, uint32_t connection, uint32_t id) {
  it->interpreter.stage_commit(transaction, {connection, id});
}

FLOWDB_EXPORT(uint32_t) flow_commit_staged(BoundDatabase* it) {
  return report(it->interpreter.commit_staged());
}

FLOWDB_EXPORT(int) flow_accepts_writes(BoundDatabase* it) {
  return it->engine().accepts_writes() ? 1 : 0;
}

// The argument is the message.
FLOWDB_EXPORT(void)
flow_abort(BoundDatabase* it, uint32_t transaction, uint32_t connection, uint32_t id,
           uint32_t code) {
  it->interpreter.abort(transaction, {connection, id},
                        code == 0 ? Status() : Status(static_cast<StatusCode>(code), argument));
}

FLOWDB_EXPORT(const char*) flow_reply_address(BoundDatabase* it) {
  return it->interpreter.replies().data();
}
FLOWDB_EXPORT(uint32_t) flow_reply_length(BoundDatabase* it) {
  return static_cast<uint32_t>(it->interpreter.replies().size());
}
FLOWDB_EXPORT(void) flow_clear_replies(BoundDatabase* it) { it->interpreter.clear_replies(); }

FLOWDB_EXPORT(uint32_t) flow_maintain(BoundDatabase* it, Number budget_us, int tidies) {
  const Result<bool> more = it->engine().maintain(static_cast<int64_t>(budget_us),
                                                  tidies != 0 ? Upkeep::all : Upkeep::due);
  if (!more.is_ok()) return report(more.status()), 2;
  return more.value() ? 1 : 0;
}

FLOWDB_EXPORT(uint32_t) flow_mark_deleted(BoundDatabase* it) {
  return report(it->engine().storage().mark_deleted());
}

FLOWDB_EXPORT(uint32_t) flow_stats(BoundDatabase* it) {
  return hand_out(stats_json(it->engine().stats()));
}

FLOWDB_EXPORT(uint32_t) flow_close(BoundDatabase* it) {
  it->interpreter.abort_all();
  return report(it->engine().close());
}

}  // namespace flowdb
