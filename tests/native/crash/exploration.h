// Exploration: tries the states after crashes of lives, one after the other, and counts the
// distinct ones. Each state has a name, by which it can be tried again alone.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <unordered_set>

#include "crash/life.h"

namespace flowdb {

// One state: which life, behind which of its events, and which crash.
struct StateName {
  uint64_t seed = 0;
  size_t event = 0;
  char crash = 'k';     // k: killed, p: power state, s: power sample
  uint64_t number = 0;  // the bytes of the last write that are there, or the state's number

  std::string to_string() const;
  static std::optional<StateName> parse(const std::string& text);
};

// How many states a crash point yields.
struct Depth {
  size_t torn = 16;     // places at which a write is torn; SIZE_MAX: every byte
  uint64_t all = 24;    // a power failure with no more states than this is tried out,
  size_t samples = 24;  // else so many samples of it
  size_t every = 1;     // only so many of the events are crash points at all
};

class Exploration {
 public:
  // Makes the life that a seed stands for.
  using MakeLife = std::function<std::unique_ptr<Life>(uint64_t seed)>;
  explicit Exploration(MakeLife make_life) : make_life_(std::move(make_life)) {}

  // Tries states of the life `seed` whose crash falls into `activity` (nullopt: any), until
  // `distinct()` has reached `target` or there are no more. Result: empty, or what was wrong with
  // which state.
  std::string explore(uint64_t seed, std::optional<Activity> activity, const Depth& depth,
                      size_t target);
  // Tries one state.
  std::string replay(const StateName& name);

  // Distinct images tried, by the content of both files.
  size_t distinct() const { return images_.size(); }

 private:
  std::string try_state(Life& life, const CrashPoint& point, const StateName& name);

  const MakeLife make_life_;
  std::unordered_set<uint64_t> images_;
};

}  // namespace flowdb
