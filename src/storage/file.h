// File: the only way from this code to stored bytes. Implementations: POSIX (posix_file.h), memory
// (memory_file.h) and, in wasm/, a synchronous access handle of the Origin Private File System;
// ReadAheadFile (read_ahead_file.h) stands before another one. One shared test suite runs against
// all of them.
#pragma once

#include <cstdint>
#include <memory>
#include <string_view>

#include "util/status.h"

namespace flowdb {

class File {
 public:
  virtual ~File() = default;
  File(const File&) = delete;
  File& operator=(const File&) = delete;

  // Reads up to `length` bytes from `offset` (bytes from the start) into `buffer`.
  // Result: the number of bytes read; less than `length` only at the end of the file. Errors:
  // io_error.
  virtual Result<size_t> read_at(uint64_t offset, char* buffer, size_t length) = 0;

  // Writes all of `bytes` at `offset`, extending the file if needed; a gap reads as zeros.
  // Errors: quota_exceeded, io_error. After an error any part of the range may have been written.
  // Durability: survives the end of the process; survives a power failure only after sync().
  virtual Status write_at(uint64_t offset, std::string_view bytes) = 0;

  // Sets the size in bytes; new room reads as zeros. Errors: quota_exceeded, io_error.
  virtual Status truncate(uint64_t size) = 0;

  // Makes everything written so far durable. Errors: io_error. A failed sync must not be retried as
  // if a later success covered what the failed one should have.
  virtual Status sync() = 0;

  // The size in bytes. Errors: io_error.
  virtual Result<uint64_t> size() = 0;

  // The file's name in error messages ("flow.db"). Valid as long as the File.
  virtual std::string_view name() const = 0;

 protected:
  File() = default;
};

// Reads exactly `length` bytes; a shorter file is corruption that names file and offset.
Status read_exactly(File& file, uint64_t offset, char* buffer, size_t length);

}  // namespace flowdb
