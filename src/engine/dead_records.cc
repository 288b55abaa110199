// A list of the tables that have any: few do, most often none.
#include "engine/dead_records.h"

#include <algorithm>

namespace flowdb {

void DeadRecords::look(const Version& version, const DropFilter& filter) {
  const TableFile* next = nullptr;
  for (size_t level = 0; level < kLevels; ++level) {
    for (const auto& file : version.level(level)) {
      const uint32_t id = file->meta().id;
      if (id >= next_id_ && (next == nullptr || id < next->meta().id)) next = file.get();
    }
  }
  if (next == nullptr) {
    next_id_ = kAllSeen;
    return;
  }
  const TableMeta& meta = next->meta();
  next_id_ = meta.id + 1;
  forget(meta.id);
  const KeyFate fate = filter(meta.smallest_key);
  if (!fate.is_dead && fate.holds_for(meta.largest_key)) return;
  const auto table = next->table();
  if (!table.is_ok()) return;
  // No more than there is, whatever a forged index says.
  const uint64_t bytes = std::min(table.value()->dead_bytes(filter), next->bytes());
  if (bytes == 0) return;
  entries_.push_back({meta.id, bytes});
  bytes_ += bytes;
}

void DeadRecords::forget(uint32_t id) {
  for (Entry& entry : entries_) {
    if (entry.id != id) continue;
    bytes_ -= entry.bytes;
    entry = entries_.back();
    entries_.pop_back();
    return;
  }
}

uint64_t DeadRecords::bytes_of(uint32_t id) const {
  for (const Entry& entry : entries_) {
    if (entry.id == id) return entry.bytes;
  }
  return 0;
}

}  // namespace flowdb
