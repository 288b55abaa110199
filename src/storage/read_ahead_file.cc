// A window is dropped before the file is changed there: after a failed write nobody knows what it
// has left behind.
#include "storage/read_ahead_file.h"

#include <cstring>
#include <new>

namespace flowdb {

// What no window has is read by itself: pieces across two of them, at the end of the file, or out
// of a window that can't be read, where the error shall be about what was asked for.
Result<size_t> ReadAheadFile::read_at(uint64_t offset, char* buffer, size_t length) {
  const size_t start = static_cast<size_t>(offset % kWindowBytes);
  if (length <= kPieceBytesMax && start + length <= kWindowBytes) {
    const Window* const window = read_window(offset / kWindowBytes);
    if (window != nullptr && start + length <= window->length) {
      std::memcpy(buffer, window->bytes.get() + start, length);
      return length;
    }
  }
  return file_->read_at(offset, buffer, length);
}

Status ReadAheadFile::write_at(uint64_t offset, std::string_view bytes) {
  for (Window& window : windows_) {
    const uint64_t at = window.number * kWindowBytes;
    const bool is_behind = at >= offset && at - offset >= bytes.size();
    if (offset < at + kWindowBytes && !is_behind) window.length = 0;
  }
  return file_->write_at(offset, bytes);
}

Status ReadAheadFile::truncate(uint64_t size) {
  for (Window& window : windows_) window.length = 0;
  return file_->truncate(size);
}

const ReadAheadFile::Window* ReadAheadFile::read_window(uint64_t number) {
  Window& window = windows_[number % kWindows];
  if (window.length > 0 && window.number == number) return &window;
  if (window.bytes == nullptr) window.bytes.reset(new (std::nothrow) char[kWindowBytes]);
  if (window.bytes == nullptr) return nullptr;
  window.length = 0;
  window.number = number;
  const auto read = file_->read_at(number * kWindowBytes, window.bytes.get(), kWindowBytes);
  if (!read.is_ok()) return nullptr;
  window.length = read.value();
  return &window;
}

}  // namespace flowdb
