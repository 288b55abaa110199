// BlockSearch: a block's keys as a sorted array of numbers, so that a search decodes one entry
// instead of a dozen. A key's number is the eight bytes behind what all keys of the block have in
// common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "sst/block.h"
#include "util/key_buffer.h"

namespace flowdb {

class BlockSearch {
 public:
  // Null when an entry is malformed, or when there are more than a block of ours has. The block
  // must outlive the result. REQUIRES: the block is parsed.
  static std::unique_ptr<const BlockSearch> make(const Block& block, BlockKind kind);
  // The most that the search of a block with so many restarts takes.
  static size_t memory_bytes_max(uint32_t restart_count);

  // The offset of an entry before which all keys are smaller than `key`: the first that is not, or
  // one of a few before it. The size of all entries when there is none. `begun` becomes the
  // beginning of that entry's key, up to the eight bytes that are known of it.
  size_t find(std::string_view key, KeyBuffer& begun) const;

 private:
  // Its number, low half first, and the entry's offset. Twelve bytes, so that a search touches few
  // lines of the processor's cache.
  struct Slot {
    uint32_t low;
    uint32_t high;
    uint32_t offset;
    uint64_t number() const { return load_le<uint64_t>(reinterpret_cast<const char*>(this)); }
  };
  static_assert(sizeof(Slot) == 12);

  std::string_view common_;  // in the block's first entry
  size_t entries_bytes_ = 0;
  std::vector<Slot> slots_;
};

}  // namespace flowdb
