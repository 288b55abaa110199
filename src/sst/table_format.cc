// The footer's bytes.
#include "sst/table_format.h"

#include <cassert>

#include "util/crc32c.h"

namespace flowdb {
namespace {

void store_handle(char* p, const BlockHandle& handle) {
  assert(handle.length <= UINT32_MAX);
  store_le<uint64_t>(p, handle.offset);
  store_le<uint32_t>(p + 8, static_cast<uint32_t>(handle.length));
}

BlockHandle load_handle(const char* p) { return {load_le<uint64_t>(p), load_le<uint32_t>(p + 8)}; }

uint32_t footer_crc(std::string_view bytes) {
  return crc32c(bytes.substr(Footer::kMagicAt), crc32c(bytes.substr(0, Footer::kCrcAt)));
}

}  // namespace

std::string Footer::encode() const {
  std::string bytes(kBytes, '\0');
  char* const p = bytes.data();
  store_le(p + kTableIdAt, table_id);
  store_le(p + kIncompatibleAt, incompatible);
  store_handle(p + kPropertiesAt, properties);
  store_handle(p + kIndexAt, index);
  store_handle(p + kFilterAt, filter);
  store_le(p + kVersionAt, version);
  kTableMagic.copy(p + kMagicAt, kTableMagic.size());
  store_le(p + kCrcAt, footer_crc(bytes));
  return bytes;
}

Footer::Decoded Footer::decode(std::string_view bytes) {
  assert(bytes.size() == kBytes);
  const char* const p = bytes.data();
  const bool magic = bytes.substr(kMagicAt) == kTableMagic;
  // Whichever of magic and checksum survives tells a damaged table of ours from a foreign one.
  if (load_le<uint32_t>(p + kCrcAt) != footer_crc(bytes)) {
    return magic ? Decoded::damaged : Decoded::not_a_table;
  }
  if (!magic) return Decoded::not_a_table;
  table_id = load_le<uint32_t>(p + kTableIdAt);
  incompatible = load_le<uint32_t>(p + kIncompatibleAt);
  properties = load_handle(p + kPropertiesAt);
  index = load_handle(p + kIndexAt);
  filter = load_handle(p + kFilterAt);
  version = load_le<uint32_t>(p + kVersionAt);
  return Decoded::ok;
}

}  // namespace flowdb
