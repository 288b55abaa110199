// Arena: memory that is handed out piece by piece and given back all at once. One malloc serves
// hundreds of records, which matters most in WebAssembly, where malloc is four times slower than
// natively.
#pragma once

#include <cstddef>
#include <memory>
#include <vector>

namespace flowdb {

class Arena {
 public:
  // Returns `bytes` bytes, aligned for any scalar. They hold as long as the arena.
  char* allocate(size_t bytes);
  // Bytes taken from the heap.
  size_t memory_bytes() const { return memory_bytes_; }

 private:
  char* allocate_block(size_t bytes);

  char* free_ = nullptr;
  size_t free_bytes_ = 0;
  size_t next_block_bytes_ = kFirstBlockBytes;
  size_t memory_bytes_ = 0;
  std::vector<std::unique_ptr<char[]>> blocks_;

  // A small transaction's overlay shall cost little; a memtable soon takes large blocks.
  static constexpr size_t kFirstBlockBytes = 2 << 10;
  static constexpr size_t kLargestBlockBytes = 256 << 10;
  static constexpr size_t kAlignment = 8;
};

}  // namespace flowdb
