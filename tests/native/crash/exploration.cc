// The loop over events and crashes.
#include "crash/exploration.h"

#include <algorithm>
#include <cstdio>
#include <random>
#include <set>

#include "crash/commits.h"
#include "crash/damaged_superblocks.h"

namespace flowdb {
namespace {

// Where a write of `bytes` is torn: at its ends, beside sectors, and anywhere.
std::vector<size_t> torn_places(const CrashPoint& point, size_t places, uint64_t seed) {
  const size_t bytes = point.event_bytes();
  if (point.is_atomic()) return bytes == 0 ? std::vector<size_t>{0} : std::vector<size_t>{0, bytes};
  std::set<size_t> result;
  if (bytes < places) {
    for (size_t torn = 0; torn <= bytes; ++torn) result.insert(torn);
  } else {
    result = {0, 1, bytes - 1, bytes};
    std::mt19937_64 random(seed);
    while (result.size() < places) {
      const size_t torn = static_cast<size_t>(random() % (bytes + 1));
      result.insert(random() % 2 == 0 ? torn : torn / kSector * kSector);
      if (random() % 64 == 0) break;  // there may be fewer
    }
  }
  return {result.begin(), result.end()};
}

std::string describe(const FileEvent& event) {
  using Kind = FileEvent::Kind;
  std::string text(event.file == kContainerFile ? "flow.db " : "flow.wal ");
  if (event.kind == Kind::sync) {
    text += "flush";
  } else if (event.kind == Kind::truncate) {
    text += "truncate to " + std::to_string(event.offset);
  } else {
    text += "write " + std::to_string(event.bytes.size()) + " at " + std::to_string(event.offset);
  }
  text += ", ";
  text += kActivityNames[static_cast<size_t>(event.activity)];
  return text + ", commit " + std::to_string(event.attempted);
}

}  // namespace

std::string StateName::to_string() const {
  return std::to_string(seed) + ":" + std::to_string(event) + ":" + crash + std::to_string(number);
}

std::optional<StateName> StateName::parse(const std::string& text) {
  StateName name;
  unsigned long long seed = 0;
  unsigned long long number = 0;
  if (std::sscanf(text.c_str(), "%llu:%zu:%c%llu", &seed, &name.event, &name.crash, &number) != 4) {
    return std::nullopt;
  }
  name.seed = seed;
  name.number = number;
  return name;
}

std::string Exploration::explore(uint64_t seed, std::optional<Activity> activity,
                                 const Depth& depth, size_t target) {
  const std::unique_ptr<Life> life = make_life_(seed);
  if (!life->problem().empty()) {
    return "FLOWDB_SEED=" + std::to_string(seed) + ": " + life->problem();
  }
  const auto& events = life->history().events;
  for (size_t event = 0; event < events.size() && distinct() < target; ++event) {
    if (activity.has_value() && events[event].activity != *activity) continue;
    if ((event + seed) % depth.every != 0) continue;
    const CrashPoint point(life->history(), event);
    std::vector<StateName> names;
    for (const size_t torn : torn_places(point, depth.torn, seed * 1000 + event)) {
      names.push_back({seed, event, 'k', torn});
    }
    const uint64_t all = point.power_states();
    const bool few = all <= depth.all;
    for (uint64_t i = 0; i < (few ? all : depth.samples); ++i) {
      // Not the same samples in every life: they begin alike.
      names.push_back({seed, event, few ? 'p' : 's', few ? i : seed * 1000 + i});
    }
    for (const StateName& name : names) {
      const std::string problem = try_state(*life, point, name);
      if (!problem.empty()) return "FLOWDB_SEED=" + name.to_string() + ": " + problem;
    }
  }
  return {};
}

std::string Exploration::replay(const StateName& name) {
  const std::unique_ptr<Life> life = make_life_(name.seed);
  if (!life->problem().empty()) return life->problem();
  const auto& events = life->history().events;
  if (name.event >= events.size()) return "there is no such event";
  constexpr size_t kShown = 20;
  for (size_t i = name.event < kShown ? 0 : name.event - kShown; i <= name.event; ++i) {
    std::printf("%zu: %s\n", i, describe(events[i]).c_str());
  }
  return try_state(*life, CrashPoint(life->history(), name.event), name);
}

std::string Exploration::try_state(Life& life, const CrashPoint& point, const StateName& name) {
  Disk found;
  Expectation expected;
  if (name.crash == 'k') {
    const size_t torn = static_cast<size_t>(name.number);
    found = point.killed(torn);
    expected = life.after_kill(name.event, torn >= point.event_bytes());
  } else {
    DurableUpTo durable{};
    found = name.crash == 'p' ? point.power_state(name.number, durable)
                              : point.power_sample(name.number, durable);
    expected = life.after_power_failure(name.event, durable);
  }
  const uint64_t hash = hash_of(found[kLogFile], hash_of(found[kContainerFile]));
  if (!images_.insert(hash).second) return {};
  const std::string problem =
      check_found_frames(found[kContainerFile], halved_headers(life.history(), name.event + 1));
  if (!problem.empty()) return problem;
  return life.check(std::move(found), expected, hash % 1'000'000);
}

}  // namespace flowdb
