// CRC32C (Castagnoli), the checksum of every format here.
#pragma once

#include <cstdint>
#include <string_view>

namespace flowdb {

// The CRC of `bytes` continuing from `crc`, the CRC of what stood before them (0 at the start).
uint32_t crc32c(std::string_view bytes, uint32_t crc = 0);

// The same for processors of any kind.
uint32_t crc32c_anywhere(std::string_view bytes, uint32_t crc = 0);

}  // namespace flowdb
