// A map from where a list begins to hold.
#include "util/range_removes.h"

#include <algorithm>

namespace flowdb {
namespace {

// What a list takes besides its key.
constexpr size_t kListBytes = 112;

void insert(std::vector<uint64_t>& list, uint64_t sequence, uint64_t newest_pin) {
  const auto at = std::lower_bound(list.begin(), list.end(), sequence);
  if (at != list.end() && *at == sequence) return;
  const bool hides_last = at == list.end() && !list.empty() && newest_pin < list.back();
  if (hides_last) {
    list.back() = sequence;
  } else {
    list.insert(at, sequence);
  }
}

}  // namespace

RangeRemoves::Lists::iterator RangeRemoves::split(std::string_view key) {
  const auto at = lists_.lower_bound(key);
  if (at != lists_.end() && at->first == key) return at;
  bytes_ += key.size() + kListBytes;
  std::vector<uint64_t> list;
  if (at != lists_.begin()) list = std::prev(at)->second;
  return lists_.emplace_hint(at, key, std::move(list));
}

void RangeRemoves::add(std::string_view begin, std::string_view end, uint64_t sequence,
                       uint64_t newest_pin) {
  if (begin >= end) return;
  const auto behind = split(end);
  const auto first = split(begin);
  for (auto at = first; at != behind; ++at) insert(at->second, sequence, newest_pin);
  // Neighbours that have become equal are one.
  for (auto at = first;;) {
    const bool is_last = at == behind;
    const auto here = at++;
    const bool is_same =
        here == lists_.begin() ? here->second.empty() : std::prev(here)->second == here->second;
    if (is_same) {
      bytes_ -= here->first.size() + kListBytes;
      lists_.erase(here);
    }
    if (is_last) return;
  }
}

const std::vector<uint64_t>* RangeRemoves::at(std::string_view key) const {
  const auto behind = lists_.upper_bound(key);
  return behind == lists_.begin() ? nullptr : &std::prev(behind)->second;
}

bool RangeRemoves::removes(std::string_view key, uint64_t sequence, uint64_t snapshot) const {
  const std::vector<uint64_t>* const list = at(key);
  if (list == nullptr) return false;
  const auto newer = std::upper_bound(list->begin(), list->end(), sequence);
  return newer != list->end() && *newer <= snapshot;
}

RangeRemoves RangeRemoves::cut(std::string_view limit) {
  RangeRemoves before;
  if (lists_.empty() || limit <= lists_.begin()->first) return before;
  if (limit >= lists_.rbegin()->first) {
    std::swap(before, *this);
    return before;
  }
  const auto at = split(limit);
  before.lists_.insert(lists_.begin(), at);
  before.lists_.emplace(limit, std::vector<uint64_t>());
  lists_.erase(lists_.begin(), at);
  if (at->second.empty()) lists_.erase(at);
  return before;
}

}  // namespace flowdb
