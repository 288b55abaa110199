// Shapes of workloads in which a given activity happens often.
#pragma once

#include "crash/exploration.h"
#include "crash/workload.h"

namespace flowdb {

inline Shape shape_for(Activity activity) {
  Shape shape;
  switch (activity) {
    case Activity::commit:
      shape.flush = shape.maintain = 1;
      shape.fault = 6;
      break;
    case Activity::flush:
      shape.flush = 6;
      break;
    case Activity::compaction:
      shape.flush = 6;
      shape.maintain = 8;
      shape.compact = 1;
      break;
    case Activity::reuse:
      shape.flush = 8;
      shape.maintain = 10;
      shape.compact = 1;
      shape.steps = 80;
      break;
    case Activity::relocation:
      shape.flush = 8;
      shape.maintain = 10;
      shape.compact = 1;
      shape.relocate = 10;
      shape.steps = 80;
      break;
    case Activity::recycling:
      shape.commit = 60;
      shape.flush = shape.maintain = 0;
      shape.kill = 4;
      shape.steps = 80;
      break;
    case Activity::truncation:
      shape.reopen = 6;
      shape.flush = 6;
      shape.maintain = 8;
      shape.compact = 2;
      break;
    case Activity::recovery:
      shape.steps = 12;
      shape.crashes = 3;
      break;
  }
  return shape;
}

inline Exploration::MakeLife workloads(const Shape& shape) {
  return [shape](uint64_t seed) { return std::make_unique<Workload>(shape, seed); };
}

}  // namespace flowdb
