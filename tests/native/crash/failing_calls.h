// What the tests of failing calls have in common.
#pragma once

#include <cstdint>
#include <string>

#include "crash/faulty_disk.h"

namespace flowdb {

// Lives of which one call on the files fails, each in turn, in each way, or all from that one on,
// until none is left that fails. `live(fault)`: makes one, whose `was_hit()` and
// `write_was_hit()` tell what the fault met. Result: empty, or what was wrong behind which call;
// `calls` becomes their count.
template <typename Live>
std::string outlive_failing_calls(bool for_good, Live live, int64_t& calls) {
  const auto told = [](const auto& life, const Fault& fault) -> std::string {
    if (life.problem().empty()) return {};
    return "call " + std::to_string(fault.call) + ", outcome " +
           std::to_string(static_cast<int>(fault.outcome)) + ": " + life.problem();
  };
  Fault fault;
  fault.for_good = for_good;
  for (fault.call = 0;; ++fault.call) {
    fault.outcome = Fault::Outcome::error;
    const auto life = live(fault);
    std::string problem = told(*life, fault);
    calls = fault.call;
    if (!problem.empty() || !life->was_hit()) return problem;
    if (!life->write_was_hit()) continue;
    for (const Fault::Outcome outcome : {Fault::Outcome::short_count, Fault::Outcome::no_space,
                                         Fault::Outcome::zero, Fault::Outcome::error_behind}) {
      fault.outcome = outcome;
      problem = told(*live(fault), fault);
      if (!problem.empty()) return problem;
    }
  }
}

}  // namespace flowdb
