// Made by one walk over the block.
#include "sst/block_search.h"

#include <algorithm>
#include <new>
#include <string>
#include <vector>

#include "sst/block_cache.h"
#include "sst/block_cursor.h"
#include "sst/block_entry.h"
#include "sst/equal_tags.h"
#include "sst/table_format.h"
#include "util/bytes.h"
#include "util/number_search.h"

namespace flowdb {
namespace {

// A byte of a number's hash; never 0, which stands behind the last one.
uint8_t tag_of(uint64_t number) {
  return static_cast<uint8_t>(std::max<uint64_t>((number * 0x9e3779b97f4a7c15) >> 56, 1));
}

size_t tag_bytes(size_t count) { return (count + kTagsAtOnce - 1) / kTagsAtOnce * kTagsAtOnce; }

}  // namespace

size_t BlockSearch::memory_bytes_max(const Block& block) {
  if (block.kind() == BlockKind::bytes) return 0;
  // A slot an entry, and a link or a tag. What keys have in common is short beside that.
  const size_t count = size_t{block.restart_count()} * kRestartInterval;
  return whole_lines(sizeof(BlockSearch)) + count * sizeof(Slot) +
         (block.kind() == BlockKind::index ? count * sizeof(Link) : tag_bytes(count));
}

std::unique_ptr<const BlockSearch> BlockSearch::make(const Block& block) {
  BlockCursor cursor(block);
  // (1) Keys ascend, so that the first and the last have in common what all have.
  cursor.seek_to_last();
  if (!cursor.valid()) return nullptr;
  const std::string last(cursor.record().key);
  cursor.seek_to_first();
  if (!cursor.valid()) return nullptr;
  const std::string first(cursor.record().key);
  const size_t common = static_cast<size_t>(
      std::mismatch(first.begin(), first.end(), last.begin(), last.end()).first - first.begin());
  // (2) The entries' numbers.
  std::vector<Slot> slots;
  const size_t count_max = size_t{block.restart_count()} * kRestartInterval;
  slots.reserve(count_max);
  bool is_plain = block.kind() == BlockKind::data;
  uint64_t sequence_max = 0;
  std::string before;
  for (; cursor.valid(); cursor.next()) {
    if (slots.size() == count_max) return nullptr;
    const uint64_t number = number_at(cursor.record().key, common);
    slots.push_back({static_cast<uint32_t>(number), static_cast<uint32_t>(number >> 32),
                     static_cast<uint32_t>(cursor.entry_offset())});
    const Record& record = cursor.record();
    is_plain = is_plain && record.kind == RecordKind::put && record.expire_at == kNeverExpires &&
               (slots.size() == 1 || compare_bytes(before, record.key) < 0);
    before.assign(record.key);
    sequence_max = std::max(sequence_max, record.sequence);
  }
  if (cursor.error() != EntryError::none) return nullptr;
  // (3) All of it in one piece.
  const bool is_index = block.kind() == BlockKind::index;
  const size_t tags_at = whole_lines(sizeof(BlockSearch) + common);
  const size_t slots_at =
      tags_at + (is_index ? slots.size() * sizeof(Link) : tag_bytes(slots.size()));
  void* const memory = ::operator new(slots_at + slots.size() * sizeof(Slot), kLine);
  std::memset(memory, 0, slots_at);
  std::unique_ptr<BlockSearch> search(new (memory) BlockSearch(block.entries()));
  search->count_ = static_cast<uint32_t>(slots.size());
  search->common_bytes_ = static_cast<uint32_t>(common);
  search->tags_at_ = static_cast<uint32_t>(tags_at);
  search->slots_at_ = static_cast<uint32_t>(slots_at);
  search->is_index_ = is_index;
  search->is_plain_ = is_plain;
  search->sequence_max_ = sequence_max;
  copy_bytes(search->common(), std::string_view(first).substr(0, common));
  std::memcpy(search->slots(), slots.data(), slots.size() * sizeof(Slot));
  for (size_t i = 0; i < slots.size() && !is_index; ++i) {
    search->tags()[i] = static_cast<char>(tag_of(slots[i].number()));
  }
  return search;
}

BlockSearch::~BlockSearch() {
  if (!is_index_) return;
  for (uint32_t i = 0; i < count_; ++i) BlockCache::unlink(link(i).block);
}

void BlockSearch::begin_key(uint32_t entry, KeyBuffer& key) const {
  char number[8];
  store_be64(number, slots()[entry].number());
  key.assign({common(), common_bytes_});
  key.replace_tail(common_bytes_, {number, sizeof number});
}

uint32_t BlockSearch::find(std::string_view key) const {
  if (!begins_with(key, common(), common_bytes_)) {
    return key > std::string_view(common(), common_bytes_) ? count_ : 0;
  }
  const uint64_t wanted = number_at(key, common_bytes_);
  const char* const numbers = reinterpret_cast<const char*>(slots());
  return static_cast<uint32_t>(first_not_below<sizeof(Slot)>(numbers, count_, wanted));
}

inline bool BlockSearch::decode_slot(const Slot& slot, BlockEntry& entry, Record& record) const {
  if (is_plain_) {
    const char* const p = entries_.data() + slot.offset;
    record.kind = RecordKind::put;
    record.expire_at = kNeverExpires;
    if (decode_plain_entry<PlainFields::ts_and_sequence>(p, entry, record)) return true;
  }
  const EntryError error = decode_entry(entries_, slot.offset, BlockKind::data, entry, record);
  return error == EntryError::none;
}

bool BlockSearch::read_first(std::string_view key, Record& record) const {
  if (!begins_with(key, common(), common_bytes_)) return false;
  const uint64_t wanted = number_at(key, common_bytes_);
  const uint8_t tag = tag_of(wanted);
  for (size_t begin = 0; begin < count_; begin += kTagsAtOnce) {
    uint64_t equal = equal_tags(tags() + begin, tag);
    for (; equal != 0; equal &= equal - 1) {
      const Slot& slot = slots()[begin + static_cast<size_t>(__builtin_ctzll(equal))];
      if (slot.number() != wanted) continue;
      BlockEntry entry;
      if (!decode_slot(slot, entry, record)) return false;
      const size_t known = common_bytes_ + sizeof wanted;
      return entry.shared <= known && entry.shared + entry.rest.size() == key.size() &&
             (key.size() <= known ||
              equal_bytes(key.substr(static_cast<size_t>(entry.shared)), entry.rest));
    }
  }
  return false;
}

}  // namespace flowdb
