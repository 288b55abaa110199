// LZ4's block format through its own library.
#include "sst/compressor.h"

#include <lz4.h>

namespace flowdb {

Compressor::Compressor() = default;
Compressor::~Compressor() = default;

std::string_view Compressor::lz4(std::string_view raw) {
  if (raw.size() > LZ4_MAX_INPUT_SIZE) return {};
  if (state_ == nullptr) state_.reset(new char[static_cast<size_t>(LZ4_sizeofState())]);
  // No more room than a result that is small enough needs: LZ4 gives up early on what does not
  // shrink.
  const size_t useful = raw.size() - raw.size() / 8;
  if (useful <= sizeof(uint32_t)) return {};
  if (output_.size() < useful) output_.resize(useful);
  const int written = LZ4_compress_fast_extState(
      state_.get(), raw.data(), output_.data() + sizeof(uint32_t), static_cast<int>(raw.size()),
      static_cast<int>(useful - sizeof(uint32_t)), 1);
  if (written <= 0) return {};
  store_le(output_.data(), static_cast<uint32_t>(raw.size()));
  return std::string_view(output_).substr(0, sizeof(uint32_t) + static_cast<size_t>(written));
}

bool decompress_lz4(std::string_view stored, ByteBuffer& raw) {
  Reader in(stored);
  uint32_t length;
  if (!in.le(length) || length > LZ4_MAX_INPUT_SIZE || stored.size() > LZ4_MAX_INPUT_SIZE) {
    return false;
  }
  // LZ4 makes at most 255 bytes of one: a length beyond that is damage, and not worth its memory.
  if (length > (uint64_t{in.remaining()} + 1) * 255) return false;
  std::string_view block;
  in.take(in.remaining(), block);
  raw = ByteBuffer(length);
  const int got = LZ4_decompress_safe(block.data(), raw.data(), static_cast<int>(block.size()),
                                      static_cast<int>(length));
  return got >= 0 && static_cast<uint32_t>(got) == length;
}

}  // namespace flowdb
