// Point reads of a table.
#include <algorithm>

#include "sst/block_search.h"
#include "sst/bloom.h"
#include "sst/table.h"

namespace flowdb {

Result<bool> Table::find(std::string_view key, uint64_t sequence_max, FoundRecord& found,
                         const TimeRange& times) const {
  if (!has_records()) return false;
  if (footer_.filter.length != 0 && found_in_a_row_ < kFoundInARowMax) {
    FLOWDB_ASSIGN_OR_RETURN(const auto filter, read_block(footer_.filter, BlockKind::bytes));
    if (!bloom_may_contain(filter->payload(), bloom_hash(key))) {
      found_in_a_row_ = 0;
      return false;
    }
  }
  bool any = !times.is_bounded() && find_linked(key, sequence_max, found);
  if (!any) {
    FLOWDB_ASSIGN_OR_RETURN(any, find_in_blocks(key, sequence_max, found, times));
  }
  found_in_a_row_ = any ? std::min(found_in_a_row_ + 1, kFoundInARowMax) : 0;
  return any;
}

Result<bool> Table::find_in_blocks(std::string_view key, uint64_t sequence_max, FoundRecord& found,
                                   const TimeRange& times) const {
  FLOWDB_ASSIGN_OR_RETURN(const auto index_block, read_index());
  BlockCursor index(*index_block);
  // A key with many versions may go on in the next block. The index knows of keys alone.
  for (index.seek(place_before(key)); index.valid(); index.next()) {
    IndexEntry entry;
    FLOWDB_RETURN_IF_ERROR(decode_index_entry(index, entry));
    if (compare_bytes(entry.first_key, key) > 0) return false;
    if (!times.meets(entry.min_ts, entry.max_ts)) {
      ++cache_.counters.skipped;
      continue;
    }
    FLOWDB_ASSIGN_OR_RETURN(auto block, read_block(entry.handle, BlockKind::data));
    BlockCursor data(*block);
    data.seek(place_before(key, times.max));
    link(*index_block, index.entry_offset(), key, *block);
    for (; data.valid() && equal_bytes(data.record().key, key); data.next()) {
      if (data.record().sequence > sequence_max) continue;
      if (data.record().ts < times.min) return false;
      found.record = data.record();
      found.record.key = key;
      found.block = std::move(block);
      return true;
    }
    FLOWDB_RETURN_IF_ERROR(entry_error(data.error(), entry.handle));
    if (data.valid()) return false;
  }
  FLOWDB_RETURN_IF_ERROR(entry_error(index.error(), footer_.index));
  return false;
}

bool Table::find_linked(std::string_view key, uint64_t sequence_max, FoundRecord& found) const {
  const BlockSearch* const index = index_ == nullptr ? nullptr : index_->search();
  if (index == nullptr) return false;
  // All that is before this entry's block is smaller, so that the first version that the block has
  // is the newest one.
  const uint32_t entry = index->find(key);
  if (entry == index->count()) return false;
  const BlockSearch::Link& link = index->link(entry);
  if (link.block == nullptr) return false;
  link.search->fetch();
  if (!link.search->read_first(key, found.record)) return false;
  if (found.record.sequence > sequence_max) return false;
  cache_.note_use(*index_);
  cache_.note_use(*link.block);
  found.record.key = key;
  found.block = BlockRef(link.block);
  return true;
}

void Table::link(const Block& index, size_t entry_offset, std::string_view key,
                 const Block& data) const {
  if (index_ == nullptr) BlockCache::link(index, index_);
  const BlockSearch* const places = index.search();
  const BlockSearch* const search = data.known_search();
  if (places == nullptr || search == nullptr) return;
  const uint32_t entry = places->find(key);
  if (entry == places->count() || places->entry_offset(entry) != entry_offset) return;
  BlockSearch::Link& link = places->link(entry);
  link.search = search;
  if (link.block == nullptr) BlockCache::link(data, link.block);
}

}  // namespace flowdb
