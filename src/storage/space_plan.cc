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

// Moves the region's begin on to the first record that begins with a page, or at the file's end,
// whose header can be rewritten at once; or, with `reframes`, to one that reaches over the region's
// end; to its end when there is none. False when not all that stands in front of it are fillers.
Result<bool> move_to_record(File& file, Region& region, bool is_file_end, bool reframes) {
  bool only_fillers = true;
  while (!region.is_empty()) {
    const bool is_atomic = region.begin % kSectorBytes <= kSectorBytes - kRecordHeaderBytes;
    if (is_file_end ? is_atomic : region.begin % kPageBytes == 0) break;
    FLOWDB_ASSIGN_OR_RETURN(const ContainerRecord record,
                            read_record(file, region.begin, region.end));
    const bool is_whole = record.end != 0 && record.end <= region.end;
    only_fillers = only_fillers && is_whole && record.kind == ContainerRecord::Kind::filler;
    if (!is_whole && reframes && is_atomic) break;
    region.begin = is_whole ? record.end : region.end;
  }
  return only_fillers;
}

bool contains(const Regions& regions, const Region& region) {
  for (const Region& one : regions) {
    if (one == region) return true;
  }
  return false;
}

}  // namespace

void Container::State::begin_reuse(const ContainerContent& content) {
  reused = superblock.reused;
  counting = end > superblock.scan_begin();
  framing_unknown = reused;
  if (reused) find_hidden(content);
  // A process that was killed may have left the newest one to be flushed, and another one the one
  // before it: what only a third refers to is then not free yet.
  newest_unflushed = content.older.generation < superblock.generation;
  Regions referred = content.older_rest;
  for (const auto& entry : content.older_tables) add_region(referred, table_region(entry.second));
  for (const Region& region : referred) {
    // One that is older by more than a generation may refer to what was cut off since.
    const bool is_there = region.begin < region.end && region.end <= end;
    if (is_there && region.begin >= kFileHeaderBytes) older.push_back(region);
  }
}

void Container::State::find_hidden(const ContainerContent& content) {
  for (const auto& [id, location] : tables) {
    const Region region = table_region(location);
    // Those of the records behind the checkpoint were seen, or they would not be known.
    if (region.begin < superblock.scan_begin() && content.is_new(id, location)) {
      hidden.push_back(region);
    }
  }
  const Region checkpoint = checkpoint_region(superblock);
  if (checkpoint.begin < superblock.checkpoint_offset) {
    hidden.push_back({checkpoint.begin, superblock.checkpoint_offset});
  }
}

Regions Container::State::in_use(const Plan& plan, bool keeps_records) {
  Regions used = older;
  const auto add = [&used](const Region& region) { add_region(used, region); };
  const auto add_tables = [&used](const LiveTables& some) {
    for (const auto& entry : some) add_region(used, table_region(entry.second));
  };
  add({superblock.scan_begin(), superblock.committed_end});
  if (keeps_records) add({superblock.scan_begin(), end});
  add_tables(tables);
  if (plan.tables != nullptr) add_tables(*plan.tables);
  add_tables(finished);
  if (holds(Rule::regions_kept_for_superblock)) add(checkpoint_region(superblock));
  add(checkpoint_region(plan.next));
  for (const Region& cover : covers) add(cover);
  size_t alive = 0;
  for (size_t i = 0; i < readers.size(); ++i) {
    const auto location = readers[i].lock();
    if (location == nullptr || !holds(Rule::regions_kept_for_readers)) continue;
    add(table_region(*location));
    readers[alive++] = readers[i];
  }
  readers.resize(alive);
  return used;
}

Status Container::State::plan_space(Plan& plan) {
  if (newest_unflushed) {
    if (holds(Rule::newest_flush)) FLOWDB_RETURN_IF_ERROR(flush());
    if (holds(Rule::newest_flush_again)) FLOWDB_RETURN_IF_ERROR(flush());
    newest_unflushed = false;
    older.clear();
  }
  Superblock& next = plan.next;
  next.generation = superblock.generation + 1;
  next.reused = reused;
  next.closed = false;
  const bool absorbs = next.checkpoint_offset != superblock.checkpoint_offset;
  const bool still_counting = counting && !absorbs;
  // Nothing becomes free, and the file is not looked at.
  plan.keeps_free = writing || still_counting;
  // The records that the next superblock takes the checksum of.
  const bool keeps_records = still_counting || (!reused && !absorbs);

  const Regions gaps = gaps_between(in_use(plan, keeps_records), kFileHeaderBytes, end);
  plan.file_end = std::max(end, gaps.back().begin);
  for (const Region& gap : gaps) {
    Region region = {gap.begin, std::min(gap.end, end)};
    if (region.begin >= region.end || plan.keeps_free) continue;
    // The file's end moves to the front with a new checkpoint only, which says where it is.
    const bool is_file_end = &gap == &gaps.back() && reused && absorbs;
    // Too small whatever stands in it: the end of a table's last page, most often.
    if (!is_file_end && !framing_unknown && region.bytes() < useful_bytes()) continue;
    FLOWDB_ASSIGN_OR_RETURN(const bool only_fillers,
                            move_to_record(*file, region, is_file_end, framing_unknown));
    if (is_file_end) {
      plan.file_end = only_fillers ? gap.begin : region.begin;
      plan.is_cut_short = !only_fillers;
      // What is cut off must not be taken for records if it stays.
      if (!region.is_empty()) add_region(plan.framed, region);
      continue;
    }
    const bool is_free = region.begin % kPageBytes == 0 && region.bytes() >= useful_bytes();
    if (is_free) add_region(plan.free, region);
    if (framing_unknown ? !region.is_empty() : is_free && !contains(free, region)) {
      add_region(plan.framed, region);
    }
  }

  next.committed_end = plan.file_end;
  next.records_crc = records_crc;
  if (absorbs || (reused && !counting)) next.records_crc = 0;
  if (reused) next.reused_scan_begin = still_counting ? superblock.scan_begin() : plan.file_end;
  return Status::ok();
}

Status Container::State::plan_superblock(Plan& plan) {
  plan.next = superblock;
  plan.next.changed = changed;
  plan.settles = older.empty();
  return plan_space(plan);
}

}  // namespace flowdb
