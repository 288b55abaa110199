// Decodes entries, trusting no length.
#include "sst/block_cursor.h"

#include <cassert>

#include "sst/block_search.h"

namespace flowdb {

void BlockCursor::open(const Block& block) {
  block_ = &block;
  search_ = nullptr;
  has_asked_ = false;
  entries_ = block.entries();
  kind_ = block.kind();
  valid_ = false;
  error_ = EntryError::none;
}

bool BlockCursor::fail(EntryError error) {
  valid_ = false;
  error_ = error;
  return false;
}

bool BlockCursor::parse_entry(size_t offset) {
  BlockEntry entry;
  const EntryError error = decode_entry(entries_, offset, kind_, entry, record_);
  if (error != EntryError::none) return fail(error);
  if (entry.shared > key_.size()) return fail(EntryError::malformed);
  // Eight bytes at least stand behind the entries.
  key_.replace_padded_tail(static_cast<size_t>(entry.shared), entry.rest);
  record_.key = key_.view();
  end_ = entry.end;
  return true;
}

void BlockCursor::start_at(size_t offset) {
  backward_ = false;
  error_ = EntryError::none;
  key_.clear();
  read_forward(offset);
}

void BlockCursor::seek_to_first() { start_at(0); }

void BlockCursor::seek_to_last() {
  if (load_interval(block_->restart_count() - 1)) show(interval_.size() - 1);
}

void BlockCursor::seek(const Record& place) {
  ask_for_search();
  if (search_ != nullptr) {
    seek_to_found(*search_, search_->find(place.key));
  } else {
    seek_by_restarts(place);
  }
  while (valid_ && compare_records(record_, place) < 0) read_forward(end_);
}

void BlockCursor::ask_for_search() {
  has_asked_ = true;
  search_ = block_->search();
}

bool BlockCursor::find_run_end(uint64_t sequence_max,
                               const std::optional<std::string_view>& upper) {
  assert(valid_ && !backward_);
  if (!search_->is_plain() || search_->sequence_max() > sequence_max) return false;
  const uint32_t entry = upper ? search_->find(*upper) : search_->count();
  run_end_ = entry == search_->count() ? entries_.size() : search_->entry_offset(entry);
  return true;
}

bool BlockCursor::find_run_begin(uint64_t sequence_max) {
  assert(valid_ && backward_);
  if (!search_->is_plain() || search_->sequence_max() > sequence_max) return false;
  if (search_->count() < 2) return false;
  run_begin_ = search_->entry_offset(1);
  return begin_ >= run_begin_;
}

void BlockCursor::seek_to_found(const BlockSearch& search, uint32_t entry) {
  if (entry == search.count()) return start_at(entries_.size());
  const size_t offset = search.entry_offset(entry);
  search.begin_key(entry, key_);
  Reader in(entries_.substr(offset));
  uint64_t shared;
  if (in.varint(shared) && shared > key_.size()) {
    // More of the key is needed than the search knows.
    return start_at(block_->restart(block_->restart_before(offset)));
  }
  backward_ = false;
  error_ = EntryError::none;
  read_forward(offset);
}

void BlockCursor::seek_by_restarts(const Record& place) {
  // The last restart whose entry is before the place.
  uint32_t low = 0;
  uint32_t high = block_->restart_count() - 1;
  while (low < high) {
    const uint32_t middle = low + (high - low + 1) / 2;
    start_at(block_->restart(middle));
    if (!valid_) return;
    if (compare_records(record_, place) < 0) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  start_at(block_->restart(low));
}

void BlockCursor::prev() {
  assert(valid_);
  if (!backward_) {
    const size_t begin = begin_;
    if (!load_interval(block_->restart_before(begin))) return;
    while (interval_index_ < interval_.size() && interval_[interval_index_].begin != begin) {
      ++interval_index_;
    }
    if (interval_index_ == interval_.size()) {
      fail(EntryError::malformed);  // the restarts point between entries
      return;
    }
  }
  if (interval_index_ > 0) return show(interval_index_ - 1);
  if (restart_ == 0) {
    valid_ = false;
  } else if (load_interval(restart_ - 1)) {
    show(interval_.size() - 1);
  }
}

bool BlockCursor::load_interval(uint32_t restart) {
  restart_ = restart;
  backward_ = true;
  error_ = EntryError::none;
  interval_.clear();
  interval_keys_.clear();
  interval_index_ = 0;
  const size_t stop =
      restart + 1 < block_->restart_count() ? block_->restart(restart + 1) : entries_.size();
  key_.clear();
  for (size_t offset = block_->restart(restart); offset < stop;) {
    if (!parse_entry(offset)) return false;
    interval_.push_back({interval_keys_.size(), offset, end_, record_});
    interval_keys_.append(key_.view());
    offset = end_;
  }
  // The keys' bytes stand still only now.
  for (Entry& entry : interval_) {
    entry.record.key = {interval_keys_.data() + entry.key_offset, entry.record.key.size()};
  }
  return true;
}

void BlockCursor::leave_interval() {
  key_.assign(record_.key);
  backward_ = false;
}

void BlockCursor::show(size_t interval_index) {
  interval_index_ = interval_index;
  const Entry& entry = interval_[interval_index];
  record_ = entry.record;
  begin_ = entry.begin;
  end_ = entry.end;
  valid_ = true;
}

}  // namespace flowdb
