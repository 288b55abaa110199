// BlockSearch: a block's keys as a sorted array of numbers, so that a search decodes one entry
// instead of a dozen. A key's number is the eight bytes behind what all keys of the block have in
// common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>

#include "sst/block.h"
#include "util/key_buffer.h"

namespace flowdb {

class BlockSearch {
 public:
  // Null when an entry is malformed, or when there are more than a block of ours has. REQUIRES: the
  // block is parsed.
  static std::unique_ptr<const BlockSearch> make(const Block& block, BlockKind kind);
  // The most that the search of such a block takes.
  static size_t memory_bytes_max(const Block& block);
  static void operator delete(void* p) { ::operator delete(p); }

  // The offset of an entry before which all keys are smaller than `key`: the first that is not, or
  // one of a few before it. The size of all entries when there is none. `begun` becomes the
  // beginning of that entry's key, up to the eight bytes that are known of it.
  size_t find(std::string_view key, KeyBuffer& begun) const;
  // The same for who wants `key` itself and nothing else: the size of all entries when it is not
  // there. Touches less memory. REQUIRES: made for a data block.
  size_t find_equal(std::string_view key, KeyBuffer& begun) const;

 private:
  // A key's number, low half first, and the entry's offset. Twelve bytes, so that a search touches
  // few lines of the processor's cache.
  struct Slot {
    uint32_t low;
    uint32_t high;
    uint32_t offset;
    uint64_t number() const { return load_le<uint64_t>(reinterpret_cast<const char*>(this)); }
  };
  static_assert(sizeof(Slot) == 12);

  // Behind this object, in the same piece of memory: the tags (a byte of each number's hash, filled
  // up to whole words; none in an index), the slots, and what the keys have in common.
  BlockSearch(uint32_t tag_words, uint32_t common_bytes)
      : tag_words_(tag_words), common_bytes_(common_bytes) {}
  char* tags() const { return reinterpret_cast<char*>(const_cast<BlockSearch*>(this) + 1); }
  Slot* slots() const { return reinterpret_cast<Slot*>(tags() + size_t{tag_words_} * 8); }
  char* common() const { return reinterpret_cast<char*>(slots() + count_); }
  // Sets `begun`, and returns the entry's offset.
  size_t begin_at(const Slot& slot, KeyBuffer& begun) const;
  int compare_common(std::string_view key) const {
    return compare_bytes(key.substr(0, common_bytes_), {common(), common_bytes_});
  }

  uint32_t tag_words_;
  uint32_t common_bytes_;
  uint32_t count_ = 0;
  uint32_t entries_bytes_ = 0;
};

}  // namespace flowdb
