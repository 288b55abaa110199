// Walks the index, and in each data block its records.
#include "sst/table_cursor.h"

namespace flowdb {

bool TableCursor::load_index() {
  current_ = nullptr;
  status_ = Status::ok();
  if (!(index_block_ == nullptr)) return true;
  if (!table_->has_records()) return false;
  Result<BlockRef> block = table_->read_index(use());
  if (!block.is_ok()) {
    status_ = block.status();
    return false;
  }
  index_block_ = std::move(block).value();
  index_.open(*index_block_);
  return true;
}

bool TableCursor::open_block(bool forward, const Record* place) {
  current_ = nullptr;
  Table::IndexEntry entry;
  for (;;) {
    if (!index_.valid()) {
      status_ = table_->entry_error(index_.error(), table_->footer_.index);
      return false;
    }
    status_ = table_->decode_index_entry(index_, entry);
    if (!status_.is_ok()) return false;
    const bool before =
        place != nullptr && entry.min_ts > place->ts && index_.record().key == place->key;
    if (!before && times_.meets(entry.min_ts, entry.max_ts)) break;
    ++table_->cache_.counters.skipped;
    forward ? index_.next() : index_.prev();
  }
  if (!(data_block_ == nullptr) && data_handle_.offset == entry.handle.offset) return true;
  ++walked_;
  Result<BlockRef> block = table_->read_block(entry.handle, BlockKind::data, use());
  if (!block.is_ok()) {
    status_ = block.status();
    return false;
  }
  data_handle_ = entry.handle;
  data_first_key_ = entry.first_key;
  data_block_ = std::move(block).value();
  data_.open(*data_block_);
  return true;
}

void TableCursor::settle_forward() {
  while (!data_.valid()) {
    status_ = table_->entry_error(data_.error(), data_handle_);
    current_ = nullptr;
    if (!status_.is_ok()) return;
    index_.next();
    if (!open_block(true)) return;
    data_.seek_to_first();
  }
  current_ = &data_.record();
}

void TableCursor::settle_backward() {
  while (!data_.valid()) {
    status_ = table_->entry_error(data_.error(), data_handle_);
    current_ = nullptr;
    if (!status_.is_ok()) return;
    index_.prev();
    if (!open_block(false)) return;
    data_.seek_to_last();
  }
  current_ = &data_.record();
}

void TableCursor::seek_to_first() {
  if (!load_index()) return;
  index_.seek_to_first();
  if (!open_block(true)) return;
  data_.seek_to_first();
  settle_forward();
}

void TableCursor::seek_to_last() {
  if (!load_index()) return;
  index_.seek_to_last();
  if (!open_block(false)) return;
  data_.seek_to_last();
  settle_backward();
}

void TableCursor::seek(const Record& place) {
  if (!load_index()) return;
  // By the key alone: the versions of one may fill several blocks.
  index_.seek(place_before(place.key));
  for (;;) {
    if (!open_block(true, &place)) return;
    data_.seek(place);
    if (data_.valid() || data_.error() != EntryError::none) break;
    index_.next();
  }
  settle_forward();
}

}  // namespace flowdb
