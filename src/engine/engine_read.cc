// Point reads and iterators over overlay, memtable and tables.
#include <algorithm>

#include "engine/engine_state.h"
#include "engine/level_cursor.h"
#include "engine/memtable_cursor.h"
#include "engine/spill.h"
#include "engine/visible_iterator.h"

namespace flowdb {
namespace {

// The newest version of one key while its sources are asked, the newest source first.
class NewestVersion {
 public:
  NewestVersion(std::string_view key, uint64_t snapshot, const TimeRange& times)
      : key_(key), snapshot_(snapshot), times_(times) {}

  void ask_overlay(const Memtable& overlay) {
    Record record;
    if (overlay.count() == 0) return;
    note_times(overlay.min_ts());
    if (!overlay.find(key_, UINT64_MAX, record, times_.max)) return;
    // Newer than whatever has its ts, whatever its sequence number.
    record.sequence = UINT64_MAX;
    take(record, nullptr);
  }

  void ask(const Memtable& memtable) {
    Record record;
    if (memtable.count() == 0) return;
    note_times(memtable.min_ts());
    if (!may_have_newer(memtable.max_ts(), UINT64_MAX / 2)) return;
    if (!memtable.find(key_, snapshot_, record, times_.max)) return;
    take(record, nullptr);
  }

  // `sequence_max`: no larger one is in the table, or none that is newer than what was found
  // before.
  Status ask(const TableFile& file, uint64_t sequence_max) {
    const TableMeta& meta = file.meta();
    if (compare_bytes(key_, meta.smallest_key) < 0 || compare_bytes(key_, meta.largest_key) > 0) {
      return Status::ok();
    }
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
      found.record.sequence = sequence;
      take(found.record, std::move(found.block));
    }
    return Status::ok();
  }

  bool found() const { return found_; }
  const Record& record() const { return best_; }
  // Whether the key may have versions of a smaller ts, which are not looked at here.
  bool may_have_older_times() const { return min_ts_ < best_.ts; }

 private:
  bool may_have_newer(int64_t max_ts, uint64_t sequence_max) const {
    return !found_ || max_ts > best_.ts || (max_ts == best_.ts && sequence_max > best_.sequence);
  }
  void note_times(int64_t min_ts) { min_ts_ = std::min(min_ts_, min_ts); }
  void take(const Record& record, BlockRef block) {
    if (record.ts < times_.min) return;
    const bool newer = !found_ || record.ts > best_.ts ||
                       (record.ts == best_.ts && record.sequence > best_.sequence);
    if (!newer) return;
    found_ = true;
    best_ = record;
    block_ = std::move(block);
  }

  std::string_view key_;
  uint64_t snapshot_;
  TimeRange times_;
  bool found_ = false;
  Record best_;
  BlockRef block_;
  int64_t min_ts_ = INT64_MAX;
};

// The tables of a sorted level that the bounds reach: [begin, end).
std::pair<size_t, size_t> reached(const TableFiles& level, const Visibility& bounds) {
  const size_t begin = bounds.lower ? find_table(level, *bounds.lower) : 0;
  size_t end = level.size();
  if (bounds.upper) {
    const auto beyond = std::partition_point(level.begin(), level.end(), [&](const auto& file) {
      return file->meta().smallest_key < *bounds.upper;
    });
    end = static_cast<size_t>(beyond - level.begin());
  }
  return {begin, std::max(begin, end)};
}

// Those of them that hold a ts within `times`.
TableFiles tables_with(const TimeRange& times, const TableFiles& level, size_t begin, size_t end) {
  TableFiles found;
  for (size_t i = begin; i < end; ++i) {
    const TableMeta& meta = level[i]->meta();
    if (times.meets(meta.min_ts, meta.max_ts)) found.push_back(level[i]);
  }
  return found;
}

// What an iterator's parts refer to.
struct IteratorPin {
  std::shared_ptr<const Version> version;
  std::string prefix_end;
};

void narrow_to_prefix(std::string_view prefix, Visibility& bounds, std::string& prefix_end) {
  if (!bounds.lower || *bounds.lower < prefix) bounds.lower = prefix;
  // The smallest key behind all that begin with it; there is none when all its bytes are FF.
  prefix_end = prefix;
  while (!prefix_end.empty() && prefix_end.back() == '\xff') prefix_end.pop_back();
  if (prefix_end.empty()) return;
  ++prefix_end.back();
  if (!bounds.upper || *bounds.upper > prefix_end) bounds.upper = prefix_end;
}

}  // namespace

