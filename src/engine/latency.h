// Latencies as histograms of a fixed size: each power of two has eight buckets, so that a
// percentile is at most an eighth too large.
#pragma once

#include <array>
#include <cstdint>
#include <functional>

#include "util/features.h"

namespace flowdb {

class LatencyHistogram {
 public:
  void add(uint64_t ns);
  uint64_t count() const { return count_; }
  uint64_t sum_ns() const { return sum_ns_; }
  // The latency that the fraction `part` (0 to 1) of all measured ones does not exceed; 0 when
  // there are none.
  uint64_t percentile_ns(double part) const;

 private:
  static constexpr size_t kBuckets = 62 * 8;

  std::array<uint64_t, kBuckets> buckets_{};
  uint64_t count_ = 0;
  uint64_t sum_ns_ = 0;
};

struct EngineLatencies {
  LatencyHistogram get;
  LatencyHistogram write;       // of batches and overlays, with all they wait for
  LatencyHistogram flush;       // a step of it
  LatencyHistogram compaction;  // a step of it
  LatencyHistogram log_write;   // with the flush of a strict one
};

// Measures from here to the end of its scope. Nothing is measured, and the clock not asked, when
// `latencies` is null.
class LatencyTimer {
 public:
  LatencyTimer(EngineLatencies* latencies, LatencyHistogram EngineLatencies::*which,
               const std::function<uint64_t()>& clock_ns)
      : histogram_(kFullEngine && latencies != nullptr ? &(latencies->*which) : nullptr),
        clock_ns_(clock_ns) {
    if (histogram_ != nullptr) begin_ns_ = clock_ns_();
  }
  ~LatencyTimer() {
    if (histogram_ != nullptr) histogram_->add(clock_ns_() - begin_ns_);
  }
  LatencyTimer(const LatencyTimer&) = delete;
  LatencyTimer& operator=(const LatencyTimer&) = delete;

 private:
  LatencyHistogram* const histogram_;
  const std::function<uint64_t()>& clock_ns_;
  uint64_t begin_ns_ = 0;
};

}  // namespace flowdb
