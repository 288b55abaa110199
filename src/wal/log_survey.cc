// How a walk over frames goes on behind a damaged one. A frame's checksum continues that of the one
// before, which is stored in that one: so the next frame proves itself by it, even when nothing
// else of the damaged one is left.
#include "wal/log_survey.h"

#include <algorithm>
#include <string>

#include "storage/file.h"
#include "util/coding.h"
#include "wal/frame_mending.h"
#include "wal/log_header.h"

namespace flowdb {
namespace {

class Surveyor {
 public:
  Surveyor(File& file, const LogSurvey& survey, const std::function<void(const LogBatch&)>& use,
           Findings& findings)
      : file_(file), survey_(survey), use_(use), findings_(findings) {}

  void run() {
    if (!read_file()) return;
    last_ = survey_.after_sequence.value_or(0);
    std::optional<LogPosition> from = survey_.from;
    if (!from && survey_.id) from = first_log_position(*survey_.id);
    if (from && !is_possible(*from)) from.reset();
    check_header(from ? &*from : nullptr);
    const bool is_known = survey_.from || survey_.after_sequence;
    if (from &&
        (is_known || parse_frame(extent(from->offset, from->limit), {from->salt, from->chain}))) {
      walk(*from);
    }
    if (!is_known || lost_) walk_what_is_found();
  }

 private:
  void report(uint64_t offset, std::string what, std::string expected = {},
              std::string found = {}) {
    findings_.push_back({StatusCode::corruption, std::string(file_.name()), offset, std::nullopt,
                         std::move(what), std::move(expected), std::move(found)});
  }
  std::string_view extent(uint64_t offset, uint64_t limit) const {
    const uint64_t end = std::min<uint64_t>(limit, bytes_.size());
    if (offset >= end) return {};
    return std::string_view(bytes_).substr(static_cast<size_t>(offset),
                                           static_cast<size_t>(end - offset));
  }
  static bool is_possible(const LogPosition& p) {
    return p.offset >= kLogHeaderBytes && p.offset % kFrameAlignment == 0 && p.offset <= p.limit &&
           p.limit <= kLogBytesMax;
  }

  bool read_file();
  void check_header(const LogPosition* from);
  void walk(LogPosition at);
  // Takes a whole frame. False when the walk can't go on behind it.
  bool take(const Frame& frame, LogPosition& at);
  // No frame continues the chain at `at`. True when one further on does; `at` is there then.
  bool pass_damage(LogPosition& at);
  // The same at `at` itself, where the frame can be mended. `step` as of mend_header().
  bool take_mended(LogPosition& at, std::optional<uint64_t> step);
  void walk_what_is_found();

