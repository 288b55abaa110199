// KeyBuffer: the key of a walk's current record, of which each step keeps the beginning. It does
// not move, and takes memory from the heap only for long keys.
#pragma once

#include <cstddef>
#include <memory>
#include <string_view>

#include "util/bytes.h"

namespace flowdb {

class KeyBuffer {
 public:
  KeyBuffer() = default;
  KeyBuffer(const KeyBuffer&) = delete;
  KeyBuffer& operator=(const KeyBuffer&) = delete;

  // Valid until the next change.
  std::string_view view() const { return {bytes_, size_}; }
  size_t size() const { return size_; }

  void clear() { size_ = 0; }
  void assign(std::string_view key) { replace_tail(0, key); }
  // Keeps the first `shared` bytes, and appends `rest`, which may not lie in this buffer. REQUIRES:
  // shared <= size().
  void replace_tail(size_t shared, std::string_view rest) {
    if (rest.size() > capacity_ - shared) grow(shared, rest.size());
    copy_bytes(bytes_ + shared, rest);
    size_ = shared + rest.size();
  }

  // The same, for a `rest` that is short most of the time and stands where eight bytes can be read.
  void replace_padded_tail(size_t shared, std::string_view rest) {
    if (rest.size() > 8 || capacity_ - shared < 8) return replace_tail(shared, rest);
    store_le(bytes_ + shared, load_le<uint64_t>(rest.data()));
    size_ = shared + rest.size();
  }

  // The same for any `rest` that the buffer has room for, without a call. False, with nothing done,
  // when it has not.
  bool replace_padded_tail_in_place(size_t shared, std::string_view rest) {
    if (rest.size() + 8 > capacity_ - shared) return false;
    char* const tail = bytes_ + shared;
    size_t i = 0;
    do {
      store_le(tail + i, load_le<uint64_t>(rest.data() + i));
      i += 8;
    } while (i < rest.size());
    size_ = shared + rest.size();
    return true;
  }

 private:
  void grow(size_t shared, size_t more) {
    const size_t capacity = (shared + more) * 2;
    std::unique_ptr<char[]> bytes(new char[capacity]);
    std::memcpy(bytes.get(), bytes_, shared);
    heap_ = std::move(bytes);
    bytes_ = heap_.get();
    capacity_ = capacity;
  }

  static constexpr size_t kInlineBytes = 64;

  char* bytes_ = inline_;
  size_t size_ = 0;
  size_t capacity_ = kInlineBytes;
  std::unique_ptr<char[]> heap_;
  char inline_[kInlineBytes];
};

}  // namespace flowdb
