// MemoryFile over one string. Sizes that an address space does not hold are a full quota.
#include "storage/memory_file.h"

#include <algorithm>
#include <cstring>

namespace flowdb {
namespace {

// Below what 32 bits address, so that the sizes below never wrap and a wild offset is an error, not
// an abort.
constexpr uint64_t kSizeMax = uint64_t{1} << (sizeof(size_t) == 4 ? 30 : 40);

Status full() { return Status::quota_exceeded("a file in memory would become too large"); }

}  // namespace

Result<size_t> MemoryFile::read_at(uint64_t offset, char* buffer, size_t length) {
  if (offset >= bytes_->size()) return size_t{0};
  const size_t from = static_cast<size_t>(offset);
  const size_t n = std::min(length, bytes_->size() - from);
  std::memcpy(buffer, bytes_->data() + from, n);
  return n;
}

Status MemoryFile::write_at(uint64_t offset, std::string_view bytes) {
  if (offset > kSizeMax || bytes.size() > kSizeMax - offset) return full();
  if (bytes.empty()) return Status::ok();
  const size_t from = static_cast<size_t>(offset);
  if (bytes_->size() < from + bytes.size()) bytes_->resize(from + bytes.size());
  std::memcpy(bytes_->data() + from, bytes.data(), bytes.size());
  return Status::ok();
}

Status MemoryFile::truncate(uint64_t size) {
  if (size > kSizeMax) return full();
  bytes_->resize(static_cast<size_t>(size));
  return Status::ok();
}

}  // namespace flowdb
