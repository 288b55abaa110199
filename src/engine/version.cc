// Makes new versions of old ones.
#include "engine/version.h"

#include <algorithm>

#include "util/insertion_sort.h"

namespace flowdb {
namespace {

constexpr uint64_t kMuchLarger = 4;
// A put may as well be of a new key, among larger records of another kind.
constexpr uint64_t kReplacedBytesMin = 4 << 10;
// Records of such a size share a table with few others that would have to be written again: they
// are worth more.
constexpr uint64_t kLargeRecordBytes = 64 << 10;
constexpr uint64_t kLargeRecordWeight = 3;

bool is_much_smaller(const Record& record, uint64_t bytes) {
  if (record.kind == RecordKind::remove_range) return false;
  if (record.kind == RecordKind::put && bytes < kReplacedBytesMin) return false;
  return (record.key.size() + record.value.size()) * kMuchLarger < bytes;
}

// Whether find_table() would find `at`.
bool is_found_at(const TableFiles& files, size_t at, std::string_view key) {
  if (at > files.size()) return false;
  if (at < files.size() && compare_bytes(files[at]->meta().largest_key, key) < 0) return false;
  return at == 0 || compare_bytes(files[at - 1]->meta().largest_key, key) < 0;
}

}  // namespace

Result<std::shared_ptr<const Table>> TableFile::table() const {
  if (table_ == nullptr) {
    FLOWDB_ASSIGN_OR_RETURN(table_,
                            Table::open(*source_.storage, meta_.id, location_, *source_.cache));
  }
  return table_;
}

std::shared_ptr<TableFile> TableFile::at_level(uint8_t level) const {
  auto moved = std::make_shared<TableFile>(*this);
  moved->meta_.level = level;
  return moved;
}

size_t Version::deepest_level() const {
  for (size_t i = kLevels; i-- > 0;) {
    if (!levels_[i].empty()) return i;
  }
  return 0;
}

TableFiles Version::all() const {
  TableFiles files;
  for (const TableFiles& level : levels_) files.insert(files.end(), level.begin(), level.end());
  return files;
}

std::shared_ptr<const Version> Version::with(const TableFiles& added,
                                             const std::vector<uint32_t>& removed) const {
  auto next = std::make_shared<Version>();
  for (size_t i = 0; i < kLevels; ++i) {
    for (const auto& file : levels_[i]) {
      if (std::find(removed.begin(), removed.end(), file->meta().id) == removed.end()) {
        next->levels_[i].push_back(file);
      }
    }
  }
  for (const auto& file : added) next->levels_[file->meta().level].push_back(file);
  for (size_t i = 0; i < kLevels; ++i) {
    for (const auto& file : next->levels_[i]) {
      next->level_bytes_[i] += file->bytes();
      next->has_range_removes_ |= file->meta().has_range_removes;
    }
  }
  if (!next->sort_and_check()) return nullptr;
  for (size_t i = 0; i < kLevels; ++i) {
    for (const auto& file : next->levels_[i]) {
      next->hidden_bytes_[i] += next->hidden_bytes(*file);
      if (i == 0) continue;
      next->record_bytes_most_ = std::max(next->record_bytes_most_, file->record_bytes());
    }
  }
  return next;
}

// No more than there is: what was hidden may be gone by now.
uint64_t Version::hidden_bytes(const TableFile& file) const {
  const TableMeta& meta = file.meta();
  if (meta.hidden_bytes == 0) return 0;
  uint64_t bytes = 0;
  for (size_t i = size_t{meta.level} + 1; i < kLevels; ++i) {
    const TableFiles& below = levels_[i];
    for (size_t k = find_table(below, meta.smallest_key); k < below.size(); ++k) {
      if (!below[k]->overlaps(meta.smallest_key, meta.largest_key)) break;
      bytes += below[k]->bytes();
    }
  }
  return std::min(bytes, meta.hidden_bytes);
}

uint64_t Version::hidden_bytes(const Record& newer, Places& near) const {
  if (!is_much_smaller(newer, record_bytes_most_)) return 0;
  uint64_t hidden = 0;
  for (size_t i = 1; i < kLevels; ++i) {
    const TableFiles& level = levels_[i];
    size_t& at = near.tables[i];
    if (!is_found_at(level, at, newer.key)) at = find_table(level, newer.key);
    if (at == level.size() || compare_bytes(level[at]->meta().smallest_key, newer.key) > 0)
      continue;
    hidden = std::max(hidden, flowdb::hidden_bytes(newer, *level[at]));
  }
  return hidden;
}

uint64_t hidden_bytes(const Record& newer, const TableFile& older) {
  const uint64_t bytes = older.record_bytes();
  if (!is_much_smaller(newer, bytes)) return 0;
  return bytes < kLargeRecordBytes ? bytes : bytes * kLargeRecordWeight;
}

Result<std::shared_ptr<const RangeRemoves>> Version::range_removes() const {
  if (has_range_removes_ && range_removes_ == nullptr) {
    auto removes = std::make_shared<RangeRemoves>();
    FLOWDB_RETURN_IF_ERROR(add_range_removes_of(all(), *removes));
    range_removes_ = std::move(removes);
  }
  return range_removes_;
}

Status add_range_removes_of(const TableFiles& files, RangeRemoves& removes) {
  for (const auto& file : files) {
    if (!file->meta().has_range_removes) continue;
    FLOWDB_ASSIGN_OR_RETURN(const auto table, file->table());
    FLOWDB_RETURN_IF_ERROR(table->add_range_removes(removes, file->meta().assigned_sequence));
  }
  return Status::ok();
}

bool Version::sort_and_check() {
  insertion_sort(levels_[0], [](const auto& a, const auto& b) {
    const TableMeta& x = a->meta();
    const TableMeta& y = b->meta();
    if (x.largest_sequence != y.largest_sequence) return x.largest_sequence > y.largest_sequence;
    return x.id > y.id;
  });
  for (size_t i = 1; i < kLevels; ++i) {
    TableFiles& level = levels_[i];
    insertion_sort(level, [](const auto& a, const auto& b) {
      return a->meta().smallest_key < b->meta().smallest_key;
    });
    for (size_t k = 1; k < level.size(); ++k) {
      if (level[k - 1]->meta().largest_key >= level[k]->meta().smallest_key) return false;
    }
  }
  return true;
}

size_t find_table(const TableFiles& files, size_t begin, size_t end, std::string_view key) {
  while (begin < end) {
    const size_t middle = begin + (end - begin) / 2;
    if (compare_bytes(files[middle]->meta().largest_key, key) < 0) {
      begin = middle + 1;
    } else {
      end = middle;
    }
  }
  return begin;
}

}  // namespace flowdb
