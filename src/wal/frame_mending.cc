// Trying what a frame can have been, until its checksum agrees.
#include "wal/frame_mending.h"

namespace flowdb {
namespace {

// With a payload of `length` bytes.
std::optional<Frame> mend_header_of(std::string_view bytes, const FrameChain& chain, uint64_t last,
                                    uint64_t length) {
  if (length > bytes.size() - kFrameHeaderBytes) return std::nullopt;
  const FrameHeader header(bytes.data());
  const std::string_view payload = bytes.substr(kFrameHeaderBytes, static_cast<size_t>(length));
  for (const FrameType type : {FrameType::batch, FrameType::epoch, FrameType::jump}) {
    const uint64_t sequence = type == FrameType::batch ? last + 1 : last;
    std::string whole;
    const uint32_t crc = put_frame(whole, type, sequence, payload, chain);
    if (crc == header.crc) return Frame{type, sequence, payload, crc, whole.size()};
  }
  return std::nullopt;
}

}  // namespace

std::optional<Frame> mend_header(std::string_view bytes, const FrameChain& chain, uint64_t last,
                                 std::optional<uint64_t> step) {
  std::optional<Frame> frame;
  for (const uint64_t length : {uint64_t{FrameHeader(bytes.data()).length},
                                uint64_t{kEpochPayloadBytes}, uint64_t{kJumpPayloadBytes}}) {
    if (!frame) frame = mend_header_of(bytes, chain, last, length);
  }
  if (!frame && step) {
    const uint64_t room = *step - kFrameHeaderBytes;
    for (uint64_t less = 0; less < kFrameAlignment && less <= room && !frame; ++less) {
      frame = mend_header_of(bytes, chain, last, room - less);
    }
  }
  return frame;
}

std::optional<Frame> mend_salt(std::string_view bytes, const FrameChain& chain, uint64_t last,
                               std::string& payload) {
  const FrameHeader header(bytes.data());
  const bool is_jump = header.is(FrameType::jump);
  const size_t length = is_jump ? kJumpPayloadBytes : kEpochPayloadBytes;
  if (!header.follows(last) || header.is(FrameType::batch) || header.length != length ||
      bytes.size() < kFrameHeaderBytes + length) {
    return std::nullopt;
  }
  const FrameType type = static_cast<FrameType>(header.type);
  payload = bytes.substr(kFrameHeaderBytes, length);
  for (char& byte : payload) {
    const char found = byte;
    for (int value = 0; value < 256; ++value) {
      byte = static_cast<char>(value);
      std::string whole;
      const uint32_t crc = put_frame(whole, type, header.sequence, payload, chain);
      if (crc == header.crc) return Frame{type, header.sequence, payload, crc, whole.size()};
    }
    byte = found;
  }
  return std::nullopt;
}

}  // namespace flowdb
