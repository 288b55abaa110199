// Encoding and decoding of the log's file header.
#include "wal/log_header.h"

#include <algorithm>
#include <cstring>

#include "util/coding.h"
#include "util/crc32c.h"

namespace flowdb {

namespace field = log_header_field;

std::string encode_log_header(const DatabaseId& id) {
  std::string header(kLogHeaderBytes, '\0');
  std::memcpy(header.data(), kLogMagic.data(), kLogMagic.size());
  store_le<uint32_t>(header.data() + field::kVersion, kLogVersion);
  std::memcpy(header.data() + field::kDatabaseId, id.data(), id.size());
  store_le<uint32_t>(header.data() + field::kCrc,
                     crc32c(std::string_view(header).substr(0, field::kCrc)));
  return header;
}

Result<LogHeaderState> read_log_header(File& file, uint64_t file_bytes, DatabaseId& id) {
  char header[field::kCrc + 4];
  const size_t length = static_cast<size_t>(std::min<uint64_t>(file_bytes, sizeof header));
  FLOWDB_RETURN_IF_ERROR(read_exactly(file, 0, header, length));
  const std::string_view bytes(header, length);
  if (bytes.find_first_not_of('\0') == std::string_view::npos) return LogHeaderState::torn;
  const std::string_view magic = bytes.substr(0, kLogMagic.size());
  if (magic != kLogMagic.substr(0, magic.size())) return LogHeaderState::damaged;
  if (file_bytes < kLogHeaderBytes) return LogHeaderState::torn;
  const auto unsupported = [&](std::string what, uint32_t value) {
    return Status::unsupported(std::string(file.name()) + ": log " + what + std::to_string(value));
  };
  const uint32_t version = load_le<uint32_t>(header + field::kVersion);
  if (version != kLogVersion) return unsupported("version ", version);
  if (load_le<uint32_t>(header + field::kCrc) != crc32c(bytes.substr(0, field::kCrc))) {
    return LogHeaderState::damaged;
  }
  const uint32_t bits = load_le<uint32_t>(header + field::kIncompatible);
  if (bits != 0) return unsupported("feature bits ", bits);
  std::memcpy(id.data(), header + field::kDatabaseId, id.size());
  return LogHeaderState::whole;
}

}  // namespace flowdb
