// VisibleIterator: what a reader sees of the merged records: within its bounds, the newest version
// that its snapshot reaches of each (key, ts), without what is removed or expired.
#pragma once

#include <memory>
#include <optional>
#include <string>

#include "engine/iterator.h"
#include "engine/merging_cursor.h"
#include "memtable/memtable.h"

namespace flowdb {

struct Visibility {
  // Versions with a larger sequence number are not seen; the overlay's always are.
  uint64_t snapshot = UINT64_MAX;
  // Records that expire at or before this time, in microseconds since 1970, are not seen.
  int64_t now_us = 0;
  // The table that MergingCursor::add_overlay was given a cursor of, or null.
  const Memtable* overlay = nullptr;
  std::optional<std::string_view> lower;
  std::optional<std::string_view> upper;
};

class VisibleIterator final : public Iterator {
 public:
  // `pin` keeps alive what the sources read from.
  VisibleIterator(MergingCursor merged, const Visibility& visibility,
                  std::shared_ptr<const void> pin);

  bool valid() const override { return valid_; }
  void seek_to_first() override;
  void seek_to_last() override;
  void seek(std::string_view target) override;
  void seek_for_prev(std::string_view target) override;
  void next() override;
  void prev() override;
  std::string_view key() const override { return key_; }
  std::string_view value() const override { return value_; }
  int64_t ts() const override { return ts_; }
  Status status() const override { return merged_.status(); }

 private:
  bool sees(const Record& record) const {
    return record.sequence <= visibility_.snapshot || merged_.from_overlay();
  }
  bool is_live(RecordKind kind, int64_t expire_at) const {
    return kind == RecordKind::put && expire_at > visibility_.now_us;
  }
  bool in_group(const Record& record) const { return record.ts == ts_ && record.key == key_; }
  // Whether the sources stand where this iterator left them.
  bool overlay_changed() const;
  void note_overlay();
  // From the merged position on, to the next / previous (key, ts) with a visible record.
  void settle_forward(bool skip_group);
  void settle_backward();

  MergingCursor merged_;
  Visibility visibility_;
  std::shared_ptr<const void> pin_;
  uint64_t overlay_changes_ = 0;
  bool valid_ = false;
  bool forward_ = true;
  // The record that the iterator stands at. `value_` points into its source when walking forward,
  // into `value_copy_` when walking backward: the walk has then gone on to the group before.
  std::string key_;
  int64_t ts_ = 0;
  std::string_view value_;
  std::string value_copy_;
};

}  // namespace flowdb
