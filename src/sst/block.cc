// A block's frame: where its entries end, and where walks may start.
#include "sst/block.h"

#include "sst/block_search.h"
#include "sst/table_format.h"

namespace flowdb {

Block::Block(ByteBuffer payload, BlockKind kind) : payload_(std::move(payload)), kind_(kind) {}
Block::~Block() = default;

bool Block::parse() {
  if (payload().size() < sizeof(uint32_t)) return false;
  const size_t count_at = payload().size() - sizeof(uint32_t);
  const uint32_t count = load_le<uint32_t>(payload().data() + count_at);
  if (count == 0 || count > count_at / sizeof(uint32_t)) return false;
  if (payload().size() > UINT32_MAX) return false;
  entries_bytes_ = static_cast<uint32_t>(count_at - count * sizeof(uint32_t));
  uint64_t least = 0;
  for (uint32_t i = 0; i < count; ++i) {
    const uint32_t at = restart(i);
    if ((i == 0 && at != 0) || at < least || at >= entries_bytes_) return false;
    least = uint64_t{at} + 1;
  }
  restart_count_ = count;
  return true;
}

uint32_t Block::restart_before(size_t offset) const {
  uint32_t low = 0;
  uint32_t high = restart_count_ - 1;
  while (low < high) {
    const uint32_t middle = low + (high - low + 1) / 2;
    if (restart(middle) <= offset) {
      low = middle;
    } else {
      high = middle - 1;
    }
  }
  return low;
}

const BlockSearch* Block::prepare_search() const {
  if (kind_ == BlockKind::data && !std::exchange(was_searched_, true)) return nullptr;
  wants_search_ = false;
  search_ = BlockSearch::make(*this);
  return search_.get();
}

size_t Block::memory_bytes() const {
  return sizeof(Block) + payload_.capacity() + BlockSearch::memory_bytes_max(*this);
}

}  // namespace flowdb
