// FrameHeader and the mending of frames: what a damaged frame was, where its checksum proves it.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "util/coding.h"
#include "wal/frame.h"

namespace flowdb {

// What a frame's first bytes say, unchecked.
struct FrameHeader {
  uint32_t crc = 0;
  uint32_t length = 0;
  uint8_t type = 0;
  bool is_reserved_zero = false;
  uint64_t sequence = 0;

  // REQUIRES: kFrameHeaderBytes are there.
  explicit FrameHeader(const char* p)
      : crc(load_le<uint32_t>(p + frame_field::kCrc)),
        length(load_le<uint32_t>(p + frame_field::kLength)),
        type(static_cast<uint8_t>(p[frame_field::kType])),
        is_reserved_zero(std::string_view(p + frame_field::kType + 1, 7).find_first_not_of('\0') ==
                         std::string_view::npos),
        sequence(load_le<uint64_t>(p + frame_field::kSequence)) {}

  bool is(FrameType t) const { return type == static_cast<uint8_t>(t); }
  // Whether a writer that has come to the commit `last` may have written it next.
  bool follows(uint64_t last) const {
    if (!is_reserved_zero) return false;
    if (is(FrameType::batch)) return sequence == last + 1;
    return (is(FrameType::epoch) || is(FrameType::jump)) && sequence == last;
  }
};

// The frame at the beginning of `bytes` that a writer has written behind the commit `last`, with
// fields of its header as they must be; nothing when its checksum does not hold then. `step`: how
// many bytes further on the next frame is known to begin. Its payload points into `bytes`.
// REQUIRES: a whole header is there.
std::optional<Frame> mend_header(std::string_view bytes, const FrameChain& chain, uint64_t last,
                                 std::optional<uint64_t> step);

// The same for one that says how those behind it are salted, with one byte of its payload other.
// Its payload points into `payload`.
std::optional<Frame> mend_salt(std::string_view bytes, const FrameChain& chain, uint64_t last,
                               std::string& payload);

}  // namespace flowdb
