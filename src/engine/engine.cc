// Opening, closing and the small calls of Engine.
#include "engine/engine.h"

#include <cassert>

#include "engine/engine_state.h"
#include "util/features.h"
#include "util/rules.h"
#include "wal/log_format.h"

namespace flowdb {

Engine::Engine(std::unique_ptr<State> state) : state_(std::move(state)) {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::open(std::unique_ptr<File> container,
                                             std::unique_ptr<File> log, EngineOptions options) {
  FLOWDB_RETURN_IF_ERROR(validate(options));
  auto state = std::make_unique<State>(std::move(options));
  FLOWDB_RETURN_IF_ERROR(state->open_files(std::move(container), std::move(log)));
  return std::unique_ptr<Engine>(new Engine(std::move(state)));
}

uint64_t Engine::pin_snapshot() {
  State& s = *state_;
  if (kFullEngine) s.memtable->keep_range_removes_for(s.last_sequence);
  return *s.pins.insert(s.last_sequence);
}

void Engine::unpin_snapshot(uint64_t sequence) {
  const auto pin = state_->pins.find(sequence);
  assert(pin != state_->pins.end());
  state_->pins.erase(pin);
}

void Engine::set_drop_filter(DropFilter filter) { state_->drop_filter = std::move(filter); }

void Engine::drop_filter_changed() {
  state_->may_have_dead_tables = true;
  state_->dead_records.more_died();
}

void Engine::set_table_split(std::string_view key, size_t group_bytes) {
  if (state_->is_size_tiered()) return;
  state_->table_split = {key, group_bytes};
}

Status Engine::flush() {
  State& s = *state_;
  FLOWDB_RETURN_IF_ERROR(s.check_writable());
  if (s.memtable->count() == 0 && !s.checkpoint_due) return s.finish_flush();
  return s.checkpoint(s.log->position());
}

Status Engine::close() {
  State& s = *state_;
  FLOWDB_RETURN_IF_ERROR(s.check_writable());
  s.closed = true;
  FLOWDB_RETURN_IF_ERROR(s.finish_commit());
  s.job.reset();
  // While the log can still be flushed.
  FLOWDB_RETURN_IF_ERROR(s.finish_flush());
  // Opened and only read: it is as the last close() has left it.
  const bool unchanged = s.memtable->count() == 0 && s.flush == nullptr && !s.checkpoint_due;
  if (unchanged && s.log->file_bytes() <= kLogHeaderBytes) return s.storage->close();
  const LogPosition position = s.log->reset_position();
  if (!holds(Rule::log_cut_last)) FLOWDB_RETURN_IF_ERROR(s.log->truncate());
  FLOWDB_RETURN_IF_ERROR(s.checkpoint(position));
  if (holds(Rule::log_cut_last)) FLOWDB_RETURN_IF_ERROR(s.log->truncate());
  return s.storage->close();
}

bool Engine::accepts_writes() const { return state_->check_writable().is_ok(); }

Storage& Engine::storage() { return *state_->storage; }
const EngineOptions& Engine::options() const { return state_->options; }

EngineStats Engine::stats() const {
  const State& s = *state_;
  EngineStats stats = s.counters;
  const StorageStats stored = s.storage->stats();
  const BlockCache::Counters& blocks = s.cache.counters;
  stats.memtable_bytes = s.memtable->memory_bytes();
  if (s.flush != nullptr) stats.memtable_bytes += s.flush->memtable()->memory_bytes();
  stats.cache_bytes = s.cache.bytes();
  stats.blocks_read = blocks.read;
  stats.blocks_cached = blocks.found;
  stats.blocks_skipped = blocks.skipped;
  stats.tables = stored.live_tables;
  stats.table_bytes = stored.live_bytes;
  stats.dead_bytes = stored.dead_bytes;
  stats.log_bytes = s.log->file_bytes();
  return stats;
}

}  // namespace flowdb
