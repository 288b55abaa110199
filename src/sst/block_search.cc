// Made by one walk over the block.
#include "sst/block_search.h"

#include <algorithm>
#include <new>
#include <string>
#include <vector>

#include "sst/block_cursor.h"
#include "sst/table_format.h"

namespace flowdb {
namespace {

// The bytes from `from` on as a big-endian number, filled up with zeros.
uint64_t number_of(std::string_view key, size_t from) {
  if (key.size() >= from + 8) return load_be64(key.data() + from);
  uint64_t number = 0;
  for (size_t i = from; i < from + 8; ++i) {
    number = (number << 8) | (i < key.size() ? static_cast<uint8_t>(key[i]) : 0);
  }
  return number;
}

// A byte of a number's hash in each byte of a word.
constexpr uint64_t kEachByte = 0x0101010101010101;
uint64_t tag_of(uint64_t number) { return (number * 0x9e3779b97f4a7c15) >> 56; }

}  // namespace

size_t BlockSearch::memory_bytes_max(const Block& block) {
  if (!block.is_parsed()) return 0;
  // A tag and a slot an entry. What keys have in common is short beside that.
  return sizeof(BlockSearch) +
         size_t{block.restart_count()} * kRestartInterval * (sizeof(Slot) + 1);
}

std::unique_ptr<const BlockSearch> BlockSearch::make(const Block& block, BlockKind kind) {
  BlockCursor cursor(block, kind);
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
  for (; cursor.valid(); cursor.next()) {
    if (slots.size() == count_max) return nullptr;
    const uint64_t number = number_of(cursor.record().key, common);
    slots.push_back({static_cast<uint32_t>(number), static_cast<uint32_t>(number >> 32),
                     static_cast<uint32_t>(cursor.entry_offset())});
  }
  if (cursor.error() != EntryError::none) return nullptr;
  // (3) All of it in one piece.
  const size_t tag_words = kind == BlockKind::data ? (slots.size() + 7) / 8 : 0;
  void* const memory =
      ::operator new(sizeof(BlockSearch) + tag_words * 8 + slots.size() * sizeof(Slot) + common);
  std::unique_ptr<BlockSearch> search(
      new (memory) BlockSearch(static_cast<uint32_t>(tag_words), static_cast<uint32_t>(common)));
  search->count_ = static_cast<uint32_t>(slots.size());
  search->entries_bytes_ = static_cast<uint32_t>(block.entries().size());
  std::memcpy(search->slots(), slots.data(), slots.size() * sizeof(Slot));
  copy_bytes(search->common(), std::string_view(first).substr(0, common));
  std::memset(search->tags(), 0, tag_words * 8);
  for (size_t i = 0; i < slots.size() && tag_words > 0; ++i) {
    search->tags()[i] = static_cast<char>(tag_of(slots[i].number()));
  }
  return search;
}

size_t BlockSearch::begin_at(const Slot& slot, KeyBuffer& begun) const {
  char number[8];
  store_be64(number, slot.number());
  begun.assign({common(), common_bytes_});
  begun.replace_tail(common_bytes_, {number, sizeof number});
  return slot.offset;
}

size_t BlockSearch::find(std::string_view key, KeyBuffer& begun) const {
  if (const int order = compare_common(key); order > 0) {
    return entries_bytes_;
  } else if (order < 0) {
    begun.clear();
    return 0;
  }
  const uint64_t wanted = number_of(key, common_bytes_);
  // The first slot whose number is not below the wanted one, without a branch to be guessed wrong.
  const Slot* at = slots();
  for (size_t left = count_; left > 0;) {
    const size_t half = (left + 1) / 2;
    at += half & (size_t{0} - static_cast<size_t>(at[half - 1].number() < wanted));
    left -= half;
  }
  return at == slots() + count_ ? entries_bytes_ : begin_at(*at, begun);
}

size_t BlockSearch::find_equal(std::string_view key, KeyBuffer& begun) const {
  if (compare_common(key) != 0) return entries_bytes_;
  const uint64_t wanted = number_of(key, common_bytes_);
  const uint64_t tag = tag_of(wanted) * kEachByte;
  for (size_t word = 0; word < tag_words_; ++word) {
    const uint64_t differing = load_le<uint64_t>(tags() + word * 8) ^ tag;
    // The high bit of each byte that is zero, and of some above one that is, which do no harm.
    uint64_t equal = (differing - kEachByte) & ~differing & (kEachByte << 7);
    for (; equal != 0; equal &= equal - 1) {
      const size_t i = word * 8 + static_cast<size_t>(__builtin_ctzll(equal)) / 8;
      if (i < count_ && slots()[i].number() == wanted) return begin_at(slots()[i], begun);
    }
  }
  return entries_bytes_;
}

}  // namespace flowdb
