// What an open engine holds; private to the engine's own files.
#pragma once

#include <memory>
#include <set>

#include "engine/engine.h"

namespace flowdb {

struct Engine::State {
  EngineOptions options;
  std::shared_ptr<Memtable> memtable = std::make_shared<Memtable>();
  uint64_t last_sequence = 0;
  std::multiset<uint64_t> pins;
  std::function<bool(std::string_view key)> drop_filter;
  EngineStats counters;
};

}  // namespace flowdb
