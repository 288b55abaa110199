// The rules, record by record.
#include "engine/retention.h"

#include <algorithm>

#include "util/features.h"

namespace flowdb {

bool Retention::pinned(uint64_t first, uint64_t end) const {
  const auto pin = std::lower_bound(pins_.begin(), pins_.end(), first);
  return pin != pins_.end() && *pin < end;
}

// A snapshot that sees the record must see its removal, too; the first removal behind it is seen by
// the most.
bool Retention::is_in_removed_range(const Record& record) const {
  const std::vector<uint64_t>* const list = range_removes_.at(record.key);
  if (list == nullptr) return false;
  const auto removal = std::upper_bound(list->begin(), list->end(), record.sequence);
  return removal != list->end() && !pinned(record.sequence, *removal);
}

RangeRemoves Retention::kept_range_removes(
    const std::function<bool(std::string_view, std::string_view)>& older_below) const {
  RangeRemoves kept;
  range_removes_.each(
      [&](std::string_view begin, std::string_view end, const std::vector<uint64_t>& sequences) {
        const bool hides_below = older_below(begin, end);
        for (size_t i = 0; i < sequences.size(); ++i) {
          // The next one does as well, for all snapshots.
          if (i + 1 < sequences.size() && !pinned(sequences[i], sequences[i + 1])) continue;
          if (hides_below || pinned(0, sequences[i])) kept.add(begin, end, sequences[i]);
        }
      });
  return kept;
}

bool Retention::drops(std::string_view key) {
  if (!drop_filter_) return false;
  if (!fate_.holds_for(key)) fate_ = drop_filter_(key);
  if (fate_.is_dead) has_dropped_ = true;
  return fate_.is_dead;
}

Retention::Verdict Retention::judge(const Record& record, bool older_below) {
  const bool same_key = started_ && record.key == key_;
  const bool same_version = same_key && record.ts == ts_;
  if (!same_key) {
    started_ = true;
    key_.assign(record.key);
  }
  ts_ = record.ts;
  const uint64_t newer = newer_sequence_;
  newer_sequence_ = record.sequence;
  // (1) An older record is needed only by a snapshot that does not see the newer one.
  if (same_version && !pinned(record.sequence, newer)) return Verdict::drop;
  if (kFullEngine && is_in_removed_range(record)) return Verdict::drop;
  const bool expired = record.expire_at <= now_us_;
  if (record.kind == RecordKind::put && !expired) return Verdict::keep;
  // (2) A removal is needed as long as there is something older for it to hide: below, or kept for
  // a snapshot.
  if (!older_below && !pinned(0, record.sequence)) return Verdict::drop;
  return record.kind == RecordKind::put ? Verdict::keep_as_remove : Verdict::keep;
}

}  // namespace flowdb
