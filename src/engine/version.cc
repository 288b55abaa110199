// Makes new versions of old ones.
#include "engine/version.h"

#include <algorithm>
#include <bit>

#include "util/bytes.h"
#include "util/insertion_sort.h"
#include "util/number_search.h"

namespace flowdb {

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
  return sorted_levels_ == 0 ? 0 : static_cast<size_t>(std::bit_width(sorted_levels_)) - 1;
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
  return next;
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
    if (level.empty()) continue;
    sorted_levels_ |= uint32_t{1} << i;
    largest_keys_[i] = largest_keys_of(level);
  }
  return true;
}

Version::LargestKeys Version::largest_keys_of(const TableFiles& level) {
  LargestKeys keys;
  // What the first and the last have in common all have.
  const std::string& first = level.front()->meta().largest_key;
  const std::string& last = level.back()->meta().largest_key;
  const auto end = std::mismatch(first.begin(), first.end(), last.begin(), last.end()).first;
  keys.common.assign(first.begin(), end);
  for (const auto& file : level) {
    keys.numbers.push_back(number_at(file->meta().largest_key, keys.common.size()));
  }
  return keys;
}

size_t Version::find_table(size_t index, std::string_view key) const {
  const auto& [common, numbers] = largest_keys_[index];
  if (!begins_with(key, common.data(), common.size())) {
    return compare_bytes(key, common) > 0 ? numbers.size() : 0;
  }
  const uint64_t wanted = number_at(key, common.size());
  const size_t at = first_not_below<sizeof(uint64_t)>(reinterpret_cast<const char*>(numbers.data()),
                                                      numbers.size(), wanted);
  if (at == numbers.size() || numbers[at] != wanted) return at;
  return flowdb::find_table(levels_[index], at, numbers.size(), key);
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
