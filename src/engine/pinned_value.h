// PinnedValue: a value that a get has found, where it stands, without a copy.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "memtable/memtable.h"
#include "sst/block.h"

namespace flowdb {

class PinnedValue {
 public:
  PinnedValue() = default;
  PinnedValue(const PinnedValue&) = delete;
  PinnedValue& operator=(const PinnedValue&) = delete;

  // Holds, whatever is written meanwhile, until this object is given another value or is gone; a
  // value out of ReadOptions::overlay as long as that overlay, too.
  std::string_view view() const { return view_; }

 private:
  friend class Engine;

  std::string_view view_;
  // What keeps it alive: one of these, or none.
  BlockRef block_;
  std::shared_ptr<const Memtable> memtable_;
  std::string copy_;
};

}  // namespace flowdb
