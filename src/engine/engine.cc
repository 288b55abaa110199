// Opening, closing and the small calls of Engine.
#include "engine/engine.h"

#include <cassert>

#include "engine/engine_state.h"
#include "engine/options.h"

namespace flowdb {

Engine::Engine(std::unique_ptr<State> state) : state_(std::move(state)) {}
Engine::~Engine() = default;

Result<std::unique_ptr<Engine>> Engine::open(std::unique_ptr<File> /*container*/,
                                             std::unique_ptr<File> /*log*/, EngineOptions options) {
  FLOWDB_RETURN_IF_ERROR(validate(options));
  auto state = std::make_unique<State>();
  state->options = std::move(options);
  return std::unique_ptr<Engine>(new Engine(std::move(state)));
}

uint64_t Engine::pin_snapshot() { return *state_->pins.insert(state_->last_sequence); }

void Engine::unpin_snapshot(uint64_t sequence) {
  const auto pin = state_->pins.find(sequence);
  assert(pin != state_->pins.end());
  state_->pins.erase(pin);
}

void Engine::set_drop_filter(std::function<bool(std::string_view key)> filter) {
  state_->drop_filter = std::move(filter);
}

Status Engine::flush() { return Status::ok(); }
Result<bool> Engine::maintain(int64_t /*budget_us*/) { return false; }
Status Engine::compact_all() { return Status::ok(); }
Status Engine::close() { return Status::ok(); }

EngineStats Engine::stats() const {
  EngineStats stats = state_->counters;
  stats.memtable_bytes = state_->memtable->memory_bytes();
  return stats;
}

}  // namespace flowdb
