// Retention: which records a compaction keeps. Everything that a reader can still see stays, and
// every removal that still hides something.
#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <utility>
#include <vector>

#include "engine/options.h"
#include "util/range_removes.h"
#include "util/record.h"

namespace flowdb {

// The removal that stands for an expired record.
inline Record removal_of(Record record) {
  record.kind = RecordKind::remove;
  record.expire_at = kNeverExpires;
  record.value = {};
  return record;
}

class Retention {
 public:
  // `pins`: the snapshots in use, ascending. Records that expire at or before `now_us` are as good
  // as removed. `drop_filter` (may be empty) says which keys nothing refers to.
  Retention(std::vector<uint64_t> pins, int64_t now_us, DropFilter drop_filter)
      : pins_(std::move(pins)), now_us_(now_us), drop_filter_(std::move(drop_filter)) {}

  // The removals of ranges among what is judged. REQUIRES: no record was judged.
  void set_range_removes(RangeRemoves removes) { range_removes_ = std::move(removes); }
  // Those of them that have to stay. `older_below(begin, end)`: whether a table that is not
  // compacted may hold older records of a key in that range.
  RangeRemoves kept_range_removes(
      const std::function<bool(std::string_view, std::string_view)>& older_below) const;

  enum class Verdict : uint8_t { keep, keep_as_remove, drop };
  // Whether a compaction drops this key, whatever its records are; all below dead_until() goes with
  // it then. REQUIRES: keys come in ascending order.
  bool drops(std::string_view key);
  const std::string& dead_until() const { return fate_.until; }
  // REQUIRES: records come in record order, without those that drops(). `older_below`: whether a
  // table that is not compacted may hold older records of this key.
  Verdict judge(const Record& record, bool older_below);

  // Whether the filter has dropped anything since this was asked before.
  bool take_has_dropped() { return std::exchange(has_dropped_, false); }

 private:
  // Whether a pinned snapshot lies in [first, end).
  bool pinned(uint64_t first, uint64_t end) const;
  bool is_in_removed_range(const Record& record) const;

  std::vector<uint64_t> pins_;
  int64_t now_us_;
  DropFilter drop_filter_;
  RangeRemoves range_removes_;
  bool started_ = false;
  std::string key_;
  int64_t ts_ = 0;
  KeyFate fate_;
  bool has_dropped_ = false;
  uint64_t newer_sequence_ = 0;  // of the record before, of the same key and ts
};

}  // namespace flowdb
