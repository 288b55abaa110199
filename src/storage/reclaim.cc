// Making the file shorter: how much can be cut off its end, and the commits that do it.
#include <algorithm>

#include "storage/container_state.h"
#include "storage/record.h"

namespace flowdb {

uint64_t Container::State::needed_end() const {
  uint64_t needed = kFileHeaderBytes;
  for (const LiveTables* some : {&tables, &finished}) {
    for (const auto& entry : *some) needed = std::max(needed, table_region(entry.second).end);
  }
  for (const auto& reader : readers) {
    if (const auto location = reader.lock()) needed = std::max(needed, table_region(*location).end);
  }
  return needed;
}

uint64_t Container::State::place_checkpoint(Regions& regions) const {
  const uint64_t bytes = kCheckpointLeadBytes + checkpoint_bytes(tables, manifest, true);
  const size_t index = lowest_fit(regions, bytes);
  if (index == regions.size()) return UINT64_MAX;
  Region& region = regions[index];
  const uint64_t checkpoint_end = region.begin + bytes;
  region.begin = next_record_offset(checkpoint_end);
  if (region.begin > region.end || region.bytes() < region_bytes_min) region.end = region.begin;
  return checkpoint_end;
}

uint64_t Container::reclaimable_bytes() const {
  const State& s = *state_;
  if (!s.check_idle().is_ok() || s.counting) return 0;
  Regions left = s.free;
  const uint64_t now = s.superblock.checkpoint_end();
  const uint64_t next = s.place_checkpoint(left);
  uint64_t end = s.cut_short_at == s.end ? s.end : s.needed_end();
  if (next == UINT64_MAX) {
    // Unless the room for it is about to become free, it would go to the end.
    if (s.settled) return 0;
  } else {
    // One that moves to the front stays behind for one commit more.
    end = std::max({end, next, next < now ? s.place_checkpoint(left) : now});
  }
  return end < s.end ? s.end - end : 0;
}

Status Container::reclaim() {
  State& s = *state_;
  FLOWDB_RETURN_IF_ERROR(s.check_idle());
  Regions left = s.free;
  if (s.place_checkpoint(left) != UINT64_MAX) {
    return s.commit_checkpoint(s.tables, s.manifest, s.changed);
  }
  FLOWDB_ASSIGN_OR_RETURN(State::Plan plan, s.plan_superblock());
  return s.commit(std::move(plan));
}

Status Container::close() {
  State& s = *state_;
  FLOWDB_RETURN_IF_ERROR(s.check_no_writer());
  s.finished.clear();
  if (s.reused && !s.superblock.closed) {
    // What may stand behind the end must be gone before a superblock says that it is.
    FLOWDB_RETURN_IF_ERROR(s.cut_tail());
    s.unflushed = true;
    FLOWDB_ASSIGN_OR_RETURN(State::Plan plan, s.plan_superblock());
    plan.next.closed = true;
    FLOWDB_RETURN_IF_ERROR(s.commit(std::move(plan)));
  }
  s.can_write = false;
  return Status::ok();
}

}  // namespace flowdb
