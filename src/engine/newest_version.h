// NewestVersion: a point read, one source after the other.
#pragma once

#include <algorithm>
#include <memory>
#include <string_view>
#include <utility>

#include "engine/spill.h"
#include "engine/version.h"
#include "memtable/memtable.h"
#include "sst/table.h"

namespace flowdb {

// The newest version of one key while its sources are asked, the newest source first.
class NewestVersion {
 public:
  NewestVersion(std::string_view key, uint64_t snapshot, const TimeRange& times)
      : key_(key), snapshot_(snapshot), times_(times) {}

  void ask_overlay(const Memtable& overlay) {
    if (overlay.count() == 0) return;
    Record record;
    note_times(overlay.min_ts());
    if (!overlay.find(key_, UINT64_MAX, record, times_.max)) return;
    // Newer than whatever has its ts, whatever its sequence number.
    const uint64_t own_sequence = record.sequence;
    record.sequence = UINT64_MAX;
    take(record, nullptr, own_sequence);
  }

  void ask(const Memtable& memtable) {
    if (memtable.count() == 0) return;
    Record record;
    note_times(memtable.min_ts());
    if (!may_have_newer(memtable.max_ts(), UINT64_MAX / 2)) return;
    if (!memtable.find(key_, snapshot_, record, times_.max)) return;
    if (take(record, nullptr)) memtable_ = &memtable;
  }

  // `sequence_max`: no larger one is in the table, or none that is newer than what was found
  // before. REQUIRES: the key is not above the table's largest.
  Status ask(const TableFile& file, uint64_t sequence_max) {
    const TableMeta& meta = file.meta();
    if (compare_bytes(key_, meta.smallest_key) < 0) return Status::ok();
    if (meta.smallest_sequence > snapshot_) return Status::ok();
    if (!times_.meets(meta.min_ts, meta.max_ts)) return Status::ok();
    note_times(meta.min_ts);
    if (!may_have_newer(meta.max_ts, sequence_max)) return Status::ok();
    const Table* table = file.opened_table();
    if (table == nullptr) {
      FLOWDB_RETURN_IF_ERROR(file.table().status());
      table = file.opened_table();
    }
    FoundRecord found;
    const uint64_t assigned = meta.assigned_sequence;
    FLOWDB_ASSIGN_OR_RETURN(
        const bool any, table->find(key_, assigned != 0 ? UINT64_MAX : snapshot_, found, times_));
    if (!any) return Status::ok();
    if (assigned != 0) found.record.sequence = assigned;
    take(found.record, std::move(found.block));
    return Status::ok();
  }

  // The newest run that has the key counts; what is asked later has smaller sequence numbers.
  Status ask_spill(const Spill& spill) {
    uint64_t sequence = UINT64_MAX;
    for (auto run = spill.runs.rbegin(); run != spill.runs.rend(); ++run) {
      --sequence;
      const size_t at = find_table(run->files, key_);
      if (at == run->files.size() || key_ < run->files[at]->meta().smallest_key) continue;
      const TableMeta& meta = run->files[at]->meta();
      if (!times_.meets(meta.min_ts, meta.max_ts)) continue;
      note_times(meta.min_ts);
      if (!may_have_newer(meta.max_ts, sequence)) continue;
      FLOWDB_ASSIGN_OR_RETURN(const auto table, run->files[at]->table());
      FoundRecord found;
      FLOWDB_ASSIGN_OR_RETURN(const bool any, table->find(key_, UINT64_MAX, found, times_));
      if (!any) continue;
      const uint64_t own_sequence = found.record.sequence;
      found.record.sequence = sequence;
      take(found.record, std::move(found.block), own_sequence);
    }
    return Status::ok();
  }

  uint64_t snapshot() const { return snapshot_; }
  bool found() const { return found_; }
  const Record& record() const { return best_; }
  // Whether it is the transaction's own; then this is its number there, and not 0.
  uint64_t own_sequence() const { return own_sequence_; }
  // What holds its value's bytes besides this object: a block, a memtable, or the overlay.
  BlockRef take_block() { return std::move(block_); }
  const Memtable* memtable() const { return memtable_; }
  // Whether the key may have versions of a smaller ts, which are not looked at here.
  bool may_have_older_times() const { return min_ts_ < best_.ts; }

 private:
  bool may_have_newer(int64_t max_ts, uint64_t sequence_max) const {
    return !found_ || max_ts > best_.ts || (max_ts == best_.ts && sequence_max > best_.sequence);
  }
  void note_times(int64_t min_ts) { min_ts_ = std::min(min_ts_, min_ts); }
  // Whether it is the newest so far.
  bool take(const Record& record, BlockRef block, uint64_t own_sequence = 0) {
    if (record.ts < times_.min) return false;
    const bool newer = !found_ || record.ts > best_.ts ||
                       (record.ts == best_.ts && record.sequence > best_.sequence);
    if (!newer) return false;
    found_ = true;
    best_ = record;
    own_sequence_ = own_sequence;
    block_ = std::move(block);
    memtable_ = nullptr;
    return true;
  }

  std::string_view key_;
  const uint64_t snapshot_;
  TimeRange times_;
  bool found_ = false;
  Record best_;
  uint64_t own_sequence_ = 0;
  BlockRef block_;
  const Memtable* memtable_ = nullptr;
  int64_t min_ts_ = INT64_MAX;
};

}  // namespace flowdb
