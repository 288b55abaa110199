// ByteBuffer: bytes on the heap that somebody is about to write. A std::string would fill them with
// zeros first, which for a block that is read takes longer than its checksum.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

namespace flowdb {

class ByteBuffer {
 public:
  ByteBuffer() = default;
  explicit ByteBuffer(size_t size) : bytes_(new char[size]), size_(size), capacity_(size) {}

  char* data() { return bytes_.get(); }
  std::string_view view() const { return {bytes_.get(), size_}; }
  // The memory that it takes.
  size_t capacity() const { return capacity_; }
  // REQUIRES: size is not above the one that it has.
  void shrink(size_t size) { size_ = size; }

 private:
  std::unique_ptr<char[]> bytes_;
  size_t size_ = 0;
  size_t capacity_ = 0;
};

}  // namespace flowdb
