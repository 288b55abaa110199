// Log: the write-ahead log (FORMAT.md). Appends whole batches, finds them again after a crash.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string_view>
#include <vector>

#include "storage/container.h"
#include "storage/file.h"
#include "util/status.h"

namespace flowdb {

// Where recovery begins to read. Part of the manifest.
struct LogPosition {
  uint64_t salt = 0;
  uint32_t chain = 0;
  uint64_t offset = 0;
  uint64_t limit = 0;
};

struct LogOptions {
  uint64_t extent_bytes_min = 128 << 10;
  uint64_t extent_bytes_max = 2 << 20;
  // A source of random 64-bit numbers, for salts.
  std::function<uint64_t()> random;
};

// One commit: its sequence number and the payload of its frame.
struct LogBatch {
  uint64_t sequence = 0;
  std::string_view payload;
};

class Log {
 public:
  // Opens the file, or creates it when it is empty; `from` is the manifest's position, null for a new database.
  // Reads nothing of the frames yet. Errors: corruption, unsupported, io_error, quota_exceeded.
  static Result<std::unique_ptr<Log>> open(std::unique_ptr<File> file, const DatabaseId& id,
                                           const LogPosition* from, const LogOptions& options);
  // True when the file holds a whole header, or anything that looks like a frame: with it, a container that is
  // missing is an error and not a new database.
  static Result<bool> holds_frames(File& file);
  ~Log();

  // Calls `apply` for each batch with a sequence number above `after_sequence`, in order. Called once, before the first
  // append. Errors: what `apply` returned, corruption, io_error.
  Status recover(uint64_t after_sequence, const std::function<Status(const LogBatch&)>& apply);

  // Whether the current extent takes these payload bytes in `count` frames and a jump behind them.
  bool has_room(uint64_t payload_bytes, size_t count) const;
  // The largest batch, in payload bytes, that an extent of the configured size takes.
  uint64_t max_batch_bytes() const;

  // Appends one frame a batch with one write; `sync` also flushes. Durability: without sync, survives the end of the
  // process. Errors: quota_exceeded, io_error; the batches are then not in the log, and will not be found by recovery.
  // REQUIRES: has_room, consecutive sequence numbers.
  Status append(const std::vector<LogBatch>& batches, bool sync);

  // Leaves the current extent for the next one, of at least `payload_bytes` room. To be followed by a checkpoint with
  // position(), which covers all that was appended before. Doubles the size when `grow`.
  Status switch_extent(uint64_t payload_bytes, bool grow);
  // Where the next frame will be.
  LogPosition position() const;

  // A clean close. (1) reset_position() gives the position of an empty log with a new salt, for the last checkpoint.
  // (2) Once that checkpoint is flushed twice, truncate() cuts the file to its header.
  LogPosition reset_position();
  Status truncate();

  // Flushes what was appended without sync.
  Status sync();
  bool can_write() const;
  // The file's size in bytes.
  uint64_t file_bytes() const;

 private:
  struct State;
  explicit Log(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace flowdb
