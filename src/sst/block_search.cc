// Made by one walk over the block.
#include "sst/block_search.h"

#include <algorithm>

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

}  // namespace

size_t BlockSearch::memory_bytes_max(uint32_t restart_count) {
  if (restart_count == 0) return 0;
  return sizeof(BlockSearch) + size_t{restart_count} * kRestartInterval * sizeof(Slot);
}

std::unique_ptr<const BlockSearch> BlockSearch::make(const Block& block, BlockKind kind) {
  auto search = std::make_unique<BlockSearch>();
  BlockCursor cursor(block, kind);
  // Keys ascend, so that the first and the last have in common what all have.
  cursor.seek_to_last();
  if (!cursor.valid()) return nullptr;
  const std::string_view last = cursor.record().key;
  BlockCursor first(block, kind);
  first.seek_to_first();
  if (!first.valid()) return nullptr;
  // A first key stands in full behind its lengths, just before its value.
  std::string_view common = first.record().key;
  const size_t most = std::min(common.size(), last.size());
  size_t shared = 0;
  while (shared < most && common[shared] == last[shared]) ++shared;
  search->common_ = first.stored_key_rest().substr(0, shared);
  search->entries_bytes_ = block.entries().size();
  const size_t count_max = size_t{block.restart_count()} * kRestartInterval;
  search->slots_.reserve(count_max);
  for (; first.valid(); first.next()) {
    if (search->slots_.size() == count_max) return nullptr;
    const uint64_t number = number_of(first.record().key, shared);
    search->slots_.push_back({static_cast<uint32_t>(number), static_cast<uint32_t>(number >> 32),
                              static_cast<uint32_t>(first.entry_offset())});
  }
  if (first.error() != EntryError::none) return nullptr;
  return search;
}

size_t BlockSearch::find(std::string_view key, KeyBuffer& begun) const {
  const size_t common = common_.size();
  if (const int order = compare_bytes(key.substr(0, common), common_); order > 0) {
    return entries_bytes_;
  } else if (order < 0) {
    begun.clear();
    return 0;
  }
  const uint64_t wanted = number_of(key, common);
  // The first slot whose number is not below the wanted one, without a branch to be guessed wrong.
  const Slot* at = slots_.data();
  for (size_t left = slots_.size(); left > 0;) {
    const size_t half = (left + 1) / 2;
    at = at[half - 1].number() < wanted ? at + half : at;
    left -= half;
  }
  if (at == slots_.data() + slots_.size()) return entries_bytes_;
  char number[8];
  store_be64(number, at->number());
  begun.assign(common_);
  begun.replace_tail(common, {number, sizeof number});
  return at->offset;
}

}  // namespace flowdb
