// The loop over events and crashes.
#include "crash/directory_exploration.h"

#include <set>

namespace flowdb {
namespace {

// Where a write is torn: at its ends, and anywhere.
std::set<size_t> torn_places(size_t bytes, size_t places, uint64_t seed) {
  std::set<size_t> result = {0, bytes};
  if (bytes < places) {
    for (size_t torn = 1; torn < bytes; ++torn) result.insert(torn);
    return result;
  }
  std::mt19937_64 random(seed);
  for (size_t i = 2; i < places; ++i) result.insert(static_cast<size_t>(random() % bytes));
  return result;
}

uint64_t hash_of_image(const DirectoryImage& image) {
  uint64_t hash = 0;
  for (const auto& names : image.names) {
    hash = hash_of("directory", hash);
    for (const auto& [name, file] : names) hash = hash_of(image.files[file], hash_of(name, hash));
  }
  return hash;
}

}  // namespace

std::string DirectoryExploration::explore(uint64_t seed, const Depth& depth, size_t target) {
  DirectoryLife life(shape_, seed);
  if (!life.problem().empty()) return "FLOWDB_SEED=" + std::to_string(seed) + ": " + life.problem();
  for (size_t event = 0; event < life.events() && distinct() < target; ++event) {
    if ((event + seed) % depth.every != 0) continue;
    const DirectoryStates states = life.states_at(event);
    std::vector<StateName> names;
    for (const size_t torn : torn_places(states.event_bytes(), depth.torn, seed * 1000 + event)) {
      names.push_back({seed, event, 'k', torn});
    }
    const uint64_t all = states.power_states();
    const bool few = all <= depth.all;
    for (uint64_t i = 0; i < (few ? all : depth.samples); ++i) {
      names.push_back({seed, event, few ? 'p' : 's', few ? i : seed * 1000 + i});
    }
    for (const StateName& name : names) {
      const std::string problem = try_state(life, states, name);
      if (!problem.empty()) return "FLOWDB_SEED=" + name.to_string() + ": " + problem;
    }
  }
  return {};
}

std::string DirectoryExploration::replay(const StateName& name) {
  DirectoryLife life(shape_, name.seed);
  if (!life.problem().empty()) return life.problem();
  if (name.event >= life.events()) return "there is no such event";
  return try_state(life, life.states_at(name.event), name);
}

std::string DirectoryExploration::try_state(DirectoryLife& life, const DirectoryStates& states,
                                            const StateName& name) {
  DirectoryImage found;
  Expectation expected;
  if (name.crash == 'k') {
    const size_t torn = static_cast<size_t>(name.number);
    found = states.killed(torn);
    expected = life.after_kill(name.event, torn >= states.event_bytes());
  } else {
    size_t log_durable = 0;
    found = name.crash == 'p' ? states.power_state(name.number, log_durable)
                              : states.power_sample(name.number, log_durable);
    expected = life.after_power_failure(name.event, log_durable);
  }
  const uint64_t hash = hash_of_image(found);
  if (!images_.insert(hash).second) return {};
  return life.check(std::move(found), expected, hash % 1'000'000);
}

}  // namespace flowdb
