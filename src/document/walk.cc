// Bounds are byte strings: an encoded key is never the beginning of another one, so that `key FF`
// stands behind everything that begins with the key, and before the next.
#include "document/walk.h"

namespace flowdb {

namespace {

Status check_bound(const std::optional<std::string_view>& bound, const char* name) {
  if (!bound.has_value() || is_key(*bound)) return Status::ok();
  return Status::invalid_argument(std::string("the range's ") + name + " bound is no key");
}

void raise_begin(WalkBounds& bounds, std::string begin) {
  if (begin > bounds.begin) bounds.begin = std::move(begin);
}

void lower_end(WalkBounds& bounds, std::string end) {
  if (end < bounds.end) bounds.end = std::move(end);
}

}  // namespace

Status check_range(const KeyRange& range) {
  FLOWDB_RETURN_IF_ERROR(check_bound(range.lower, "lower"));
  return check_bound(range.upper, "upper");
}

WalkBounds range_bounds(const Source& source, const KeyRange& range) {
  WalkBounds bounds;
  set_data_prefix(bounds.begin, source);
  bounds.end = bounds.begin;
  if (range.lower) {
    bounds.begin += *range.lower;
    if (range.lower_open) bounds.begin += kAfterKey;
  }
  if (range.upper) bounds.end += *range.upper;
  if (!range.upper || !range.upper_open) bounds.end += kAfterKey;
  return bounds;
}

Status apply_position(const Source& source, const ScanRequest& request, WalkBounds& bounds) {
  if (request.position == Position::start) return Status::ok();
  if (!is_key(request.key)) return Status::invalid_argument("the position's key is no key");
  const bool pairs = source.index != nullptr && !is_unique(request.direction) &&
                     request.position != Position::at_key;
  if (pairs && !is_key(request.primary_key)) {
    return Status::invalid_argument("the position's primary key is no key");
  }
  std::string place;
  set_data_prefix(place, source);
  place += request.key;
  if (pairs) place += request.primary_key;
  const bool behind = request.position == Position::behind_pair;
  if (is_forward(request.direction)) {
    if (behind) place += kAfterKey;
    raise_begin(bounds, std::move(place));
  } else {
    if (!behind) place += kAfterKey;
    lower_end(bounds, std::move(place));
  }
  return Status::ok();
}

void Walk::seek_before(std::string_view end) {
  iterator_.seek_for_prev(end);
  if (iterator_.valid() && iterator_.key() >= end) iterator_.prev();
}

Result<bool> Walk::start() {
  if (is_forward(direction_)) {
    iterator_.seek(bounds_.begin);
  } else {
    seek_before(bounds_.end);
  }
  return settle();
}

Result<bool> Walk::next() {
  switch (direction_) {
    case Direction::next:
      iterator_.next();
      break;
    case Direction::prev:
      iterator_.prev();
      break;
    case Direction::next_unique:
      // The next key is most often the very next entry.
      iterator_.next();
      if (iterator_.valid() && iterator_.key().substr(0, group_.size()) == group_) {
        group_ += kAfterKey;
        iterator_.seek(group_);
      }
      break;
    case Direction::prev_unique:
      seek_before(group_);
      break;
  }
  return settle();
}

Result<bool> Walk::settle() {
  if (!iterator_.valid()) {
    FLOWDB_RETURN_IF_ERROR(iterator_.status());
    return false;
  }
  const std::string_view found = iterator_.key();
  if (is_forward(direction_) ? found >= bounds_.end : found < bounds_.begin) return false;
  FLOWDB_RETURN_IF_ERROR(split());
  if (!is_unique(direction_)) return true;
  group_ = found.substr(0, kDataPrefixBytes + key_.size());
  return direction_ == Direction::prev_unique ? settle_on_lowest() : Result<bool>(true);
}

// From the last entry of an index key to its first. A range of keys holds all of a key's entries or
// none.
Result<bool> Walk::settle_on_lowest() {
  iterator_.seek(group_);
  FLOWDB_RETURN_IF_ERROR(iterator_.status());
  FLOWDB_RETURN_IF_ERROR(split());
  return true;
}

Status Walk::split() {
  const std::string_view both = behind_prefix(iterator_.key());
  if (!is_index_) {
    key_ = primary_key_ = both;
    return Status::ok();
  }
  const size_t length = measure_key(both);
  key_ = both.substr(0, length);
  primary_key_ = both.substr(length);
  if (length == 0 || !is_key(primary_key_)) {
    return {StatusCode::corruption, "flow.db: an index entry holds no pair of keys"};
  }
  return Status::ok();
}

}  // namespace flowdb
