// Decodes entries, trusting no length.
#include "sst/block_cursor.h"

#include <cassert>

#include "sst/block_search.h"

namespace flowdb {
namespace {

class VarintReader {
 public:
  VarintReader(const char* begin, const char* end) : p_(begin), end_(end) {}

  const char* at() const { return p_; }
  bool at_end() const { return p_ == end_; }
  uint64_t left() const { return static_cast<uint64_t>(end_ - p_); }
  // REQUIRES: !at_end().
  uint8_t byte() { return static_cast<uint8_t>(*p_++); }

  // False when it is malformed or cut off.
  [[gnu::always_inline]] bool next(uint64_t& v) {
    if (end_ - p_ < 3) return next_long(v);
    const uint32_t first = static_cast<uint8_t>(p_[0]);
    const uint32_t second = static_cast<uint8_t>(p_[1]);
    if (first < 0x80) {
      v = first;
      p_ += 1;
    } else if (second < 0x80) {
      v = (first & 0x7f) | (second << 7);
      p_ += 2;
    } else if (const uint32_t third = static_cast<uint8_t>(p_[2]); third < 0x80) {
      v = (first & 0x7f) | ((second & 0x7f) << 7) | (third << 14);
      p_ += 3;
    } else {
      return next_long(v);
    }
    return true;
  }

 private:
  bool next_long(uint64_t& v) {
    uint64_t number;
    const char* const behind = long_varint(p_, end_, number);
    if (behind == nullptr) return false;
    v = number;
    p_ = behind;
    return true;
  }

  const char* p_;
  const char* end_;
};

}  // namespace

void BlockCursor::open(const Block& block, BlockKind kind) {
  block_ = &block;
  entries_ = block.entries();
  kind_ = kind;
  valid_ = false;
  error_ = EntryError::none;
}

bool BlockCursor::fail(EntryError error) {
  valid_ = false;
  error_ = error;
  return false;
}

// The entry's lengths and numbers are most of what a walk reads, so that they are decoded here and
// not by calls, whatever the size of the code elsewhere counts for.
bool BlockCursor::parse_entry(size_t offset) {
  VarintReader in(entries_.data() + offset, entries_.data() + entries_.size());
  uint64_t shared;
  uint64_t rest;
  uint64_t number;
  uint64_t value_length = 0;
  if (!in.next(shared) || !in.next(rest) || shared > key_.size()) {
    return fail(EntryError::malformed);
  }
  bool has_value = true;
  if (kind_ == BlockKind::data) {
    if (in.at_end()) return fail(EntryError::malformed);
    const uint8_t flags = in.byte();
    constexpr uint8_t known = kRecordKindMask | kRecordHasTs | kRecordHasExpiry;
    if ((flags & ~known) != 0 || (flags & kRecordKindMask) > 1) {
      return fail(EntryError::unknown_flags);
    }
    record_.kind = static_cast<RecordKind>(flags & kRecordKindMask);
    record_.ts = 0;
    record_.expire_at = kNeverExpires;
    has_value = record_.kind == RecordKind::put;
    if (!in.next(record_.sequence)) return fail(EntryError::malformed);
    if ((flags & kRecordHasTs) != 0) {
      if (!in.next(number)) return fail(EntryError::malformed);
      record_.ts = unzigzag(number);
    }
    if ((flags & kRecordHasExpiry) != 0) {
      if (!in.next(number)) return fail(EntryError::malformed);
      record_.expire_at = unzigzag(number);
    }
  }
  if (has_value && !in.next(value_length)) return fail(EntryError::malformed);
  if (rest > in.left() || value_length > in.left() - rest) return fail(EntryError::malformed);
  const std::string_view key_rest(in.at(), static_cast<size_t>(rest));
  record_.value = {in.at() + rest, static_cast<size_t>(value_length)};
  // A restart and their count, eight bytes at least, stand behind the entries.
  key_.replace_padded_tail(static_cast<size_t>(shared), key_rest);
  record_.key = key_.view();
  end_ = static_cast<size_t>(in.at() - entries_.data()) + static_cast<size_t>(rest + value_length);
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
  if (const BlockSearch* const search = block_->search(kind_); search != nullptr) {
    seek_to_found(search->find(place.key, key_));
  } else {
    seek_by_restarts(place);
  }
  while (valid_ && compare_records(record_, place) < 0) read_forward(end_);
}

void BlockCursor::seek_equal(std::string_view key) {
  const BlockSearch* const search = block_->search(kind_);
  if (search == nullptr) return seek(place_before(key));
  seek_to_found(search->find_equal(key, key_));
  while (valid_ && compare_bytes(record_.key, key) < 0) read_forward(end_);
}

void BlockCursor::seek_to_found(size_t offset) {
  Reader in(entries_.substr(offset));
  uint64_t shared;
  if (in.varint(shared) && shared > key_.size()) {
    // More of the key is needed than the search knows.
    start_at(block_->restart(block_->restart_before(offset)));
    return;
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
