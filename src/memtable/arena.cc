// Hands out pieces of blocks that double in size; what is large gets a block of its own.
#include "memtable/arena.h"

#include <algorithm>

namespace flowdb {

char* Arena::allocate(size_t bytes) {
  bytes = (bytes + kAlignment - 1) / kAlignment * kAlignment;
  if (bytes > free_bytes_) {
    if (bytes > next_block_bytes_ / 4) return allocate_block(bytes);
    free_ = allocate_block(next_block_bytes_);
    free_bytes_ = next_block_bytes_;
    next_block_bytes_ = std::min(next_block_bytes_ * 2, kLargestBlockBytes);
  }
  char* const piece = free_;
  free_ += bytes;
  free_bytes_ -= bytes;
  return piece;
}

char* Arena::allocate_block(size_t bytes) {
  // Not make_unique: that would fill the block with zeros first.
  blocks_.emplace_back(new char[bytes]);
  memory_bytes_ += bytes;
  return blocks_.back().get();
}

}  // namespace flowdb
