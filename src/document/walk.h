// Walk: a way through the entries of one store or index within bounds, in one direction.
#pragma once

#include <string>
#include <string_view>

#include "document/engine_key.h"
#include "document/range.h"
#include "document/transaction.h"
#include "engine/iterator.h"
#include "util/status.h"

namespace flowdb {

// Engine keys in [begin, end) that a scan is about.
struct WalkBounds {
  std::string begin;
  std::string end;
};

// Errors: invalid_argument (a bound or a position is no key).
Status check_range(const KeyRange& range);
WalkBounds range_bounds(const Source& source, const KeyRange& range);
// Narrows the bounds to what comes after a scan's position.
Status apply_position(const Source& source, const ScanRequest& request, WalkBounds& bounds);

class Walk {
 public:
  // The arguments must outlive it. The direction is not a unique one when the source is a store.
  Walk(Iterator& iterator, const Source& source, Direction direction, const WalkBounds& bounds)
      : iterator_(iterator),
        is_index_(source.index != nullptr),
        direction_(direction),
        bounds_(bounds) {}

  // To the first entry. Result of both: whether there is one. Errors: corruption, io_error.
  Result<bool> start();
  // REQUIRES: the last call's result was true.
  Result<bool> next();

  // Of the present entry. Valid until the walk moves or something is written.
  std::string_view key() const { return key_; }
  std::string_view primary_key() const { return primary_key_; }
  // A store's record as it is stored. REQUIRES: the source is a store.
  std::string_view stored() const { return iterator_.value(); }

 private:
  Result<bool> settle();
  Result<bool> settle_on_lowest();
  Status split();
  // The iterator to the last engine key before `end`.
  void seek_before(std::string_view end);

  Iterator& iterator_;
  bool is_index_;
  Direction direction_;
  const WalkBounds& bounds_;
  std::string_view key_;
  std::string_view primary_key_;
  std::string group_;  // data prefix and index key of the present entry; used when unique
};

}  // namespace flowdb
