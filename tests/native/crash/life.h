// Life: what a database did from its creation on, recorded, and what it promised meanwhile. The
// base of the workloads of the engine and of documents, as the exploration sees them.
#pragma once

#include <string>
#include <vector>

#include "crash/crash_point.h"
#include "crash/faulty_disk.h"
#include "engine/engine.h"

namespace flowdb {

// What a recovery must find again.
struct Promise {
  size_t events = 0;  // how many had happened when it was made
  uint64_t last = 0;  // the commits up to this one, when the process is killed
  // The commits up to this one, when the power fails, too: they are in tables.
  uint64_t covered = 0;
  // The commits up to `last` too, when a flush of the log did something at this event or later;
  // SIZE_MAX: relaxed.
  size_t log_sync = SIZE_MAX;
};

struct Expectation {
  uint64_t floor = 0;    // the commits up to this one must be there
  uint64_t ceiling = 0;  // none behind this one may be
};

class Life {
 public:
  virtual ~Life() = default;
  Life(const Life&) = delete;
  Life& operator=(const Life&) = delete;

  // Empty: all went well. Else what did not; nothing else is of meaning then.
  const std::string& problem() const { return problem_; }
  const History& history() const { return disk_.history(); }

  // What must be found after a crash at `event`: a kill in its midst or behind it, or a power
  // failure behind it, with those flushes having worked.
  Expectation after_kill(size_t event, bool whole) const;
  Expectation after_power_failure(size_t event, const DurableUpTo& durable) const;

  // Opens what a crash has left, checks it, works on, ends it in one of several ways and opens it
  // again. `number` says how. Result: empty, or what is wrong.
  virtual std::string check(Disk found, const Expectation& expected, uint64_t number) = 0;

 protected:
  Life() = default;

  // Commits `last_` + 1 to `last_` + count have been made, the last ones of this engine.
  void committed(Engine& engine, uint64_t count, bool strict);
  // An opening has found the commits up to `last_`.
  void recovered(Engine& engine);
  // Notes what is promised now.
  void promise(Engine& engine, bool strict);

  FaultyDisk disk_;
  std::vector<Promise> promises_ = {{}};
  uint64_t last_ = 0;                      // the number of the last commit
  std::vector<uint64_t> sequences_ = {0};  // the sequence number of each
  std::string problem_;

 private:
  // Of the commits up to `last_` whose numbers are not known yet: those made last.
  void note_sequences(Engine& engine);
};

}  // namespace flowdb
