// Which of the promises hold at a crash.
#include "crash/life.h"

#include <algorithm>

#include "engine/manifest.h"

namespace flowdb {

Expectation Life::after_kill(size_t event, bool whole) const {
  Expectation expected;
  expected.ceiling = history().events[event].attempted;
  for (const Promise& p : promises_) {
    if (p.events <= event + (whole ? 1 : 0)) expected.floor = std::max(expected.floor, p.last);
  }
  return expected;
}

Expectation Life::after_power_failure(size_t event, const DurableUpTo& durable) const {
  Expectation expected;
  expected.ceiling = history().events[event].attempted;
  for (const Promise& p : promises_) {
    if (p.events > event + 1) continue;
    expected.floor = std::max(expected.floor, p.covered);
    if (p.log_sync <= durable[kLogFile]) expected.floor = std::max(expected.floor, p.last);
  }
  return expected;
}

void Life::committed(Engine& engine, uint64_t count, bool strict) {
  sequences_.resize(static_cast<size_t>(last_ + 1));
  last_ += count;
  note_sequences(engine);
  promise(engine, strict);
}

void Life::recovered(Engine& engine) {
  sequences_.resize(std::min(sequences_.size(), static_cast<size_t>(last_ + 1)));
  note_sequences(engine);
  promise(engine, false);
}

void Life::note_sequences(Engine& engine) {
  const uint64_t sequence = engine.pin_snapshot();
  engine.unpin_snapshot(sequence);
  for (uint64_t n = sequences_.size(); n <= last_; ++n)
    sequences_.push_back(sequence - (last_ - n));
}

void Life::promise(Engine& engine, bool strict) {
  Promise p;
  p.events = history().events.size();
  p.last = last_;
  p.covered = promises_.back().covered;
  if (strict) p.log_sync = disk_.last_log_sync();
  if (!engine.storage().manifest().empty()) {
    const auto manifest = Manifest::decode(engine.storage().manifest(), "flow.db");
    if (!manifest.is_ok()) {
      problem_ = "manifest: " + manifest.status().to_string();
      return;
    }
    while (p.covered < last_ &&
           sequences_[static_cast<size_t>(p.covered) + 1] <= manifest->last_sequence) {
      ++p.covered;
    }
  }
  promises_.push_back(p);
}

}  // namespace flowdb
