// The log's file header: which database the log belongs to.
#pragma once

#include <string>

#include "storage/file.h"
#include "wal/log_format.h"

namespace flowdb {

enum class LogHeaderState {
  whole,
  torn,     // missing, or what a creation that was cut off leaves: a part of it, or zeros
  damaged,  // anything else
};

// The header, kLogHeaderBytes long.
std::string encode_log_header(const DatabaseId& id);

// Reads the header; `id` is set when it is whole. Errors: unsupported, io_error.
Result<LogHeaderState> read_log_header(File& file, uint64_t file_bytes, DatabaseId& id);

}  // namespace flowdb
