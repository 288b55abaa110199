// The rules, record by record.
#include "engine/retention.h"

#include <algorithm>

namespace flowdb {

bool Retention::pinned(uint64_t first, uint64_t end) const {
  const auto pin = std::lower_bound(pins_.begin(), pins_.end(), first);
  return pin != pins_.end() && *pin < end;
}

Retention::Verdict Retention::judge(const Record& record, bool older_below) {
  const bool same_key = started_ && record.key == key_;
  const bool same_version = same_key && record.ts == ts_;
  if (!same_key) {
    started_ = true;
    key_.assign(record.key);
    key_dropped_ = drop_filter_ && drop_filter_(record.key);
  }
  ts_ = record.ts;
  const uint64_t newer = newer_sequence_;
  newer_sequence_ = record.sequence;
  if (key_dropped_) return Verdict::drop;
  // (1) An older record is needed only by a snapshot that does not see the newer one.
  if (same_version && !pinned(record.sequence, newer)) return Verdict::drop;
  const bool expired = record.expire_at <= now_us_;
  if (record.kind == RecordKind::put && !expired) return Verdict::keep;
  // (2) A removal is needed as long as there is something older for it to hide: below, or kept for
  // a snapshot.
  if (!older_below && !pinned(0, record.sequence)) return Verdict::drop;
  return record.kind == RecordKind::put ? Verdict::keep_as_remove : Verdict::keep;
}

}  // namespace flowdb
