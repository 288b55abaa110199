// Walks groups: all records of one (key, ts) stand together, the newest first. Forward, the first
// visible record of a group decides; backward, the last one that is met does.
#include "engine/visible_iterator.h"

#include <cassert>
#include <utility>

namespace flowdb {

VisibleIterator::VisibleIterator(MergingCursor merged, const Visibility& visibility,
                                 std::shared_ptr<const void> pin)
    : merged_(std::move(merged)), visibility_(visibility), pin_(std::move(pin)) {}

bool VisibleIterator::overlay_changed() const {
  return visibility_.overlay != nullptr && visibility_.overlay->changes() != overlay_changes_;
}

void VisibleIterator::note_overlay() {
  if (visibility_.overlay != nullptr) overlay_changes_ = visibility_.overlay->changes();
}

void VisibleIterator::settle_forward(bool skip_group) {
  forward_ = true;
  for (; merged_.valid(); merged_.next()) {
    const Record& record = merged_.record();
    if (skip_group && in_group(record)) continue;
    if (visibility_.upper && record.key >= *visibility_.upper) break;
    if (!sees(record)) continue;
    key_.assign(record.key);
    ts_ = record.ts;
    if (is_live(record.kind, record.expire_at)) {
      value_ = record.value;
      valid_ = true;
      return;
    }
    skip_group = true;
  }
  valid_ = false;
}

void VisibleIterator::settle_backward() {
  forward_ = false;
  while (merged_.valid()) {
    if (visibility_.lower && merged_.record().key < *visibility_.lower) break;
    key_.assign(merged_.record().key);
    ts_ = merged_.record().ts;
    bool live = false;
    for (; merged_.valid() && in_group(merged_.record()); merged_.prev()) {
      const Record& record = merged_.record();
      if (!sees(record)) continue;
      live = is_live(record.kind, record.expire_at);
      if (live) value_copy_.assign(record.value);
    }
    if (!merged_.status().is_ok())
      break;  // the newest version may be the one that could not be read
    if (live) {
      value_ = value_copy_;
      valid_ = true;
      return;
    }
  }
  valid_ = false;
}

void VisibleIterator::seek_to_first() {
  if (visibility_.lower) return seek(*visibility_.lower);
  note_overlay();
  merged_.seek_to_first();
  settle_forward(false);
}

void VisibleIterator::seek_to_last() {
  note_overlay();
  if (visibility_.upper) {
    merged_.seek_before(place_before(*visibility_.upper));
  } else {
    merged_.seek_to_last();
  }
  settle_backward();
}

void VisibleIterator::seek(std::string_view target) {
  note_overlay();
  const bool below = visibility_.lower && target < *visibility_.lower;
  merged_.seek(place_before(below ? *visibility_.lower : target));
  settle_forward(false);
}

void VisibleIterator::seek_for_prev(std::string_view target) {
  if (visibility_.upper && target >= *visibility_.upper) return seek_to_last();
  note_overlay();
  // The smallest key behind all versions of the target.
  std::string behind(target);
  behind.push_back('\0');
  merged_.seek_before(place_before(behind));
  settle_backward();
}

void VisibleIterator::next() {
  assert(valid_);
  if (forward_ && !overlay_changed()) {
    merged_.next();
  } else {
    note_overlay();
    merged_.seek(place_before(key_, ts_));
  }
  settle_forward(true);
}

void VisibleIterator::prev() {
  assert(valid_);
  if (forward_ || overlay_changed()) {
    note_overlay();
    merged_.seek_before(place_before(key_, ts_));
  }
  settle_backward();
}

}  // namespace flowdb
