// Zstd through its own library. Built only where the build has it.
#include <zstd.h>

#include "sst/compressor.h"

namespace flowdb {
namespace {

// Its default. Higher ones cost much time for little on blocks of a few KiB.
constexpr int kLevel = 3;
// As for LZ4: longer blocks are stored as they are.
constexpr size_t kRawBytesMax = 0x7e000000;

}  // namespace

std::string_view Compressor::zstd(std::string_view raw) {
  const size_t useful = raw.size() - raw.size() / 8;
  if (raw.size() > kRawBytesMax || useful <= sizeof(uint32_t)) return {};
  if (output_.size() < useful) output_.resize(useful);
  const size_t written = ZSTD_compress(output_.data() + sizeof(uint32_t), useful - sizeof(uint32_t),
                                       raw.data(), raw.size(), kLevel);
  if (ZSTD_isError(written)) return {};
  store_le(output_.data(), static_cast<uint32_t>(raw.size()));
  return std::string_view(output_).substr(0, sizeof(uint32_t) + written);
}

bool decompress_zstd(std::string_view stored, ByteBuffer& raw) {
  Reader in(stored);
  uint32_t length;
  if (!in.le(length) || length > kRawBytesMax) return false;
  std::string_view frame;
  in.take(in.remaining(), frame);
  // What the frame says itself: a length beyond that is damage, and not worth its memory.
  if (ZSTD_getFrameContentSize(frame.data(), frame.size()) != length) return false;
  raw = ByteBuffer(length);
  return ZSTD_decompress(raw.data(), length, frame.data(), frame.size()) == length;
}

}  // namespace flowdb
