// Iterator: a lazy walk over records in key order, in both directions.
#pragma once

#include <cassert>
#include <cstdint>
#include <string_view>

#include "sst/block_cursor.h"
#include "util/record.h"
#include "util/status.h"

namespace flowdb {

// What an engine iterator yields: visible records only, newest version first among those of one key
// (ts descending). Positions are invalid after construction until a seek.
class Iterator {
 public:
  virtual ~Iterator() = default;
  Iterator(const Iterator&) = delete;
  Iterator& operator=(const Iterator&) = delete;

  bool valid() const { return at_ != nullptr; }
  // To the first / last record within the bounds.
  virtual void seek_to_first() = 0;
  virtual void seek_to_last() = 0;
  // To the first record with a key >= target / the last with a key <= target.
  virtual void seek(std::string_view target) = 0;
  virtual void seek_for_prev(std::string_view target) = 0;
  // REQUIRES: valid().
  void next() {
    assert(valid());
    if (free_run_ == nullptr || !free_run_->next_in_run_quickly()) next_anywhere();
  }
  void prev() {
    assert(valid());
    if (free_run_back_ == nullptr || !free_run_back_->prev_in_run_quickly()) prev_anywhere();
  }

  // REQUIRES: valid(). The views are valid until the iterator moves.
  std::string_view key() const { return at_->key; }
  std::string_view value() const { return at_->value; }
  int64_t ts() const { return at_->ts; }
  int64_t expire_at() const { return at_->expire_at; }

  // Not ok once a block could not be read (corruption, io_error); valid() is then false.
  virtual Status status() const = 0;

 protected:
  Iterator() = default;
  // next() and prev() where it takes more than a step in a run.
  virtual void next_anywhere() = 0;
  virtual void prev_anywhere() = 0;

  // The record that the iterator stands at, or null: kept here after each move, so that looking at
  // it costs no virtual call. Its sequence and kind do not count.
  const Record* at_ = nullptr;
  // Null, or a run that next(), or prev(), may follow without looking at anything else. at_ is its
  // record.
  BlockCursor* free_run_ = nullptr;
  BlockCursor* free_run_back_ = nullptr;
};

}  // namespace flowdb
