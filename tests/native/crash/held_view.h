// HeldView: what a database showed after one of its commits, held by an iterator or by a pinned
// snapshot while tables come and go.
#pragma once

#include <memory>

#include "crash/commits.h"

namespace flowdb {

struct HeldView {
  std::unique_ptr<Iterator> iterator;  // null: the snapshot is pinned
  uint64_t snapshot = 0;
  uint64_t number = 0;  // of the commit
};

inline HeldView hold_view(Engine& engine, uint64_t number, bool pin) {
  if (pin) return {nullptr, engine.pin_snapshot(), number};
  return {engine.new_iterator({}), 0, number};
}

// What it shows now; then it is let go.
inline Result<FoundContent> release_view(Engine& engine, HeldView view) {
  if (view.iterator != nullptr) return read_content(*view.iterator);
  ReadOptions options;
  options.snapshot = view.snapshot;
  Result<FoundContent> found = read_content(*engine.new_iterator(options));
  engine.unpin_snapshot(view.snapshot);
  return found;
}

}  // namespace flowdb
