// Hands the walk from table to table.
#include "engine/level_cursor.h"

#include <cassert>

namespace flowdb {

bool LevelCursor::open_table(size_t index, size_t walked) {
  current_ = nullptr;
  status_ = Status::ok();
  if (index >= end_) return false;
  if (announces_) {
    cursor_.reset();
    index_ = index;
    announced_.key = files_[index]->meta().smallest_key;
    announced_.ts = INT64_MAX;
    announced_.sequence = UINT64_MAX;
    current_ = &announced_;
    return false;
  }
  if (cursor_ && index == index_) {
    cursor_->set_walked(walked);
    return true;
  }
  cursor_.reset();
  index_ = index;
  assigned_ = files_[index]->meta().assigned_sequence;
  Result<std::shared_ptr<const Table>> table = files_[index]->table();
  if (!table.is_ok()) {
    status_ = table.status();
    return false;
  }
  cursor_.emplace(std::move(table).value(), cache_, times_, walked);
  return true;
}

void LevelCursor::show() {
  current_ = &cursor_->record();
  if (assigned_ == 0) return;
  assigned_record_ = *current_;
  assigned_record_.sequence = assigned_;
  current_ = &assigned_record_;
}

void LevelCursor::settle_forward() {
  while (!cursor_->valid()) {
    current_ = nullptr;
    status_ = cursor_->status();
    if (!status_.is_ok() || !open_table(index_ + 1, cursor_->walked())) return;
    cursor_->seek_to_first();
  }
  show();
}

void LevelCursor::settle_backward() {
  while (!cursor_->valid()) {
    current_ = nullptr;
    status_ = cursor_->status();
    if (!status_.is_ok() || index_ == begin_ || !open_table(index_ - 1, cursor_->walked())) return;
    cursor_->seek_to_last();
  }
  show();
}

void LevelCursor::seek_to_first() {
  if (!open_table(begin_)) return;
  cursor_->seek_to_first();
  settle_forward();
}

void LevelCursor::seek_to_last() {
  if (begin_ == end_ || !open_table(end_ - 1)) return;
  cursor_->seek_to_last();
  settle_backward();
}

void LevelCursor::seek(const Record& place) {
  if (!open_table(find_table(files_, begin_, end_, place.key))) return;
  cursor_->seek(place);
  settle_forward();
}

void LevelCursor::next() {
  assert(valid());
  cursor_->next();
  if (!cursor_->valid() || assigned_ != 0) settle_forward();
}

void LevelCursor::skip_to(const Record& place) {
  assert(valid() && !is_announcing());
  if (!announces_) return seek(place);
  cursor_->seek(place);
  settle_forward();
}

void LevelCursor::enter_table() {
  assert(is_announcing());
  announces_ = false;
  const bool opened = open_table(index_);
  announces_ = true;
  if (!opened) return;
  cursor_->seek_to_first();
  settle_forward();
}

void LevelCursor::skip_table() {
  assert(is_announcing());
  open_table(index_ + 1);
}

void LevelCursor::prev() {
  assert(valid());
  cursor_->prev();
  if (!cursor_->valid() || assigned_ != 0) settle_backward();
}

}  // namespace flowdb