Status Engine::get(std::string_view key, const ReadOptions& options, std::string& value) {
  State& s = *state_;
  NewestVersion newest(key, std::min(options.snapshot, s.last_sequence),
                       {options.ts_min, options.ts_max});
  if (options.overlay != nullptr) newest.ask_overlay(*options.overlay);
  if (options.spill != nullptr) FLOWDB_RETURN_IF_ERROR(newest.ask_spill(*options.spill));
  newest.ask(*s.memtable);
  if (s.flush != nullptr) newest.ask(*s.flush->memtable());
  for (const auto& file : s.version->level(0)) {
    FLOWDB_RETURN_IF_ERROR(newest.ask(*file, file->meta().largest_sequence));
  }
  for (size_t i = 1; i < kLevels; ++i) {
    const TableFiles& level = s.version->level(i);
    const size_t at = find_table(level, key);
    // What stands above is newer.
    if (at < level.size()) FLOWDB_RETURN_IF_ERROR(newest.ask(*level[at], 0));
  }
  if (!newest.found()) return Status::not_found();
  const Record& record = newest.record();
  const auto is_live = [&] {
    return record.expire_at == kNeverExpires || record.expire_at > s.options.now_us();
  };
  if (record.kind == RecordKind::put && is_live()) {
    value.assign(record.value);
    return Status::ok();
  }
  if (!newest.may_have_older_times()) return Status::not_found();
  // The newest version is removed or expired: one of an older time counts.
  ReadOptions of_key = options;
  of_key.lower = of_key.upper = std::nullopt;
  of_key.prefix = key;
  const std::unique_ptr<Iterator> iterator = new_iterator(of_key);
  iterator->seek(key);
  FLOWDB_RETURN_IF_ERROR(iterator->status());
  if (!iterator->valid() || iterator->key() != key) return Status::not_found();
  value.assign(iterator->value());
  return Status::ok();
}

std::unique_ptr<Iterator> Engine::new_iterator(const ReadOptions& options) {
  State& s = *state_;
  MergingCursor merged;
  if (options.overlay != nullptr) {
    merged.add_overlay(std::make_unique<MemtableCursor>(*options.overlay, nullptr));
  }
  if (options.spill != nullptr) {
    for (const Spill::Run& run : options.spill->runs) {
      merged.add_overlay(
          std::make_unique<LevelCursor>(run.files, 0, run.files.size(), CacheUse::keep));
    }
  }
  Visibility visibility;
  visibility.snapshot = std::min(options.snapshot, s.last_sequence);
  visibility.now_us = s.options.now_us();
  visibility.overlay = options.overlay;
  visibility.lower = options.lower;
  visibility.upper = options.upper;
  visibility.times = {options.ts_min, options.ts_max};
  visibility.latest = options.versions == Versions::latest;
  auto pin = std::make_shared<IteratorPin>();
  pin->version = s.version;
  if (!options.prefix.empty()) narrow_to_prefix(options.prefix, visibility, pin->prefix_end);
  // An empty one can be left out: what is written while the iterator exists is not seen by it.
  if (s.memtable->count() > 0) {
    merged.add(std::make_unique<MemtableCursor>(*s.memtable, s.memtable));
  }
  if (s.flush != nullptr) {
    const auto& frozen = s.flush->memtable();
    merged.add(std::make_unique<MemtableCursor>(*frozen, frozen));
  }
  const TimeRange& times = visibility.times;
  const TableFiles& level0 = s.version->level(0);
  for (size_t i = 0; i < level0.size(); ++i) {
    const TableMeta& meta = level0[i]->meta();
    const bool outside = (visibility.lower && meta.largest_key < *visibility.lower) ||
                         (visibility.upper && meta.smallest_key >= *visibility.upper) ||
                         !times.meets(meta.min_ts, meta.max_ts);
    if (outside || meta.smallest_sequence > visibility.snapshot) continue;
    merged.add(std::make_unique<LevelCursor>(level0, i, i + 1, CacheUse::keep, times));
  }
  for (size_t i = 1; i < kLevels; ++i) {
    const TableFiles& level = s.version->level(i);
    const auto [begin, end] = reached(level, visibility);
    if (begin == end) continue;
    if (times.is_bounded()) {
      merged.add(std::make_unique<LevelCursor>(tables_with(times, level, begin, end), times));
    } else {
      merged.add(std::make_unique<LevelCursor>(level, begin, end, CacheUse::keep));
    }
  }
  return std::make_unique<VisibleIterator>(std::move(merged), visibility, std::move(pin));
}

}  // namespace flowdb
