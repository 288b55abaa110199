// Point reads and iterators over overlay, memtable and tables.
#include <algorithm>
#include <bit>

#include "engine/engine_state.h"
#include "engine/level_cursor.h"
#include "engine/memtable_cursor.h"
#include "engine/newest_version.h"
#include "engine/spill.h"
#include "engine/visible_iterator.h"

namespace flowdb {
namespace {

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

NewestVersion Engine::State::newest_version(std::string_view key, const ReadOptions& read) const {
  return {key, std::min(read.snapshot, last_sequence), {read.ts_min, read.ts_max}};
}

bool Engine::State::has_range_removes(const ReadOptions& read) const {
  if (memtable->has_range_removes() || version->has_range_removes()) return true;
  if (flush != nullptr && flush->memtable()->has_range_removes()) return true;
  if (read.overlay != nullptr && read.overlay->has_range_removes()) return true;
  return read.spill != nullptr && read.spill->has_range_removes();
}

Status Engine::State::take_range_removes(const ReadOptions& read, Visibility& to) const {
  if (memtable->has_range_removes()) to.range_removes.push_back(memtable->range_removes());
  if (flush != nullptr && flush->memtable()->has_range_removes()) {
    to.range_removes.push_back(flush->memtable()->range_removes());
  }
  if (version->has_range_removes()) {
    FLOWDB_ASSIGN_OR_RETURN(to.range_removes.emplace_back(), version->range_removes());
  }
  if (read.spill != nullptr) {
    for (const Spill::Run& run : read.spill->runs) {
      FLOWDB_RETURN_IF_ERROR(add_range_removes_of(run.files, to.spilled_range_removes));
    }
  }
  return Status::ok();
}

Status Engine::find(std::string_view key, const ReadOptions& options, NewestVersion& newest,
                    std::string& older, std::string_view& value, int64_t* expire_at) {
  State& s = *state_;
  const LatencyTimer timer(s.latencies.get(), &EngineLatencies::get, s.options.clock_ns);
  if (options.overlay != nullptr) newest.ask_overlay(*options.overlay);
  if (options.spill != nullptr) FLOWDB_RETURN_IF_ERROR(newest.ask_spill(*options.spill));
  newest.ask(*s.memtable);
  if (s.flush != nullptr) newest.ask(*s.flush->memtable());
  for (const auto& file : s.version->level(0)) {
    if (compare_bytes(key, file->meta().largest_key) > 0) continue;
    FLOWDB_RETURN_IF_ERROR(newest.ask(*file, file->meta().largest_sequence));
  }
  for (uint32_t left = s.version->sorted_levels(); left != 0; left &= left - 1) {
    const auto level = static_cast<size_t>(std::countr_zero(left));
    const TableFiles& files = s.version->level(level);
    const size_t at = s.version->find_table(level, key);
    // What stands above is newer.
    if (at < files.size()) FLOWDB_RETURN_IF_ERROR(newest.ask(*files[at], 0));
  }
  if (!newest.found()) return Status::not_found();
  const Record& record = newest.record();
  // The clock is not asked when nothing depends on it.
  bool is_live = record.kind == RecordKind::put &&
                 (record.expire_at == kNeverExpires || record.expire_at > s.options.now_us());
  if (is_live && s.has_range_removes(options)) {
    Visibility visibility;
    visibility.snapshot = newest.snapshot();
    visibility.overlay = options.overlay;
    FLOWDB_RETURN_IF_ERROR(s.take_range_removes(options, visibility));
    Record found = record;
    const uint64_t own = newest.own_sequence();
    if (own != 0) found.sequence = own;
    is_live = !visibility.is_in_removed_range(found, own != 0);
  }
  if (is_live) {
    value = record.value;
    if (expire_at != nullptr) *expire_at = record.expire_at;
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
  older.assign(iterator->value());
  value = older;
  return Status::ok();
}

Status Engine::get(std::string_view key, const ReadOptions& options, std::string& value,
                   int64_t* expire_at) {
  NewestVersion newest = state_->newest_version(key, options);
  std::string_view found;
  FLOWDB_RETURN_IF_ERROR(find(key, options, newest, value, found, expire_at));
  if (found.data() != value.data()) value.assign(found);
  return Status::ok();
}

Status Engine::get(std::string_view key, const ReadOptions& options, PinnedValue& value,
                   int64_t* expire_at) {
  State& s = *state_;
  NewestVersion newest = s.newest_version(key, options);
  FLOWDB_RETURN_IF_ERROR(find(key, options, newest, value.copy_, value.view_, expire_at));
  value.block_ = newest.take_block();
  if (value.memtable_ != nullptr) value.memtable_ = nullptr;
  if (newest.memtable() == nullptr) return Status::ok();
  if (newest.memtable() == s.memtable.get()) {
    value.memtable_ = s.memtable;
  } else {
    value.memtable_ = s.flush->memtable();
  }
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
  visibility.clock_us = &s.options.now_us;
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
  if (s.has_range_removes(options)) {
    visibility.fault = s.take_range_removes(options, visibility);
    if (!visibility.fault.is_ok()) merged = MergingCursor();
  }
  return std::make_unique<VisibleIterator>(std::move(merged), visibility, std::move(pin));
}

}  // namespace flowdb
