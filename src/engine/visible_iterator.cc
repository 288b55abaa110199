// Walks versions: all records of one (key, ts) stand together, the newest first. Forward, the first
// visible record of a version decides; backward, the last one that is met does.
#include "engine/visible_iterator.h"

#include <cassert>
#include <utility>

#include "util/features.h"

namespace flowdb {

namespace {

// So many versions are passed one by one; a seek costs about as much.
constexpr int kSkipsBeforeSeek = 16;

// The place behind all records of that version.
Record place_behind(std::string_view key, int64_t ts) {
  Record place = place_before(key, ts);
  place.sequence = 0;
  return place;
}

}  // namespace

bool Visibility::is_in_removed_range(const Record& record, bool from_overlay) const {
  // What is not the transaction's own is older than all of that.
  const uint64_t sequence = from_overlay ? record.sequence : 0;
  if (spilled_range_removes.removes(record.key, sequence, UINT64_MAX)) return true;
  if (overlay != nullptr && overlay->has_range_removes() &&
      overlay->range_removes()->removes(record.key, sequence, UINT64_MAX)) {
    return true;
  }
  if (from_overlay) return false;
  for (const auto& removes : range_removes) {
    if (removes->removes(record.key, record.sequence, snapshot)) return true;
  }
  return false;
}

VisibleIterator::VisibleIterator(MergingCursor merged, const Visibility& visibility,
                                 std::shared_ptr<const void> pin)
    : merged_(std::move(merged)),
      visibility_(visibility),
      pin_(std::move(pin)),
      may_be_in_removed_range_(kFullEngine &&
                               (visibility.overlay != nullptr || visibility.has_range_removes())) {}

bool VisibleIterator::overlay_changed() const {
  return visibility_.overlay != nullptr && visibility_.overlay->changes() != overlay_changes_;
}

void VisibleIterator::note_overlay() {
  if (visibility_.overlay != nullptr) overlay_changes_ = visibility_.overlay->changes();
}

void VisibleIterator::skip_forward(int64_t ts) {
  if (++skipped_ < kSkipsBeforeSeek) return merged_.next();
  skipped_ = 0;
  group_key_.assign(merged_.record().key);
  merged_.seek(place_behind(group_key_, ts));
}

void VisibleIterator::skip_backward() {
  if (++skipped_ < kSkipsBeforeSeek) return merged_.prev();
  skipped_ = 0;
  group_key_.assign(merged_.record().key);
  const int64_t min = visibility_.times.min;
  merged_.seek_before(merged_.record().ts < min ? place_behind(group_key_, min)
                                                : place_before(group_key_));
}

bool VisibleIterator::begin_run() {
  if (visibility_.times.is_bounded()) return false;
  if (may_be_in_removed_range_ && visibility_.has_range_removes()) return false;
  run_ = forward_ ? merged_.begin_run(visibility_.snapshot, visibility_.upper)
                  : merged_.begin_run_back(visibility_.snapshot, visibility_.lower);
  if (visibility_.overlay == nullptr) (forward_ ? free_run_ : free_run_back_) = run_;
  return run_ != nullptr;
}

void VisibleIterator::end_run() {
  if (run_ == nullptr) return;
  run_ = nullptr;
  free_run_ = free_run_back_ = nullptr;
  key_bytes_.assign(at_->key);
  own_.key = key_bytes_.view();
  own_.ts = at_->ts;
  at_ = nullptr;
}

void VisibleIterator::settle_forward(bool skip_version) {
  forward_ = true;
  skipped_ = 0;
  at_ = nullptr;
  const TimeRange& times = visibility_.times;
  bool whole_key = visibility_.latest;
  while (merged_.valid()) {
    const Record& record = merged_.record();
    if (skip_version && is_passed(record, whole_key)) {
      skip_forward(whole_key ? INT64_MIN : record.ts);
    } else if (visibility_.upper && compare_bytes_inline(record.key, *visibility_.upper) >= 0) {
      break;
    } else if (!times.holds(record.ts)) {
      skip_forward(record.ts > times.max ? times.max + 1 : INT64_MIN);
    } else if (!sees(record)) {
      merged_.next();
    } else {
      const bool live = is_live(record);
      if (live && merged_.is_one_level() && begin_run()) {
        at_ = &record;
        return;
      }
      own_.key = record.key;
      own_.ts = record.ts;
      if (!merged_.record_stays()) {
        key_bytes_.assign(record.key);
        own_.key = key_bytes_.view();
      }
      if (live) {
        own_.value = record.value;
        own_.expire_at = record.expire_at;
        at_ = &own_;
        return;
      }
      skip_version = true;
      whole_key = false;
      merged_.next();
    }
  }
}

void VisibleIterator::settle_backward() {
  forward_ = false;
  skipped_ = 0;
  at_ = nullptr;
  while (merged_.valid()) {
    const Record& first = merged_.record();
    if (at_ != nullptr && !is_passed(first, true)) break;  // all versions of the key have been seen
    if (visibility_.lower && compare_bytes(first.key, *visibility_.lower) < 0) break;
    if (at_ == nullptr && merged_.is_one_level() && begin_run()) {
      at_ = &first;
      return;
    }
    const int64_t ts = first.ts;
    if (!visibility_.times.holds(ts)) {
      skip_backward();
      continue;
    }
    Record group;
    group.key = first.key;
    if (!merged_.record_stays()) {
      group_key_.assign(first.key);
      group.key = group_key_;
    }
    bool live = false;
    bool stays = false;  // the value
    while (merged_.valid() && merged_.record().ts == ts &&
           equal_bytes(merged_.record().key, group.key)) {
      const Record& record = merged_.record();
      if (sees(record)) {
        live = is_live(record);
        stays = merged_.record_stays();
        group.value = record.value;
        group.expire_at = record.expire_at;
        if (live && !stays) group_value_.assign(record.value);
      }
      merged_.prev();
    }
    if (!live) continue;
    own_ = group;
    own_.ts = ts;
    if (group.key.data() == group_key_.data()) {
      key_bytes_.assign(group.key);
      own_.key = key_bytes_.view();
    }
    if (!stays) {
      value_copy_.swap(group_value_);
      own_.value = value_copy_;
    }
    at_ = &own_;
    if (!visibility_.latest) break;
  }
  // The newest version may be the one that could not be read.
  if (!merged_.status().is_ok()) at_ = nullptr;
}

void VisibleIterator::seek_to_first() {
  if (visibility_.lower) return seek(*visibility_.lower);
  end_run();
  note_overlay();
  merged_.seek_to_first();
  settle_forward(false);
}

void VisibleIterator::seek_to_last() {
  end_run();
  note_overlay();
  if (visibility_.upper) {
    merged_.seek_before(place_before(*visibility_.upper));
  } else {
    merged_.seek_to_last();
  }
  settle_backward();
}

void VisibleIterator::seek(std::string_view target) {
  // Who seeks the key that the iterator stands at hands in a view of it.
  if (run_ != nullptr) {
    group_key_.assign(target);
    target = group_key_;
    end_run();
  }
  note_overlay();
  const bool below = visibility_.lower && target < *visibility_.lower;
  merged_.seek(place_before(below ? *visibility_.lower : target, visibility_.times.max));
  settle_forward(false);
}

void VisibleIterator::seek_for_prev(std::string_view target) {
  if (visibility_.upper && target >= *visibility_.upper) return seek_to_last();
  // The smallest key behind all versions of the target.
  std::string behind(target);
  behind.push_back('\0');
  end_run();
  note_overlay();
  merged_.seek_before(place_before(behind));
  settle_backward();
}

void VisibleIterator::next_anywhere() {
  if (run_ != nullptr) {
    if (forward_ && !overlay_changed() && run_->next_in_run()) return;
    end_run();
  }
  if (forward_ && !overlay_changed()) {
    merged_.next();
  } else {
    note_overlay();
    merged_.seek(place_before(own_.key, own_.ts));
  }
  settle_forward(true);
}

void VisibleIterator::prev_anywhere() {
  const bool in_run = run_ != nullptr;
  if (in_run && !forward_ && !overlay_changed() && run_->prev_in_run()) return;
  end_run();
  if (forward_ || overlay_changed()) {
    note_overlay();
    merged_.seek_before(place_before(own_.key, visibility_.latest ? INT64_MAX : own_.ts));
  } else if (in_run) {
    merged_.prev();  // else it has left what the iterator stands at
  }
  settle_backward();
}

}  // namespace flowdb
