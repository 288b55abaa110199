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
    if (!seen) covers.push_back(region);
  }
  const Region checkpoint = checkpoint_region(superblock);
  if (checkpoint.begin < superblock.checkpoint_offset) {
    covers.push_back({checkpoint.begin, superblock.checkpoint_offset});
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

  Regions in_use;
  if (holds(Rule::regions_kept_for_older)) in_use = older;
  in_use.push_back({superblock.scan_begin(), superblock.committed_end});
  // What the next superblock takes the checksum of.
  if (still_counting || (!reused && !absorbs)) in_use.push_back({superblock.scan_begin(), end});
  for (const LiveTables* some : {&tables, &plan.tables, &finished}) {
    for (const auto& entry : *some) in_use.push_back(table_region(entry.second));
  }
  for (const Superblock* one : {&superblock, &next}) {
    if (one == &superblock && !holds(Rule::regions_kept_for_superblock)) continue;
    if (one->checkpoint_offset != 0) in_use.push_back(checkpoint_region(*one));
  }
  in_use.insert(in_use.end(), covers.begin(), covers.end());
  size_t alive = 0;
  for (size_t i = 0; i < readers.size(); ++i) {
    const auto location = readers[i].lock();
    if (location == nullptr || !holds(Rule::regions_kept_for_readers)) continue;
    in_use.push_back(table_region(*location));
    readers[alive++] = readers[i];
  }
  readers.resize(alive);

  const Regions gaps = gaps_between(std::move(in_use), kFileHeaderBytes, end);
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

}  // namespace flowdb
