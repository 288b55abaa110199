// Recovery: the frames from a position on, as far as the chain holds.
#include <algorithm>

#include "util/coding.h"
#include "wal/log_state.h"

namespace flowdb {
namespace {

// The extent's bytes from the position on, as far as the file has them.
Result<std::string> read_extent(File& file, const LogPosition& position) {
  FLOWDB_ASSIGN_OR_RETURN(const uint64_t size, file.size());
  const uint64_t end = std::min(size, position.limit);
  std::string bytes(static_cast<size_t>(end > position.offset ? end - position.offset : 0), '\0');
  FLOWDB_RETURN_IF_ERROR(read_exactly(file, position.offset, bytes.data(), bytes.size()));
  return bytes;
}

}  // namespace

Status Log::recover(uint64_t after_sequence, const std::function<Status(const LogBatch&)>& apply) {
  State& s = *state_;
  if (s.recovered) return Status::invalid_argument("a log is read once");
  s.sequence = after_sequence;
  FLOWDB_ASSIGN_OR_RETURN(std::string extent, read_extent(*s.file, s.position));
  for (size_t at = 0;;) {
    const std::optional<Frame> frame = parse_frame(std::string_view(extent).substr(at), s.chain());
    if (!frame.has_value()) break;
    const auto corrupt = [&](std::string_view what) {
      return Status::corruption(s.file->name(), s.position.offset, what);
    };
    Reader reader(frame->payload);
    LogPosition next = s.position;
    next.chain = frame->crc;
    next.offset += frame->bytes;
    at += static_cast<size_t>(frame->bytes);
    switch (frame->type) {
      case FrameType::batch:
        if (frame->sequence > after_sequence) {
          // A frame that continues the chain and is not the next in sequence is no torn end: a
          // commit between the two is missing.
          if (frame->sequence != s.sequence + 1) {
            return corrupt("batch " + std::to_string(frame->sequence) + " follows batch " +
                           std::to_string(s.sequence));
          }
          FLOWDB_RETURN_IF_ERROR(apply({frame->sequence, frame->payload}));
          s.sequence = frame->sequence;
        }
        break;
      case FrameType::epoch:
        if (!reader.le(next.salt) || !reader.at_end()) return corrupt("malformed epoch frame");
        break;
      case FrameType::jump:
        if (!reader.le(next.salt) || !reader.le(next.offset) || !reader.le(next.limit) ||
            !reader.at_end() || !State::is_possible(next) ||
            !s.is_free({next.offset, next.limit})) {
          return corrupt("malformed jump frame");
        }
        s.in_use.push_back({next.offset, next.limit});
        break;
    }
    s.position = next;
    if (frame->type == FrameType::jump) {
      FLOWDB_ASSIGN_OR_RETURN(extent, read_extent(*s.file, s.position));
      at = 0;
    }
  }
  s.recovered = true;
  return Status::ok();
}

}  // namespace flowdb
