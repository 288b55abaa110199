// DirectoryLife: a life of a database that has a file for each table, made up from a seed, with
// what it promised when. What Workload is for a container.
#pragma once

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "crash/commits.h"
#include "crash/directory_states.h"
#include "crash/held_view.h"
#include "crash/life.h"

namespace flowdb {

struct DirectoryShape {
  int steps = 40;
  int crashes = 0;     // of the whole life, each in the midst of something
  bool faults = true;  // steps during which a call fails
};

class DirectoryLife {
 public:
  // `fault` hits the whole life, instead of single steps.
  DirectoryLife(const DirectoryShape& shape, uint64_t seed,
                const std::optional<DirectoryFault>& fault = std::nullopt);

  // Empty: all went well. Else what did not; nothing else is of meaning then.
  const std::string& problem() const { return problem_; }
  bool was_hit() const { return disk_.has_failed(); }
  size_t events() const { return disk_.events().size(); }
  DirectoryStates states_at(size_t event) const {
    return {disk_.initial(), disk_.events(), event, disk_.log_file()};
  }
  // What must be found after a crash at `event`: a kill in its midst or behind it, or a power
  // failure behind it, with the log durable up to there.
  Expectation after_kill(size_t event, bool whole) const;
  Expectation after_power_failure(size_t event, size_t log_durable) const;

  // Opens what a crash has left, checks it, works on, ends it in one of several ways and opens it
  // again. `number` says how. Result: empty, or what is wrong.
  std::string check(DirectoryImage found, const Expectation& expected, uint64_t number);

 private:
  size_t below(size_t n) { return static_cast<size_t>(random_() % n); }
  void live();
  void step();
  void commit();
  void spill();
  void hold_or_release();
  void step_with_fault();
  void open();
  void close();
  void end_process();
  void crash();
  // Whether the call has succeeded; then what it promises is noted. A failure without a fault is a
  // problem, and with one, what is found behind it must be what was acknowledged, and may be the
  // `doubtful` commits behind it.
  bool done(const Status& status, const std::string& what, size_t doubtful = 0);
  void outlive_fault(size_t doubtful);
  void promise(bool strict);
  void attempt(uint64_t number);

  const DirectoryShape shape_;
  const uint64_t seed_;
  std::mt19937_64 random_;
  Commits commits_;
  DirectoryDisk disk_;
  std::unique_ptr<Engine> engine_;
  std::vector<HeldView> held_;
  std::vector<Promise> promises_ = {{}};
  std::string problem_;
  uint64_t last_ = 0;      // the number of the last commit
  uint64_t covered_ = 0;   // the commits up to this one are in tables
  uint64_t in_doubt_ = 0;  // of a commit with an unknown outcome: a power failure may bring it back
  bool faulty_ = false;    // a fault may hit this step
  const bool faulty_life_;
  uint64_t openings_ = 0;
  size_t last_opening_ = 0;
};

}  // namespace flowdb
