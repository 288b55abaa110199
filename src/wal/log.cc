// Log: opening, appending and the change of extents.
#include "wal/log.h"

#include <algorithm>

#include "storage/file.h"
#include "util/coding.h"
#include "util/features.h"
#include "util/rules.h"
#include "wal/log_header.h"
#include "wal/log_state.h"

namespace flowdb {
namespace {

// The full engine alone offers a choice.
Status check_options(const LogOptions& options) {
  const auto whole = [](uint64_t bytes) { return bytes != 0 && bytes % kExtentUnit == 0; };
  if (!whole(options.extent_bytes_min)) {
    return Status::invalid_argument("extent_bytes_min is no multiple of 4096");
  }
  if (!whole(options.extent_bytes_max) || options.extent_bytes_max < options.extent_bytes_min ||
      options.extent_bytes_max > UINT32_MAX) {
    return Status::invalid_argument(
        "extent_bytes_max is no multiple of 4096 between extent_bytes_min and 4 GiB");
  }
  if (!options.random) return Status::invalid_argument("random is missing");
  return Status::ok();
}

// A log that was being created when the power failed or the process ended holds nothing. Anything
// else without a whole header is damaged.
Status create_header(File& file, uint64_t file_bytes, LogHeaderState header, const DatabaseId& id,
                     const LogPosition& position) {
  const Status damaged = Status::corruption(
      file.name(), 0, "the header is missing or damaged, and commits may stand behind it");
  if (header == LogHeaderState::damaged || position.offset != kLogHeaderBytes) return damaged;
  if (file_bytes > position.offset) {
    const uint64_t bytes = std::min(file_bytes, position.limit) - position.offset;
    std::string extent(static_cast<size_t>(bytes), '\0');
    FLOWDB_RETURN_IF_ERROR(read_exactly(file, position.offset, extent.data(), extent.size()));
    if (parse_frame(extent, {position.salt, position.chain}).has_value()) return damaged;
  }
  FLOWDB_RETURN_IF_ERROR(file.write_at(0, encode_log_header(id)));
  // Twice, because one of two flushes may do nothing: no frame is to be durable before the header
  // is.
  if (holds(Rule::log_header_flush)) FLOWDB_RETURN_IF_ERROR(file.sync());
  if (holds(Rule::log_header_flush_again)) FLOWDB_RETURN_IF_ERROR(file.sync());
  return Status::ok();
}

}  // namespace

// The salt is as random as the database's id.
LogPosition first_log_position(const DatabaseId& id) {
  LogPosition position;
  position.salt = load_le<uint64_t>(reinterpret_cast<const char*>(id.data()));
  position.offset = kLogHeaderBytes;
  position.limit = kLogHeaderBytes + kFirstExtentBytes;
  return position;
}

Log::Log(std::unique_ptr<State> state) : state_(std::move(state)) {}
Log::~Log() = default;

Result<std::unique_ptr<Log>> Log::open(std::unique_ptr<File> file, const DatabaseId& id,
                                       const LogPosition* from, const LogOptions& options) {
  if (kFullEngine) FLOWDB_RETURN_IF_ERROR(check_options(options));
  auto state = std::make_unique<State>();
  state->position = from != nullptr ? *from : first_log_position(id);
  if (!State::is_possible(state->position)) {
    return Status::corruption(file->name(), state->position.offset, "no position in a log");
  }
  FLOWDB_ASSIGN_OR_RETURN(const uint64_t size, file->size());
  DatabaseId found{};
  FLOWDB_ASSIGN_OR_RETURN(const LogHeaderState header, read_log_header(*file, size, found));
  if (header != LogHeaderState::whole) {
    FLOWDB_RETURN_IF_ERROR(create_header(*file, size, header, id, state->position));
  } else if (found != id && holds(Rule::log_id_compared)) {
    return Status::corruption(file->name(), log_header_field::kDatabaseId,
                              "the log of another database");
  }
  state->file = std::move(file);
  state->options = options;
  state->in_use.push_back({state->position.offset, state->position.limit});
  return std::unique_ptr<Log>(new Log(std::move(state)));
}

Result<bool> Log::holds_frames(File& file) {
  FLOWDB_ASSIGN_OR_RETURN(const uint64_t size, file.size());
  DatabaseId id{};
  FLOWDB_ASSIGN_OR_RETURN(const LogHeaderState header, read_log_header(file, size, id));
  if (header == LogHeaderState::whole) return true;
  std::string buffer;
  for (uint64_t offset = kLogHeaderBytes; offset < size; offset += buffer.size()) {
    buffer.resize(static_cast<size_t>(std::min<uint64_t>(size - offset, 64 << 10)));
    FLOWDB_RETURN_IF_ERROR(read_exactly(file, offset, buffer.data(), buffer.size()));
    if (buffer.find_first_not_of('\0') != std::string::npos) return true;
  }
  return false;
}

bool Log::has_room(uint64_t payload_bytes, size_t count) const {
  const State& s = *state_;
  const uint64_t reserved = kJumpFrameBytes + (s.epoch_due ? kEpochFrameBytes : 0);
  const uint64_t frame_bytes_max = kFrameHeaderBytes + kFrameAlignment - 1;
  if (s.room() < reserved || count > s.room() / frame_bytes_max) return false;
  const uint64_t room = s.room() - reserved;
  return count * frame_bytes_max <= room && payload_bytes <= room - count * frame_bytes_max;
}

uint64_t Log::max_batch_bytes() const {
  return state_->options.extent_bytes_max - kJumpFrameBytes - kEpochFrameBytes - kFrameHeaderBytes -
         (kFrameAlignment - 1);
}

Status Log::append(const std::vector<LogBatch>& batches, bool sync) {
  State& s = *state_;
  FLOWDB_RETURN_IF_ERROR(s.check_writable());
  if (batches.empty()) return sync ? s.flush() : Status::ok();
  FrameChain chain = s.chain();
  uint64_t sequence = s.sequence;
  uint64_t bytes = kEpochFrameBytes;
  for (const LogBatch& batch : batches) bytes += frame_bytes(batch.payload.size());
  std::string frames;
  frames.reserve(static_cast<size_t>(std::min(bytes, s.room())));
  if (s.epoch_due) {
    std::string salt;
    put_le<uint64_t>(salt, s.options.random());
    chain.crc = put_frame(frames, FrameType::epoch, sequence, salt, chain);
    chain.salt = load_le<uint64_t>(salt.data());
  }
  for (const LogBatch& batch : batches) {
    const bool first = &batch == &batches.front();
    if (batch.sequence <= sequence || (!first && batch.sequence != sequence + 1)) {
      return Status::invalid_argument("batches out of sequence");
    }
    if (batch.payload.size() > s.room()) return Status::invalid_argument("batch too large");
    sequence = batch.sequence;
    chain.crc = put_frame(frames, FrameType::batch, sequence, batch.payload, chain);
  }
  if (frames.size() + kJumpFrameBytes > s.room()) {
    return Status::invalid_argument("no room for the batches in this extent");
  }
  FLOWDB_RETURN_IF_ERROR(s.write_frames(frames, sync));
  s.position.salt = chain.salt;
  s.position.chain = chain.crc;
  s.position.offset += frames.size();
  s.sequence = sequence;
  s.epoch_due = false;
  return Status::ok();
}

uint64_t Log::next_extent_bytes(uint64_t payload_bytes, bool grow) const {
  const LogOptions& options = state_->options;
  const uint64_t needed = payload_bytes + options.extent_bytes_max - max_batch_bytes();
  uint64_t bytes = options.extent_bytes_min;
  while (bytes < extent_bytes()) bytes *= 2;
  if (grow) bytes *= 2;
  while (bytes < needed) bytes *= 2;
  return std::min(bytes, options.extent_bytes_max);
}

uint64_t Log::end_of_next(uint64_t bytes) const { return state_->place(bytes, 0).limit; }

Status Log::switch_extent(uint64_t payload_bytes, bool grow) {
  if (payload_bytes > max_batch_bytes()) return Status::invalid_argument("batch too large");
  return switch_to_extent_of(next_extent_bytes(payload_bytes, grow));
}

Status Log::switch_to_extent_of(uint64_t bytes, uint64_t room_before) {
  State& s = *state_;
  FLOWDB_RETURN_IF_ERROR(s.check_writable());
  if (bytes < s.options.extent_bytes_min || (bytes | room_before) % kExtentUnit != 0) {
    return Status::invalid_argument("no size of an extent");
  }
  const uint64_t left_bytes = extent_bytes();

  if (!holds(Rule::log_extents_kept)) s.in_use.erase(s.in_use.begin(), s.in_use.end() - 1);
  const State::Extent next = s.place(bytes, room_before);
  FLOWDB_RETURN_IF_ERROR(s.reserve(next.limit));
  LogPosition position;
  position.salt = s.options.random();
  position.offset = next.offset;
  position.limit = next.limit;
  std::string payload;
  put_le<uint64_t>(payload, position.salt);
  put_le<uint64_t>(payload, position.offset);
  put_le<uint64_t>(payload, position.limit);
  std::string frame;
  position.chain = put_frame(frame, FrameType::jump, s.sequence, payload, s.chain());
  FLOWDB_RETURN_IF_ERROR(s.write_frames(frame, false));
  s.position = position;
  s.in_use.push_back(next);
  s.epoch_due = false;
  // While extents grow, the room is soon needed.
  if (bytes <= left_bytes) s.trim();
  return Status::ok();
}

void Log::release_before(const LogPosition& position) {
  std::deque<State::Extent>& in_use = state_->in_use;
  const auto covered = std::find_if(in_use.begin(), in_use.end(), [&](const auto& extent) {
    return position.offset >= extent.offset && position.limit == extent.limit;
  });
  if (covered != in_use.end()) in_use.erase(in_use.begin(), covered);
}

uint64_t Log::extent_bytes() const {
  return state_->in_use.back().limit - state_->in_use.back().offset;
}

LogPosition Log::position() const { return state_->position; }

LogPosition Log::reset_position() {
  State& s = *state_;
  s.closing = true;
  s.reset.salt = s.options.random();
  s.reset.chain = 0;
  s.reset.offset = kLogHeaderBytes;
  s.reset.limit = kLogHeaderBytes + s.options.extent_bytes_min;
  return s.reset;
}

Status Log::truncate() {
  State& s = *state_;
  if (!s.closing) return Status::invalid_argument("truncate() without reset_position()");
  // Not flushed: frames that come back with a power failure carry other salts than the new
  // position.
  FLOWDB_RETURN_IF_ERROR(s.file->truncate(kLogHeaderBytes));
  s.position = s.reset;
  s.in_use = {{s.reset.offset, s.reset.limit}};
  s.reserved = kLogHeaderBytes;
  s.epoch_due = true;
  s.closing = false;
  return Status::ok();
}

Status Log::sync() {
  FLOWDB_RETURN_IF_ERROR(state_->check_writable());
  return state_->flush();
}

bool Log::can_write() const { return state_->can_write && !state_->closing; }

uint64_t Log::file_bytes() const {
  const Result<uint64_t> size = state_->file->size();
  return size.is_ok() ? size.value() : state_->reserved;
}

}  // namespace flowdb
