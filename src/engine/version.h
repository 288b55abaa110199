// Version: the set of live tables by level, at one time. Versions are immutable and shared: an
// iterator keeps the one that it began with, whatever flushes and compactions do meanwhile.
#pragma once

#include <algorithm>
#include <array>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/manifest.h"
#include "sst/table.h"
#include "storage/container.h"
#include "util/features.h"

namespace flowdb {

// What tables are opened with; must outlive every TableFile.
struct TableSource {
  const Storage* storage = nullptr;
  BlockCache* cache = nullptr;
};

// A live table, or one that was live when a version was made. Its file is opened when it is first
// read.
class TableFile {
 public:
  // `held` keeps the table's room from being used again (Storage::hold_table); null where nobody
  // will read it.
  TableFile(TableMeta meta, const TableLocation& location, const TableSource& source,
            std::shared_ptr<const TableLocation> held = nullptr)
      : meta_(std::move(meta)), location_(location), source_(source), held_(std::move(held)) {}

  const TableMeta& meta() const { return meta_; }
  // Length of the raw table.
  uint64_t bytes() const { return location_.length; }
  const TableLocation& location() const { return location_; }
  // Of a record, on average.
  uint64_t record_bytes() const { return bytes() / std::max<uint64_t>(meta_.records, 1); }
  bool overlaps(std::string_view smallest, std::string_view largest) const {
    return meta_.smallest_key <= largest && smallest <= meta_.largest_key;
  }
  // Errors as Table::open.
  Result<std::shared_ptr<const Table>> table() const;
  // The same when it has been opened before, else null; valid as long as this object.
  const Table* opened_table() const { return table_.get(); }
  // The same table as it stands after a move to another level.
  std::shared_ptr<TableFile> at_level(uint8_t level) const;

 private:
  TableMeta meta_;
  TableLocation location_;
  TableSource source_;
  std::shared_ptr<const TableLocation> held_;
  mutable std::shared_ptr<const Table> table_;
};

using TableFiles = std::vector<std::shared_ptr<const TableFile>>;

class Version {
 public:
  // Level 0: the largest sequence number first; others: by key.
  const TableFiles& level(size_t index) const { return levels_[index]; }
  uint64_t level_bytes(size_t index) const { return level_bytes_[index]; }
  // About how many bytes of the levels below are dead, because of what this one, or one of its
  // tables, holds in their place.
  uint64_t hidden_bytes(size_t index) const { return hidden_bytes_[index]; }
  uint64_t hidden_bytes(const TableFile& file) const;
  // The same below level 0, because of a record that is newer. `near`: what the call before has
  // left there; of use when keys come in order.
  struct Places {
    std::array<size_t, kLevels> tables{};
  };
  uint64_t hidden_bytes(const Record& newer, Places& near) const;
  // The deepest level with a table; 0 when there is none.
  size_t deepest_level() const;
  bool has_range_removes() const { return kFullEngine && has_range_removes_; }
  // Those of all tables, read when they are first asked for. Errors: corruption, unsupported,
  // io_error.
  Result<std::shared_ptr<const RangeRemoves>> range_removes() const;
  // All tables, in the manifest's order.
  TableFiles all() const;

  // This version without `removed` (ids) and with `added`, each at the level that its meta says.
  // Result: null when two tables of a level below 0 would overlap.
  std::shared_ptr<const Version> with(const TableFiles& added,
                                      const std::vector<uint32_t>& removed) const;

 private:
  bool sort_and_check();

  std::array<TableFiles, kLevels> levels_;
  std::array<uint64_t, kLevels> level_bytes_{};
  std::array<uint64_t, kLevels> hidden_bytes_{};
  uint64_t record_bytes_most_ = 0;  // of a table below level 0, on average
  bool has_range_removes_ = false;
  mutable std::shared_ptr<const RangeRemoves> range_removes_;
};

// What `newer` hides in an older table, should that hold a record of its key, in bytes: as much as
// a record has there on average, several times over when that is large. 0 when it is not much
// smaller itself: then its own size says enough.
uint64_t hidden_bytes(const Record& newer, const TableFile& older);

// Adds the removals of ranges that these tables hold. Errors as Table::add_range_removes.
Status add_range_removes_of(const TableFiles& files, RangeRemoves& removes);

// The first of files[begin] to files[end - 1] whose largest key is not below `key`; `end` when
// there is none. REQUIRES: these are disjoint, and sorted by key.
size_t find_table(const TableFiles& files, size_t begin, size_t end, std::string_view key);
inline size_t find_table(const TableFiles& sorted, std::string_view key) {
  return find_table(sorted, 0, sorted.size(), key);
}

}  // namespace flowdb
