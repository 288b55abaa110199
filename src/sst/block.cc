// Decodes entries, trusting no length.
#include "sst/block.h"

#include <cassert>

#include "sst/table_format.h"

namespace flowdb {

bool Block::parse() {
  if (payload_.size() < sizeof(uint32_t)) return false;
  const size_t count_at = payload_.size() - sizeof(uint32_t);
  const uint32_t count = load_le<uint32_t>(payload_.data() + count_at);
  if (count == 0 || count > count_at / sizeof(uint32_t)) return false;
  entries_bytes_ = count_at - count * sizeof(uint32_t);
  uint64_t least = 0;
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t at = restart(i);
    if ((i == 0 && at != 0) || at < least || at >= entries_bytes_) return false;
    least = uint64_t{at} + 1;
  }
  restart_count_ = count;
  return true;
}

uint32_t Block::restart(uint32_t index) const {
  return load_le<uint32_t>(payload_.data() + entries_bytes_ + index * sizeof(uint32_t));
}

bool BlockCursor::fail(EntryError error) {
  valid_ = false;
  error_ = error;
  return false;
}

bool BlockCursor::parse_entry(size_t offset, std::string& key, Record& record, size_t& end) {
  Reader in(block_->entries().substr(offset));
  uint64_t shared;
  uint64_t rest;
  uint64_t number;
  uint64_t value_length = 0;
  if (!in.varint(shared) || !in.varint(rest) || shared > key.size()) {
    return fail(EntryError::malformed);
  }
  record = Record();
  bool has_value = true;
  if (kind_ == BlockKind::data) {
    uint8_t flags;
    if (!in.u8(flags)) return fail(EntryError::malformed);
    constexpr uint8_t known = kRecordKindMask | kRecordHasTs | kRecordHasExpiry;
    if ((flags & ~known) != 0 || (flags & kRecordKindMask) > 1) {
      return fail(EntryError::unknown_flags);
    }
    record.kind = static_cast<RecordKind>(flags & kRecordKindMask);
    has_value = record.kind == RecordKind::put;
    if (!in.varint(record.sequence)) return fail(EntryError::malformed);
    if ((flags & kRecordHasTs) != 0) {
      if (!in.varint(number)) return fail(EntryError::malformed);
      record.ts = unzigzag(number);
    }
    if ((flags & kRecordHasExpiry) != 0) {
      if (!in.varint(number)) return fail(EntryError::malformed);
      record.expire_at = unzigzag(number);
    }
  }
  std::string_view key_rest;
  if ((has_value && !in.varint(value_length)) || !in.take(rest, key_rest) ||
      !in.take(value_length, record.value)) {
    return fail(EntryError::malformed);
  }
  key.resize(static_cast<size_t>(shared));
  key.append(key_rest);
  end = offset + in.position();
  return true;
}

bool BlockCursor::read_forward(size_t offset) {
  if (offset >= block_->entries().size()) {
    valid_ = false;
    return false;
  }
  begin_ = offset;
  while (restart_ + 1 < block_->restart_count() && block_->restart(restart_ + 1) <= offset) {
    ++restart_;
  }
  if (!parse_entry(offset, key_, record_, end_)) return false;
  record_.key = key_;
  return valid_ = true;
}

void BlockCursor::start_at(uint32_t restart) {
  backward_ = false;
  error_ = EntryError::none;
  restart_ = restart;
  key_.clear();
  read_forward(block_->restart(restart));
}

void BlockCursor::seek_to_first() { start_at(0); }

void BlockCursor::seek_to_last() {
  if (load_interval(block_->restart_count() - 1)) show(interval_.size() - 1);
}

void BlockCursor::seek(const Record& place) {
  // (1) The last restart whose entry is before the place.
  uint32_t low = 0;
  uint32_t high = block_->restart_count() - 1;
  while (low < high) {
    const uint32_t middle = low + (high - low + 1) / 2;
    start_at(middle);
    if (!valid_) return;
    if (compare_records(record_, place) < 0) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  // (2) On from there.
  if (!valid_ || backward_ || begin_ != block_->restart(low)) start_at(low);
  while (valid_ && compare_records(record_, place) < 0) read_forward(end_);
}

void BlockCursor::next() {
  assert(valid_);
  if (backward_) {
    key_.assign(record_.key);
    backward_ = false;
  }
  read_forward(end_);
}

void BlockCursor::prev() {
  assert(valid_);
  if (!backward_) {
    const size_t begin = begin_;
    if (!load_interval(restart_)) return;
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
  const size_t stop = restart + 1 < block_->restart_count() ? block_->restart(restart + 1)
                                                            : block_->entries().size();
  key_.clear();
  for (size_t offset = block_->restart(restart); offset < stop;) {
    Entry entry;
    entry.begin = offset;
    if (!parse_entry(offset, key_, entry.record, entry.end)) return false;
    entry.key_offset = interval_keys_.size();
    interval_keys_.append(key_);
    offset = entry.end;
    interval_.push_back(entry);
  }
  // The keys' bytes stand still only now.
  for (size_t i = 0; i < interval_.size(); ++i) {
    const size_t key_end =
        i + 1 < interval_.size() ? interval_[i + 1].key_offset : interval_keys_.size();
    const size_t key_begin = interval_[i].key_offset;
    interval_[i].record.key =
        std::string_view(interval_keys_).substr(key_begin, key_end - key_begin);
  }
  return true;
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
