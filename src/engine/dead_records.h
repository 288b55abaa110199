// DeadRecords: which tables hold blocks full of what nothing refers to any more
// (Engine::set_drop_filter), beside others. Nobody writes there again, so that no compaction comes
// by itself. What is dead in a block beside what is not, is not counted.
#pragma once

#include <cstdint>
#include <vector>

#include "engine/options.h"
#include "engine/version.h"

namespace flowdb {

class DeadRecords {
 public:
  // More has died: all tables have to be looked at again.
  void more_died() { next_id_ = 0; }
  // Whether some have to be.
  bool is_due() const { return next_id_ != kAllSeen; }
  // Looks at one of them: reads its index, unless all of its keys share one fate. A table that
  // can't be read counts as alive: whoever needs its records will learn why. REQUIRES: is_due(),
  // and no table is being written that may hold what died since it was begun.
  void look(const Version& version, const DropFilter& filter);
  // The table is no more.
  void forget(uint32_t id);

  // In all tables, in bytes.
  uint64_t bytes() const { return bytes_; }
  uint64_t bytes_of(uint32_t id) const;

 private:
  struct Entry {
    uint32_t id;
    uint64_t bytes;
  };
  static constexpr uint32_t kAllSeen = UINT32_MAX;

  std::vector<Entry> entries_;
  uint64_t bytes_ = 0;
  // The tables from here on are to be looked at, in the order of their ids.
  uint32_t next_id_ = 0;
};

}  // namespace flowdb
