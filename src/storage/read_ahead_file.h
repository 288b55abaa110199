// ReadAheadFile: reads more of a file than is asked for and keeps it for a while. To read a block
// through a synchronous access handle takes Firefox 30 us, and 64 KiB no longer; Chromium 1.4
// and 4. And who has read one block mostly reads its neighbours soon.
#pragma once

#include <array>
#include <memory>

#include "storage/file.h"

namespace flowdb {

// REQUIRES: while it lives, nobody writes to the file but through it.
class ReadAheadFile final : public File {
 public:
  static constexpr size_t kWindowBytes = 64 << 10;
  // Of so many windows, each with a place of its own: 2 MiB when all have been read.
  static constexpr size_t kWindows = 32;
  // Reads of more than this gain nothing from it.
  static constexpr size_t kPieceBytesMax = 16 << 10;

  explicit ReadAheadFile(std::unique_ptr<File> file) : file_(std::move(file)) {}

  Result<size_t> read_at(uint64_t offset, char* buffer, size_t length) override;
  Status write_at(uint64_t offset, std::string_view bytes) override;
  Status truncate(uint64_t size) override;
  Status sync() override { return file_->sync(); }
  Result<uint64_t> size() override { return file_->size(); }
  std::string_view name() const override { return file_->name(); }

 private:
  // Bytes from number * kWindowBytes on: fewer than kWindowBytes where the file ends.
  struct Window {
    uint64_t number = 0;
    size_t length = 0;  // 0: nothing is known
    std::unique_ptr<char[]> bytes;
  };

  // Result: null when it can't be read, or there is no memory.
  const Window* read_window(uint64_t number);

  const std::unique_ptr<File> file_;
  std::array<Window, kWindows> windows_;
};

}  // namespace flowdb
