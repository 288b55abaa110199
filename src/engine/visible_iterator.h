// VisibleIterator: what a reader sees of the merged records: within its bounds, the newest version
// that its snapshot reaches of each (key, ts), or of each key, without what is removed or expired.
#pragma once

#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "engine/iterator.h"
#include "engine/merging_cursor.h"
#include "memtable/memtable.h"
#include "sst/table.h"
#include "util/features.h"
#include "util/key_buffer.h"

namespace flowdb {

struct Visibility {
  // Versions with a larger sequence number are not seen; the overlay's always are.
  uint64_t snapshot = UINT64_MAX;
  // Gives the time, in microseconds since 1970. Asked once, when the first record with an expire_at
  // is met: those that expire at or before then are not seen. REQUIRES: not null then.
  const std::function<int64_t()>* clock_us = nullptr;
  // The table that MergingCursor::add_overlay was given a cursor of, or null.
  const Memtable* overlay = nullptr;
  std::optional<std::string_view> lower;
  std::optional<std::string_view> upper;
  TimeRange times;
  // Only the version with the largest ts of each key.
  bool latest = false;
  // Removals of ranges: those that are committed, and those of a transaction that were spilled.
  // Those of the overlay are with it.
  std::vector<std::shared_ptr<const RangeRemoves>> range_removes;
  RangeRemoves spilled_range_removes;
  // Not ok: there is nothing to be seen, because of this.
  Status fault;

  bool has_range_removes() const {
    return !range_removes.empty() || !spilled_range_removes.empty() ||
           (overlay != nullptr && overlay->has_range_removes());
  }
  // Whether the removal of a range hides the record.
  bool is_in_removed_range(const Record& record, bool from_overlay) const;
};

class VisibleIterator final : public Iterator {
 public:
  // `pin` keeps alive what the sources read from.
  VisibleIterator(MergingCursor merged, const Visibility& visibility,
                  std::shared_ptr<const void> pin);

  void seek_to_first() override;
  void seek_to_last() override;
  void seek(std::string_view target) override;
  void seek_for_prev(std::string_view target) override;
  Status status() const override {
    return visibility_.fault.is_ok() ? merged_.status() : visibility_.fault;
  }

 private:
  void next_anywhere() override;
  void prev_anywhere() override;
  bool sees(const Record& record) const {
    return record.sequence <= visibility_.snapshot || merged_.from_overlay();
  }
  bool is_live(const Record& record) const {
    return record.kind == RecordKind::put &&
           (record.expire_at == kNeverExpires || record.expire_at > now_us()) &&
           !(kFullEngine && may_be_in_removed_range_ && visibility_.has_range_removes() &&
             visibility_.is_in_removed_range(record, merged_.from_overlay()));
  }
  int64_t now_us() const {
    if (!now_us_) now_us_ = (*visibility_.clock_us)();
    return *now_us_;
  }
  // Whether it is of the version `own_`; with `whole_key`, of its key.
  bool is_passed(const Record& record, bool whole_key) const {
    return (whole_key || record.ts == own_.ts) && equal_bytes(record.key, own_.key);
  }
  // Whether the sources stand where this iterator left them.
  bool overlay_changed() const;
  void note_overlay();
  // From the merged position on, to the next / previous version with a visible record.
  void settle_forward(bool skip_version);
  void settle_backward();
  // Where a stretch of records asks for none of all these checks, it is walked in its block.
  // False: there is no such stretch. REQUIRES: merged_.is_one_level(), and forward_ is set.
  bool begin_run();
  // Takes the record that the run stands at for `own_`.
  void end_run();
  // Goes past records that are not wanted, of the key of the merged one: one by one, or when these
  // are many, by a seek; forward past the version at `ts`.
  void skip_forward(int64_t ts);
  void skip_backward();

  MergingCursor merged_;
  Visibility visibility_;
  std::shared_ptr<const void> pin_;
  // Most often false; an overlay may come to remove ranges later.
  bool may_be_in_removed_range_;
  mutable std::optional<int64_t> now_us_;
  uint64_t overlay_changes_ = 0;
  int skipped_ = 0;  // one by one, since the last version that was wanted
  bool forward_ = true;
  // Not null: at_ is its record. It is free unless an overlay may change.
  BlockCursor* run_ = nullptr;
  // The version that the iterator stands at or has come by last. Unless they stay where they are,
  // its key's bytes are in `key_bytes_`; those of its value are in its source when walking forward,
  // in `value_copy_` when walking backward: the walk has then gone on to the version before.
  Record own_;
  KeyBuffer key_bytes_;
  std::string value_copy_;
  // The version that the walk backward is looking at.
  std::string group_key_;
  std::string group_value_;
};

}  // namespace flowdb
