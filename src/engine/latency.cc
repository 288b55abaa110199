// The buckets' arithmetic.
#include "engine/latency.h"

namespace flowdb {
namespace {

// Values below 16 have a bucket each; above, the three bits behind the first one tell them apart.
constexpr int kDetailBits = 3;

size_t bucket_of(uint64_t ns) {
  if (ns < (2u << kDetailBits)) return static_cast<size_t>(ns);
  const int exponent = 63 - __builtin_clzll(ns);
  const uint64_t detail = (ns >> (exponent - kDetailBits)) & ((1u << kDetailBits) - 1);
  return (static_cast<size_t>(exponent - kDetailBits + 1) << kDetailBits) +
         static_cast<size_t>(detail);
}

// The largest value of a bucket.
uint64_t largest_of(size_t bucket) {
  if (bucket < (2u << kDetailBits)) return bucket;
  const size_t exponent = (bucket >> kDetailBits) + kDetailBits - 1;
  const uint64_t detail = bucket & ((1u << kDetailBits) - 1);
  const uint64_t width = uint64_t{1} << (exponent - kDetailBits);
  return (uint64_t{1} << exponent) + detail * width + (width - 1);
}

}  // namespace

void LatencyHistogram::add(uint64_t ns) {
  ++buckets_[bucket_of(ns)];
  ++count_;
  sum_ns_ += ns;
}

uint64_t LatencyHistogram::percentile_ns(double part) const {
  if (count_ == 0) return 0;
  const double wanted = part * static_cast<double>(count_);
  uint64_t seen = 0;
  for (size_t i = 0; i < kBuckets; ++i) {
    seen += buckets_[i];
    if (seen > 0 && static_cast<double>(seen) >= wanted) return largest_of(i);
  }
  return largest_of(kBuckets - 1);
}

}  // namespace flowdb
