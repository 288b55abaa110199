// Compression of blocks' payloads.
#pragma once

#include <memory>
#include <string>
#include <string_view>

#include "sst/table_format.h"
#include "util/byte_buffer.h"

namespace flowdb {

// Holds LZ4's working memory, so that not every block pays for it.
class Compressor {
 public:
  Compressor();
  ~Compressor();

  // The payload as it is to be stored, `[uncompressed length: u32][LZ4 block]`; empty when that is
  // not at least an eighth smaller than `raw`. Valid until the next call.
  std::string_view lz4(std::string_view raw);
  // The same with a frame of zstd. Only in a build with it (kHasZstd).
  std::string_view zstd(std::string_view raw);

 private:
  std::unique_ptr<char[]> state_;
  std::string output_;
};

// Zstd is a choice of the build (CMake: FLOWDB_ZSTD).
#if FLOWDB_ZSTD
inline constexpr bool kHasZstd = true;
#else
inline constexpr bool kHasZstd = false;
#endif

// Undoes it. False when the bytes are malformed.
bool decompress_lz4(std::string_view stored, ByteBuffer& raw);
bool decompress_zstd(std::string_view stored, ByteBuffer& raw);  // only with kHasZstd

}  // namespace flowdb
