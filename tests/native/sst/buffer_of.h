// Bytes as a block takes them.
#pragma once

#include <algorithm>
#include <string_view>

#include "util/byte_buffer.h"

namespace flowdb {

inline ByteBuffer buffer_of(std::string_view bytes) {
  ByteBuffer buffer(bytes.size());
  std::copy(bytes.begin(), bytes.end(), buffer.data());
  return buffer;
}

}  // namespace flowdb
