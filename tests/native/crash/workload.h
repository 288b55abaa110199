// Workload: a life of a database, made up from a seed: commits, flushes, compactions, views that
// are held meanwhile, calls that fail, closings, ends of the process and power failures, each
// followed by a recovery. All that it did to its files is in the history, and what was promised
// when is in the promises.
#pragma once

#include <memory>
#include <optional>
#include <random>
#include <string>
#include <vector>

#include "crash/commits.h"
#include "crash/held_view.h"
#include "crash/life.h"

namespace flowdb {

// How often each step is taken, relative to the others; and for how long.
struct Shape {
  int commit = 20;
  int large_commit = 1;
  int spill = 1;  // a commit whose tables are written first
  int flush = 2;
  int maintain = 3;
  int compact = 0;
  int relocate = 1;  // move what stands at the container's end to the front
  int reopen = 1;
  int kill = 1;
  int hold_iterator = 1;
  int fault = 2;  // a step during which a call on a file fails
  int steps = 40;
  int crashes = 0;  // of the whole life, each in the middle of something
};

class Workload final : public Life {
 public:
  // `fault` hits the whole life, instead of the single steps of the shape.
  Workload(const Shape& shape, uint64_t seed, const std::optional<Fault>& fault = std::nullopt);
  ~Workload() override;

  // Whether a fault has hit anything, and whether that was a write.
  bool was_hit() const { return disk_.has_failed(); }
  bool write_was_hit() const { return disk_.write_has_failed(); }
  std::string check(Disk found, const Expectation& expected, uint64_t number) override;

 private:
  size_t below(size_t n) { return static_cast<size_t>(random_() % n); }
  void live();
  void step();
  void commit(bool grouped);
  void spill();
  void flush();
  void maintain();
  void compact();
  void relocate();
  void open();
  void close();
  void kill();
  void crash();
  // The last event up to this one that writes into the container's header; 0: there is none.
  size_t last_superblock(size_t event) const;
  // Whether the log was written to before this event since the same commits were attempted.
  bool has_written_log(size_t event) const;
  void hold_or_release();
  void step_with_fault();
  // After a step that a fault has hit: whatever it did, nothing that it did not promise is there.
  // `count` commits are in doubt when the engine accepts no more writes.
  void outlive_fault(size_t count);
  // The commits up to this one may be found from now on.
  void attempt(uint64_t number);
  // Whether the call has succeeded. A failure without a fault is a problem.
  bool ok(const Status& status, std::string_view what);

  const Shape shape_;
  const uint64_t seed_;
  std::mt19937_64 random_;
  Commits commits_;
  std::unique_ptr<Engine> engine_;
  std::vector<HeldView> held_;
  bool faulty_ = false;  // a fault may hit this step
  const bool faulty_life_;
  // Of a commit that failed with an unknown outcome: a power failure may bring it back.
  uint64_t in_doubt_ = 0;
  uint64_t openings_ = 0;
  size_t last_opening_ = 0;
};

}  // namespace flowdb
