// Encoding and checking of frames.
#include "wal/frame.h"

#include "util/coding.h"
#include "util/crc32c.h"

namespace flowdb {
namespace {

uint32_t checksum(std::string_view header, std::string_view payload, const FrameChain& chain) {
  char before[12];
  store_le<uint64_t>(before, chain.salt);
  store_le<uint32_t>(before + 8, chain.crc);
  uint32_t crc = crc32c(std::string_view(before, sizeof before));
  crc = crc32c(header.substr(frame_field::kLength), crc);
  return crc32c(payload, crc);
}

}  // namespace

uint32_t put_frame(std::string& out, FrameType type, uint64_t sequence, std::string_view payload,
                   const FrameChain& chain) {
  char header[kFrameHeaderBytes] = {};
  store_le<uint32_t>(header + frame_field::kLength, static_cast<uint32_t>(payload.size()));
  header[frame_field::kType] = static_cast<char>(type);
  store_le<uint64_t>(header + frame_field::kSequence, sequence);
  const uint32_t crc = checksum(std::string_view(header, sizeof header), payload, chain);
  store_le<uint32_t>(header + frame_field::kCrc, crc);
  const size_t end = out.size() + static_cast<size_t>(frame_bytes(payload.size()));
  out.append(header, sizeof header);
  out += payload;
  out.resize(end, '\0');
  return crc;
}

std::optional<Frame> parse_frame(std::string_view bytes, const FrameChain& chain) {
  if (bytes.size() < kFrameHeaderBytes) return std::nullopt;
  const uint32_t length = load_le<uint32_t>(bytes.data() + frame_field::kLength);
  const uint8_t type = static_cast<uint8_t>(bytes[frame_field::kType]);
  if (type < static_cast<uint8_t>(FrameType::batch) ||
      type > static_cast<uint8_t>(FrameType::jump)) {
    return std::nullopt;
  }
  if (frame_bytes(length) > bytes.size()) return std::nullopt;
  Frame frame;
  frame.type = static_cast<FrameType>(type);
  frame.sequence = load_le<uint64_t>(bytes.data() + frame_field::kSequence);
  frame.payload = bytes.substr(kFrameHeaderBytes, length);
  frame.crc = load_le<uint32_t>(bytes.data() + frame_field::kCrc);
  frame.bytes = frame_bytes(length);
  if (frame.crc != checksum(bytes.substr(0, kFrameHeaderBytes), frame.payload, chain)) {
    return std::nullopt;
  }
  return frame;
}

}  // namespace flowdb
