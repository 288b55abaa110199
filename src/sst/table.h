// Table: reads one sorted string table of a storage. Blocks are read when they are needed,
// through the cache; each is checked against its CRC32C, and an error names the file, the table and
// the offset.
#pragma once

#include <memory>
#include <string_view>

#include "sst/block_cache.h"
#include "sst/block_cursor.h"
#include "sst/properties.h"
#include "sst/table_format.h"
#include "storage/container.h"
#include "util/key_fate.h"
#include "util/record.h"
#include "util/record_cursor.h"
#include "util/status.h"

namespace flowdb {

// A record and what keeps its value's bytes alive. The key is the one that was asked for.
struct FoundRecord {
  Record record;
  BlockRef block;
};

// Bounds of ts, both inclusive.
struct TimeRange {
  int64_t min = INT64_MIN;
  int64_t max = INT64_MAX;
  bool is_bounded() const { return min != INT64_MIN || max != INT64_MAX; }
  bool meets(int64_t smallest, int64_t largest) const { return min <= largest && smallest <= max; }
  bool holds(int64_t ts) const { return min <= ts && ts <= max; }
};

class Table {
 public:
  // Reads footer and properties of the table that stands at `location`. `storage` and `cache`
  // must outlive the Table. Errors: corruption (damaged, or no table of ours), unsupported,
  // io_error.
  static Result<std::shared_ptr<Table>> open(const Storage& storage, uint32_t id,
                                             const TableLocation& location, BlockCache& cache);
  ~Table();
  Table(const Table&) = delete;
  Table& operator=(const Table&) = delete;

  uint32_t id() const { return id_; }
  const TableLocation& location() const { return location_; }
  const TableProperties& properties() const { return properties_; }

  // Adds the removals of ranges that the table holds; with an `assigned` sequence number that is
  // not 0, under that. Errors: corruption, unsupported, io_error.
  Status add_range_removes(RangeRemoves& removes, uint64_t assigned = 0) const;

  // Finds the newest visible version of `key`: largest ts within `times`, then largest sequence <=
  // `sequence_max`, puts and removes alike. Result: false when there is none. Errors: corruption,
  // unsupported, io_error.
  Result<bool> find(std::string_view key, uint64_t sequence_max, FoundRecord& found,
                    const TimeRange& times = {}) const;

  // How long those of its data blocks are together, as they are stored, of which all keys are dead;
  // 0 when its index can't be read: whoever needs the records will learn why.
  uint64_t dead_bytes(const DropFilter& filter) const;

 private:
  friend class TableCursor;
  // An entry of the index.
  struct IndexEntry {
    BlockHandle handle;
    std::string_view first_key;
    int64_t min_ts = 0;
    int64_t max_ts = 0;
  };

  Table(const Storage& storage, uint32_t id, const TableLocation& location, BlockCache& cache);
  Status read_footer_and_properties();
  Result<bool> find_in_blocks(std::string_view key, uint64_t sequence_max, FoundRecord& found,
                              const TimeRange& times) const;
  // The same for a key whose block is linked, and which is easily found there; false: look further.
  bool find_linked(std::string_view key, uint64_t sequence_max, FoundRecord& found) const;
  // Lets find_linked() find this block, if it is the one where it looks for `key`.
  void link(const Block& index, size_t entry_offset, std::string_view key, const Block& data) const;
  // `cache`: as for TableCursor.
  Result<BlockRef> read_block(const BlockHandle& handle, BlockKind kind,
                              CacheUse cache = CacheUse::keep) const;
  Result<BlockRef> load_block(const BlockHandle& handle, BlockKind kind) const;
  // REQUIRES: has_records().
  Result<BlockRef> read_index(CacheUse cache = CacheUse::keep) const {
    return read_block(footer_.index, BlockKind::index, cache);
  }
  bool has_records() const { return properties_.records > 0; }
  Status decode_index_entry(const BlockCursor& index, IndexEntry& entry) const;
  Status entry_error(EntryError error, const BlockHandle& block) const;
  // Names this table; `offset` is relative to its first byte.
  Status corrupt(uint64_t offset, std::string_view what) const;
  Status unsupported(uint64_t offset, std::string_view what) const;

  const Storage& storage_;
  const uint32_t id_;
  const TableLocation location_;
  BlockCache& cache_;
  const uint64_t cache_owner_;
  Footer footer_;
  TableProperties properties_;
  // The index, as long as the cache has it (BlockCache::link).
  mutable const Block* index_ = nullptr;
  // While every key that is asked for is there, the filter is not worth asking: it can only say so.
  mutable int found_in_a_row_ = 0;
  static constexpr int kFoundInARowMax = 16;
};

}  // namespace flowdb
