// BlockSearch: a block's keys as a sorted array of numbers, so that a search decodes one entry
// instead of a dozen. A key's number is the eight bytes behind what all keys of the block have in
// common.
#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <new>
#include <string_view>

#include "sst/block.h"
#include "util/key_buffer.h"
#include "util/record.h"

namespace flowdb {

struct BlockEntry;

class BlockSearch {
 public:
  // Null when an entry is malformed, or when there are more than a block of ours has. REQUIRES: the
  // block is parsed.
  static std::unique_ptr<const BlockSearch> make(const Block& block);
  // The most that the search of that block takes.
  static size_t memory_bytes_max(const Block& block);
  ~BlockSearch();
  static void operator delete(void* p) { ::operator delete(p, kLine); }

  // The number of an entry before which all keys are smaller than `key`: the first that is not, or
  // one of a few before it. The count of entries when there is none.
  uint32_t find(std::string_view key) const;
  uint32_t count() const { return count_; }
  // Whether all are puts that never expire, each the only one of its key.
  bool is_plain() const { return is_plain_; }
  // The largest of all sequence numbers. REQUIRES: is_plain().
  uint64_t sequence_max() const { return sequence_max_; }
  size_t entry_offset(uint32_t entry) const { return slots()[entry].offset; }
  // What is known of that entry's key: its beginning, up to the eight bytes of its number.
  void begin_key(uint32_t entry, KeyBuffer& key) const;

  // Reads the first version of `key`, without a walk: all but its key into `record`. False when it
  // is not there, and when only a walk can tell. Touches little memory. REQUIRES: made for data.
  bool read_first(std::string_view key, Record& record) const;

  // The block of the cache that an entry of an index stands for, and its search; or null. Only
  // the cache changes `block` (BlockCache::link).
  struct Link {
    const Block* block;
    const BlockSearch* search;
  };
  Link& link(uint32_t entry) const { return links()[entry]; }
  // Begins to fetch what read_first() comes to read behind this object itself.
  void fetch() const { __builtin_prefetch(at(static_cast<size_t>(kLine))); }

 private:
  // Of the processor's cache. In most blocks the first one ends with what the keys have in common,
  // and the second one has all tags.
  static constexpr std::align_val_t kLine{64};
  // A key's number, low half first, and the entry's offset. Twelve bytes, so that a search touches
  // few lines of the processor's cache.
  struct Slot {
    uint32_t low;
    uint32_t high;
    uint32_t offset;
    uint64_t number() const { return load_le<uint64_t>(reinterpret_cast<const char*>(this)); }
  };
  static_assert(sizeof(Slot) == 12);

  // Behind this object, in the same piece of memory: what the keys have in common, filled up to
  // whole words; from a new line on an index's links, or the tags of data, a byte of each number's
  // hash, filled up, too; the slots.
  explicit BlockSearch(std::string_view entries) : entries_(entries) {}
  static size_t whole_lines(size_t bytes) {
    constexpr auto line = static_cast<size_t>(kLine);
    return (bytes + line - 1) / line * line;
  }
  char* at(size_t offset) const {
    return reinterpret_cast<char*>(const_cast<BlockSearch*>(this)) + offset;
  }
  char* common() const { return at(sizeof(BlockSearch)); }
  char* tags() const { return at(tags_at_); }
  Link* links() const { return reinterpret_cast<Link*>(tags()); }
  // All but the key of the record, of which `entry` says something.
  bool decode_slot(const Slot& slot, BlockEntry& entry, Record& record) const;
  Slot* slots() const { return reinterpret_cast<Slot*>(at(slots_at_)); }

  const std::string_view entries_;
  uint32_t count_ = 0;
  uint32_t common_bytes_ = 0;
  uint32_t tags_at_ = 0;
  uint32_t slots_at_ = 0;
  bool is_index_ = false;
  bool is_plain_ = false;
  uint64_t sequence_max_ = 0;
};

}  // namespace flowdb
