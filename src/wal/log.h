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

// Where the log of a database without a manifest begins.
LogPosition first_log_position(const DatabaseId& id);

struct LogOptions {
  // Multiples of 4096, the smaller one not above the larger one, both below 4 GiB.
  uint64_t extent_bytes_min = 128 << 10;
  uint64_t extent_bytes_max = 2 << 20;
  // A source of random 64-bit numbers, for salts. Required.
  std::function<uint64_t()> random;
};

// One commit: its sequence number and the payload of its frame.
struct LogBatch {
  uint64_t sequence = 0;
  std::string_view payload;
};

class Log {
 public:
  // Opens the file, or creates it when it is empty; `from` is the manifest's position, null for a
  // new database. Reads nothing of the frames yet. Errors: corruption (damaged, or of another
  // database), unsupported, invalid_argument (an option, named), io_error, quota_exceeded.
  static Result<std::unique_ptr<Log>> open(std::unique_ptr<File> file, const DatabaseId& id,
                                           const LogPosition* from, const LogOptions& options);
  // True when the file holds a whole header, or anything that looks like a frame: with it, a
  // container that is missing is an error and not a new database.
  static Result<bool> holds_frames(File& file);
  ~Log();

  // Calls `apply` for each batch with a sequence number above `after_sequence`, in order; its
  // payload is valid during the call. Called once, before the first append, for a new log too.
  // Errors: what `apply` returned, corruption (also a batch that does not follow the one before),
  // io_error.
  Status recover(uint64_t after_sequence, const std::function<Status(const LogBatch&)>& apply);

  // Whether the current extent takes these payload bytes in `count` frames and a jump behind them.
  bool has_room(uint64_t payload_bytes, size_t count) const;
  // The largest batch, in payload bytes, that an extent of the configured size takes.
  uint64_t max_batch_bytes() const;

  // Appends one frame a batch with one write; `sync` also flushes. Durability: without sync,
  // survives the end of the process. Errors: quota_exceeded, io_error; the batches are then not in
  // the log, and will not be found by recovery. Also invalid_argument (no room, or the sequence
  // numbers do not ascend by one; only the first may leave some out, which went straight into
  // tables), and closed after a failure that left the file's content unknown.
  Status append(const std::vector<LogBatch>& batches, bool sync);

  // Leaves the current extent for another one, of at least `payload_bytes` room for one batch,
  // twice as large (up to the configured size) when `grow`. The extents before stay as they are
  // until release_before(). Errors: invalid_argument (more than max_batch_bytes), closed,
  // quota_exceeded, io_error; the log is then as before.
  Status switch_extent(uint64_t payload_bytes, bool grow);
  // Leaves the current extent for one of exactly that size, which may be above the configured one;
  // the file's first `room_before` bytes behind its header, a multiple of 4096, are left to others.
  // Errors: invalid_argument (no such multiple, or a size below the configured ones), and as above.
  Status switch_to_extent_of(uint64_t bytes, uint64_t room_before = 0);
  // The size that switch_extent() would give one.
  uint64_t next_extent_bytes(uint64_t payload_bytes, bool grow) const;
  // Where the next extent would end, if it were of that size: an offset in the file.
  uint64_t end_of_next(uint64_t bytes) const;
  // To be called once a checkpoint with this position is durable, that is when Container::apply has
  // returned: the extents before it may be overwritten. Without this call the file grows with every
  // switch.
  void release_before(const LogPosition& position);
  // The size of the current extent.
  uint64_t extent_bytes() const;
  // Where the next frame will be.
  LogPosition position() const;

  // A clean close. (1) reset_position() gives the position of an empty log with a new salt, for the
  // last checkpoint. Nothing can be appended from then on. (2) Once that checkpoint is durable
  // (Container::apply has returned), truncate() cuts the file to its header; the log can be written
  // again.
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