  File& file_;
  const LogSurvey& survey_;
  const std::function<void(const LogBatch&)>& use_;
  Findings& findings_;
  std::string bytes_;
  uint64_t last_ = 0;
  bool any_ = false;   // a batch was taken
  bool lost_ = false;  // how those behind a frame are salted is not known
};

bool Surveyor::read_file() {
  const Result<uint64_t> size = file_.size();
  if (!size.is_ok()) {
    findings_.push_back(finding_of(size.status(), file_.name(), 0));
    return false;
  }
  bytes_.resize(static_cast<size_t>(size.value()));
  for (uint64_t at = 0; at < size.value(); at += kExtentUnit) {
    const size_t piece = static_cast<size_t>(std::min(kExtentUnit, size.value() - at));
    const Status status = read_exactly(file_, at, bytes_.data() + at, piece);
    if (!status.is_ok()) findings_.push_back(finding_of(status, file_.name(), at));
  }
  return true;
}

void Surveyor::check_header(const LogPosition* from) {
  DatabaseId found{};
  const Result<LogHeaderState> header = read_log_header(file_, bytes_.size(), found);
  if (!header.is_ok()) {
    findings_.push_back(finding_of(header.status(), file_.name(), 0));
    return;
  }
  if (header.value() == LogHeaderState::whole) {
    if (survey_.id && found != *survey_.id) {
      report(log_header_field::kDatabaseId, "the log of another database");
    }
    return;
  }
  // A creation that was cut off is none.
  const bool is_legal = header.value() == LogHeaderState::torn && from != nullptr &&
                        from->offset == kLogHeaderBytes &&
                        !parse_frame(extent(from->offset, from->limit), {from->salt, from->chain});
  if (!is_legal) report(0, "the log's header is missing or damaged");
}

bool Surveyor::take(const Frame& frame, LogPosition& at) {
  LogPosition next = at;
  next.chain = frame.crc;
  next.offset += frame.bytes;
  Reader reader(frame.payload);
  if (frame.type == FrameType::batch) {
    // What the tables hold is passed over; there is no telling what is wanted without a manifest.
    if (frame.sequence > last_ || (!survey_.after_sequence && !any_)) {
      const bool gap = frame.sequence != last_ + 1 && (any_ || survey_.after_sequence);
      if (gap) {
        report(at.offset, "commits are missing in front of this one", std::to_string(last_ + 1),
               std::to_string(frame.sequence));
      }
      use_({frame.sequence, frame.payload});
      last_ = frame.sequence;
      any_ = true;
    }
  } else if (frame.type == FrameType::epoch) {
    if (!reader.le(next.salt) || !reader.at_end()) report(at.offset, "malformed epoch frame");
  } else if (!reader.le(next.salt) || !reader.le(next.offset) || !reader.le(next.limit) ||
             !reader.at_end() || !is_possible(next)) {
    report(at.offset, "malformed jump frame");
    return false;
  }
  at = next;
  return true;
}

void Surveyor::walk(LogPosition at) {
  for (;;) {
    const std::string_view rest = extent(at.offset, at.limit);
    if (const std::optional<Frame> frame = parse_frame(rest, {at.salt, at.chain})) {
      if (!take(*frame, at)) return;
      continue;
    }
    if (survey_.end && at.offset == *survey_.end) return;
    if (!pass_damage(at)) return;
  }
}

bool Surveyor::take_mended(LogPosition& at, std::optional<uint64_t> step) {
  const std::string_view bytes = extent(at.offset, at.limit);
  const FrameChain chain{at.salt, at.chain};
  if (const std::optional<Frame> frame = mend_header(bytes, chain, last_, step)) {
    report(at.offset, "a damaged frame header; its content is whole");
    return take(*frame, at);
  }
  std::string payload;
  const std::optional<Frame> frame = step ? std::nullopt : mend_salt(bytes, chain, last_, payload);
  if (!frame) return false;
  report(at.offset, "a damaged frame of which one byte could be mended");
  return take(*frame, at);
}

bool Surveyor::pass_damage(LogPosition& at) {
  const std::string_view bytes = extent(at.offset, at.limit);
  if (bytes.size() < kFrameHeaderBytes) return false;
  const FrameHeader damaged(bytes.data());
  const uint64_t next_by_length = frame_bytes(damaged.length);
  if (take_mended(at, std::nullopt)) return true;
  for (uint64_t step = kFrameAlignment; step + kFrameHeaderBytes <= bytes.size();
       step += kFrameAlignment) {
    const std::string_view rest = bytes.substr(static_cast<size_t>(step));
    const FrameHeader header(rest.data());
    const uint64_t between = step / kFrameHeaderBytes;
    if (!header.is_reserved_zero || header.sequence < last_ ||
        header.sequence > last_ + 1 + between || frame_bytes(header.length) > rest.size() ||
        header.type < 1 || header.type > 3) {
      continue;
    }
    // (1) By the checksum that the damaged frame has stored.
    if (parse_frame(rest, {at.salt, damaged.crc})) {
      if (take_mended(at, step)) return true;
      report(at.offset, "a damaged frame: its commit is lost",
             "commit " + std::to_string(last_ + 1), "");
      at.offset += step;
      at.chain = damaged.crc;
      last_ = std::max(last_, header.is(FrameType::batch) ? header.sequence - 1 : header.sequence);
      return true;
    }
    // (2) By the one that it should have stored: then the next frame vouches for its content.
    if (step == next_by_length && damaged.follows(last_)) {
      std::string whole;
      const FrameType type = static_cast<FrameType>(damaged.type);
      const std::string_view payload = bytes.substr(kFrameHeaderBytes, damaged.length);
      const uint32_t crc = put_frame(whole, type, damaged.sequence, payload, {at.salt, at.chain});
      uint64_t salt = at.salt;
      if (type == FrameType::epoch && payload.size() == kEpochPayloadBytes) {
        salt = load_le<uint64_t>(payload.data());
      }
      if (parse_frame(rest, {salt, crc})) {
        report(at.offset, "a frame's checksum is damaged; its content is whole",
               std::to_string(crc), std::to_string(damaged.crc));
        return take({type, damaged.sequence, payload, crc, step}, at);
      }
    }
    // (3) Nothing of what is between is left: a frame that the one behind it continues. What that
    // frame's own checksum continues is lost, so that its content can't be checked, and is not
    // used.
    if (frame_bytes(header.length) + kFrameHeaderBytes <= rest.size() &&
        parse_frame(rest.substr(static_cast<size_t>(frame_bytes(header.length))),
                    {at.salt, header.crc})) {
      const bool is_batch = header.is(FrameType::batch);
      report(at.offset, "damaged frames: their commits are lost, with the one behind",
             "commits from " + std::to_string(last_ + 1) + " to " + std::to_string(header.sequence),
             "");
      at.offset += step + frame_bytes(header.length);
      at.chain = header.crc;
      last_ = is_batch ? header.sequence : std::max(last_, header.sequence);
      return true;
    }
  }
  if (survey_.end) {
    report(at.offset, "the log's frames end here, not where it is written",
           std::to_string(*survey_.end), std::to_string(at.offset));
  } else if (damaged.follows(last_)) {
    report(at.offset, "the last frame is torn or damaged", "",
           "a frame of commit " + std::to_string(damaged.sequence));
    lost_ = !damaged.is(FrameType::batch);
  }
  return false;
}

// Without a place to begin: at frames that say how those behind them are salted, when the next one
// proves it.
void Surveyor::walk_what_is_found() {
  for (uint64_t at = kLogHeaderBytes; at + kEpochFrameBytes <= bytes_.size();
       at += kFrameAlignment) {
    const std::string_view rest = extent(at, bytes_.size());
    const FrameHeader header(rest.data());
    const bool is_epoch = header.is(FrameType::epoch) && header.length == kEpochPayloadBytes;
    const bool is_jump = header.is(FrameType::jump) && header.length == kJumpPayloadBytes &&
                         rest.size() >= kJumpFrameBytes;
    if ((!is_epoch && !is_jump) || !header.is_reserved_zero || header.sequence < last_) continue;
    const char* const payload = rest.data() + kFrameHeaderBytes;
    LogPosition next;
    next.salt = load_le<uint64_t>(payload);
    next.chain = header.crc;
    next.offset = is_epoch ? at + kEpochFrameBytes : load_le<uint64_t>(payload + 8);
    next.limit = is_epoch ? bytes_.size() : load_le<uint64_t>(payload + 16);
    if (!is_possible(next)) continue;
    if (!parse_frame(extent(next.offset, next.limit), {next.salt, next.chain})) continue;
    walk(next);
  }
}

}  // namespace

void survey_log(File& file, const LogSurvey& survey,
                const std::function<void(const LogBatch&)>& use, Findings& findings) {
  Surveyor(file, survey, use, findings).run();
}

}  // namespace flowdb
