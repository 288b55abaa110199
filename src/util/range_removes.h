// RangeRemoves: which key ranges were removed, and by which commits: range tombstones, cut at each
// other's bounds so that a key meets one list.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace flowdb {

class RangeRemoves {
 public:
  // What is in [begin, end) and older than `sequence` is removed. An older removal that makes no
  // difference to a snapshot up to `newest_pin` is forgotten. REQUIRES: `sequence` > 0.
  void add(std::string_view begin, std::string_view end, uint64_t sequence,
           uint64_t newest_pin = UINT64_MAX);

  bool empty() const { return lists_.empty(); }
  // Ascending sequence numbers of the removals of `key`; null: there are none. Valid until the next
  // change.
  const std::vector<uint64_t>* at(std::string_view key) const;
  // Whether a reader that sees everything up to `snapshot` finds a record of `key` removed.
  bool removes(std::string_view key, uint64_t sequence, uint64_t snapshot) const;

  // Takes out, and returns, what lies before `limit`.
  RangeRemoves cut(std::string_view limit);

  // Calls use(begin, end, sequences) for each range, ascending.
  template <typename Use>
  void each(Use use) const {
    for (auto at = lists_.begin(); at != lists_.end();) {
      const auto range = at++;
      if (!range->second.empty()) use(range->first, at->first, range->second);
    }
  }
  // Of the memory that is used, in bytes, about.
  size_t memory_bytes() const { return bytes_; }

 private:
  using Lists = std::map<std::string, std::vector<uint64_t>, std::less<>>;
  // The list that begins at `key`, made if there is none.
  Lists::iterator split(std::string_view key);

  // A list holds from its key to the next one's; the last one is empty.
  Lists lists_;
  size_t bytes_ = 0;
};

}  // namespace flowdb
