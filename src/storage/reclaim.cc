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

uint64_t Container::State::end_of_checkpoints(uint64_t count) const {
  const uint64_t one = kCheckpointLeadBytes + checkpoint_bytes(tables, manifest, true);
  Regions left = free;
  uint64_t last_end = 0;
  for (uint64_t i = 0; i < count; ++i) {
    const size_t index = lowest_fit(left, one);
    if (index == left.size()) return UINT64_MAX;
    Region& region = left[index];
    region.begin = std::min(next_record_offset(region.begin + one), region.end);
    last_end = std::max(last_end, region.begin);
  }
  return last_end;
}

uint64_t Container::reclaimable_bytes() const {
  const State& s = *state_;
  if (!s.check_idle().is_ok() || s.counting) return 0;
  const uint64_t now = s.superblock.checkpoint_end();
  const uint64_t next = s.end_of_checkpoints(1);
  uint64_t end = s.cut_short_at == s.end ? s.end : s.needed_end();
  if (next == UINT64_MAX) {
    // Unless the room for it is about to become free, it would go to the end.
    if (s.settled) return 0;
  } else {
    // One that moves to the front stays behind for one commit more.
    end = std::max({end, next, next < now ? s.end_of_checkpoints(2) : now});
  }
  return end < s.end ? s.end - end : 0;
}

bool Container::has_waiting_tables() const { return !state_->finished.empty(); }

std::optional<uint32_t> Container::table_to_move(uint64_t part_bytes) const {
  const State& s = *state_;
  if (!s.check_idle().is_ok() || s.tables.empty()) return std::nullopt;
  auto last = s.tables.begin();
  for (auto one = s.tables.begin(); one != s.tables.end(); ++one) {
    if (one->second.offset > last->second.offset) last = one;
  }
  const TableLocation& location = last->second;
  const uint64_t bytes = std::min(room_to_move(location.length), part_bytes);
  if (!has_room_before(location.offset, bytes)) return std::nullopt;
  return last->first;
}

bool Container::has_room_before(uint64_t offset, uint64_t bytes) const {
  const State& s = *state_;
  const size_t index = s.fit_for_table(s.free, bytes);
  return index < s.free.size() && s.free[index].begin < offset;
}

Status Container::close() {
  State& s = *state_;
  FLOWDB_RETURN_IF_ERROR(s.check_no_writer());
  s.finished.clear();
  if (s.reused && !s.superblock.closed) {
    // What may stand behind the end must be gone before a superblock says that it is.
    FLOWDB_RETURN_IF_ERROR(s.cut_tail());
    s.unflushed = true;
    State::Plan plan;
    FLOWDB_RETURN_IF_ERROR(s.plan_superblock(plan));
    plan.next.closed = true;
    FLOWDB_RETURN_IF_ERROR(s.commit(std::move(plan)));
  }
  s.can_write = false;
  return Status::ok();
}

}  // namespace flowdb
