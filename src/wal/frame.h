// Frame: one entry of the log. Its checksum is chained to the frame before and salted, so that only
// what was appended behind that very frame in this epoch can follow it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "wal/log_format.h"

namespace flowdb {

// What a frame's checksum continues from.
struct FrameChain {
  uint64_t salt = 0;
  uint32_t crc = 0;  // of the frame before
};

struct Frame {
  FrameType type = FrameType::batch;
  uint64_t sequence = 0;
  std::string_view payload;
  uint32_t crc = 0;
  uint64_t bytes = 0;  // of the whole frame, padding included
};

// Appends a frame to `out`. Result: its checksum, to which the next frame is chained.
uint32_t put_frame(std::string& out, FrameType type, uint64_t sequence, std::string_view payload,
                   const FrameChain& chain);

// The frame at the beginning of `bytes`, or nothing when none stands there that continues `chain`.
// Its payload points into `bytes`.
std::optional<Frame> parse_frame(std::string_view bytes, const FrameChain& chain);

}  // namespace flowdb
