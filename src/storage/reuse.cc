// Reuse of regions that nothing refers to any more (FORMAT.md, "Reuse"). The file is framed to its
// end at every moment, whichever of the writes since the last flush a power failure takes back: a
// free region is one filler, durably, before anything is written behind its header; what is written
// there is framed, durably, before the header shrinks to let it be seen.
#include <algorithm>

#include "storage/container_scan.h"
#include "storage/container_state.h"
#include "storage/record.h"
#include "util/rules.h"

namespace flowdb {
namespace {

// A commit for the sake of a smaller table costs more than the room is worth.
constexpr uint64_t kCommitForRegionsMin = 4;

struct RegionBegin {
  uint64_t offset;
  bool only_fillers;  // up to there
};

// The first record from `offset` on for which `suits(offset)`; `limit` when there is none.
Result<RegionBegin> find_begin(File& file, uint64_t offset, uint64_t limit,
                               bool (*suits)(uint64_t offset)) {
  bool only_fillers = true;
  while (offset < limit && !suits(offset)) {
    FLOWDB_ASSIGN_OR_RETURN(const ContainerRecord record, read_record(file, offset, limit));
    if (record.end == 0 || record.end > limit) return RegionBegin{limit, false};
    only_fillers = only_fillers && record.kind == ContainerRecord::Kind::filler;
    offset = record.end;
  }
  return RegionBegin{offset, only_fillers};
}

bool contains(const Regions& regions, const Region& region) {
  return std::find(regions.begin(), regions.end(), region) != regions.end();
}

bool is_page_begin(uint64_t offset) { return offset % kPageBytes == 0; }

// Whether a header there can be rewritten at once.
bool is_in_one_sector(uint64_t offset) {
  return offset % kSectorBytes <= kSectorBytes - kRecordHeaderBytes;
}

}  // namespace

Status Container::State::begin_reuse(File& opened, uint64_t file_bytes) {
  reused = superblock.reused;
  counting = end > superblock.scan_begin();
  framing_unknown = reused;
  FLOWDB_ASSIGN_OR_RETURN(const OlderReferences before,
                          read_older_references(opened, file_bytes, superblock.checkpoint_offset));
  older = before.rest;
  if (!reused) return Status::ok();
  // What the last commit let be seen may not have become durable with it.
  for (const auto& entry : tables) {
    const Region region = table_region(entry.second);
    // Those of the records behind the checkpoints were seen, or they would not be known.
    bool seen = region.begin >= superblock.scan_begin() || contains(before.tables, region);
    for (const Region& records : older) {
      seen = seen || (records.begin <= region.begin && region.begin < records.end);
    }
    if (!seen) covers[region.begin] = region.end;
  }
  const Region checkpoint = checkpoint_region(superblock);
  if (checkpoint.begin < superblock.checkpoint_offset) {
    covers[checkpoint.begin] = superblock.checkpoint_offset;
  }
  return Status::ok();
}

Status Container::State::plan_space(Plan& plan) {
  Superblock& next = plan.next;
  next.generation = superblock.generation + 1;
  next.reused = reused;
  next.closed = false;
  const bool absorbs = next.checkpoint_offset != superblock.checkpoint_offset;
  const bool still_counting = counting && !absorbs;
  // Nothing becomes free, and the file is not looked at.
  const bool as_before = writing || still_counting;

  RegionsInUse in_use;
  if (holds(Rule::regions_kept_for_older)) {
    for (const Region& region : older) in_use.add(region);
  }
  in_use.add({superblock.scan_begin(), superblock.committed_end});
  // What the next superblock takes the checksum of.
  if (still_counting || (!reused && !absorbs)) in_use.add({superblock.scan_begin(), end});
  for (const LiveTables* some : {&tables, &plan.tables, &finished}) {
    for (const auto& entry : *some) in_use.add(table_region(entry.second));
  }
  for (const Superblock* one : {&superblock, &next}) {
    if (one == &superblock && !holds(Rule::regions_kept_for_superblock)) continue;
    if (one->checkpoint_offset != 0) in_use.add(checkpoint_region(*one));
  }
  for (const auto& [begin, covered_end] : covers) in_use.add({begin, covered_end});
  size_t alive = 0;
  for (size_t i = 0; i < readers.size(); ++i) {
    const auto location = readers[i].lock();
    if (location == nullptr || !holds(Rule::regions_kept_for_readers)) continue;
    in_use.add(table_region(*location));
    readers[alive++] = readers[i];
  }
  readers.resize(alive);

  const Regions gaps = in_use.gaps(kFileHeaderBytes, end);
  plan.file_end = std::max(end, gaps.back().begin);
  for (size_t i = 0; i < gaps.size(); ++i) {
    Region region = {gaps[i].begin, std::min(gaps[i].end, end)};
    if (region.begin >= region.end || as_before) continue;
    // The file's end moves to the front with a new checkpoint only, which says where it is.
    if (i + 1 == gaps.size() && reused && absorbs) {
      FLOWDB_ASSIGN_OR_RETURN(const RegionBegin begin,
                              find_begin(*file, region.begin, region.end, is_in_one_sector));
      plan.file_end = begin.only_fillers ? region.begin : begin.offset;
      plan.is_cut_short = !begin.only_fillers;
      // What is cut off must not be taken for records if it stays.
      if (begin.offset < region.end) plan.cut = Region{begin.offset, region.end};
      continue;
    }
    FLOWDB_ASSIGN_OR_RETURN(const RegionBegin begin,
                            find_begin(*file, region.begin, region.end, is_page_begin));
    region.begin = begin.offset;
    if (region.bytes() >= region_bytes_min) plan.free.push_back(region);
    if (framing_unknown && region.bytes() > 0) plan.unframed.push_back(region);
  }
  if (as_before) plan.free = free;

  next.committed_end = plan.file_end;
  next.records_crc = records_crc;
  if (absorbs || (reused && !counting)) next.records_crc = 0;
  if (reused) next.reused_scan_begin = still_counting ? superblock.scan_begin() : plan.file_end;
  return Status::ok();
}

Result<Container::State::Plan> Container::State::plan_superblock() {
  Plan plan;
  plan.next = superblock;
  plan.next.changed = changed;
  plan.tables = tables;
  plan.settles = true;
  FLOWDB_RETURN_IF_ERROR(plan_space(plan));
  return plan;
}

Status Container::State::prepare(const Plan& plan) {
  Regions regions = framing_unknown ? plan.unframed : plan.free;
  if (plan.cut) regions.push_back(*plan.cut);
  for (const Region& region : regions) {
    if (contains(free, region)) continue;
    FLOWDB_RETURN_IF_ERROR(
        file->write_at(region.begin, encode_filler_header(region.begin, region.end)));
    unflushed = true;
  }
  return Status::ok();
}

Region Container::State::take_region(size_t index) {
  const Region region = free[index];
  free.erase(free.begin() + static_cast<ptrdiff_t>(index));
  reused = true;
  return region;
}

std::string Container::State::frame_rest(uint64_t end_of_record, uint64_t region_end) {
  const uint64_t next = next_record_offset(end_of_record);
  if (next + kRecordHeaderBytes > region_end) return encode_gap(end_of_record, region_end);
  const Region rest = {next, region_end};
  if (rest.bytes() >= region_bytes_min) free.push_back(rest);
  return encode_gap(end_of_record, next) + encode_filler_header(rest.begin, rest.end);
}

Result<std::optional<Region>> Container::State::find_region(uint64_t bytes) {
  size_t index = lowest_fit(free, bytes);
  if (index == free.size() && !settled && !counting &&
      bytes >= kCommitForRegionsMin * region_bytes_min) {
    const bool reused_before = reused;
    reused = true;
    Result<Plan> plan = plan_superblock();
    if (!plan.is_ok() || lowest_fit(plan->free, bytes) == plan->free.size()) {
      reused = reused_before;
      if (!plan.is_ok()) return plan.status();
      return std::optional<Region>();
    }
    FLOWDB_RETURN_IF_ERROR(commit(std::move(plan).value()));
    index = lowest_fit(free, bytes);
  }
  if (index == free.size()) return std::optional<Region>();
  return std::optional<Region>(take_region(index));
}

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

std::shared_ptr<const TableLocation> Container::hold_table(uint32_t id) {
  auto found = state_->tables.find(id);
  if (found == state_->tables.end()) {
    found = state_->finished.find(id);
    if (found == state_->finished.end()) return nullptr;
  }
  auto location = std::make_shared<const TableLocation>(found->second);
  state_->readers.push_back(location);
  return location;
}

void Container::discard_table(uint32_t id) {
  const auto found = state_->finished.find(id);
  if (found == state_->finished.end()) return;
  state_->finished.erase(found);
  state_->settled = false;
}

bool Container::regions_reused() const { return state_->reused; }

}  // namespace flowdb
