// CrashPoint: every state in which the two files may be found after a crash in or right behind one
// event, by the crash model of the design: the process is killed, or the power fails.
#pragma once

#include <cstdint>
#include <map>
#include <vector>

#include "crash/history.h"

namespace flowdb {

// Up to which event the flushes that did something have made all of a file durable: for each file
// the index behind the last one of them, 0 without one.
using DurableUpTo = std::array<size_t, 2>;

class CrashPoint {
 public:
  // REQUIRES: event < history.events.size(); the history outlives this.
  CrashPoint(const History& history, size_t event);

  // The process is killed: everything before the event is there, and of the event itself, if it is
  // a write, the first `torn` bytes. Rewriting a header within its sector happens or does not.
  bool is_atomic() const;
  size_t event_bytes() const;
  // The length counts as all of it.
  Disk killed(size_t torn) const;

  // The power fails behind the event: since the last flush, or, where that one did nothing, the one
  // before, each sector that was written has any of the contents that it was given, and the file
  // any of its sizes. Room that it gained holds zeros, or what once stood there. How many such
  // states there are; no more than UINT64_MAX / 2.
  uint64_t power_states() const;
  // State `number` of them.
  Disk power_state(uint64_t number, DurableUpTo& durable) const;
  // One at random, where all are too many: those that are likely to matter (nothing, everything, a
  // prefix, a suffix, all but one, a single one) as well as any mixture. `number` is its seed. Room
  // gained may also hold what stood elsewhere on the disk.
  Disk power_sample(uint64_t number, DurableUpTo& durable) const;

 private:
  // What one file may hold, given which flush was the last to do something.
  struct Pending {
    size_t durable_up_to = 0;
    std::string durable;
    struct Sector {
      // What it was given since, oldest first; stale contents come behind `written` of them.
      std::vector<std::string> contents;
      size_t written = 0;
      size_t last_event = 0;
    };
    std::map<size_t, Sector> sectors;
    std::vector<size_t> sizes;  // the last one is the newest
    uint64_t states() const;
  };
  using Choice = std::pair<const Pending*, std::map<size_t, size_t>>;

  Pending pending_of(size_t file, size_t durable_up_to) const;
  static std::string build(const Pending& pending, size_t size,
                           const std::map<size_t, size_t>& chosen);

  const History& history_;
  const size_t event_;
  // Of each file: behind the last flush, and behind the one before it.
  std::array<std::vector<Pending>, 2> pending_;
};

}  // namespace flowdb
