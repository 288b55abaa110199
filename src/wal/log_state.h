// Log::State: what an open log knows, and the steps that its calls are made of.
#pragma once

#include <deque>
#include <memory>
#include <string>

#include "util/rules.h"
#include "wal/frame.h"
#include "wal/log.h"

namespace flowdb {

struct Log::State {
  // A range of the file, in bytes.
  struct Extent {
    uint64_t offset;
    uint64_t limit;
  };

  std::unique_ptr<File> file;
  LogOptions options;
  LogPosition position;   // of the next frame, an epoch frame first when one is due
  uint64_t sequence = 0;  // the last one in the log
  std::deque<Extent>
      in_use;  // what recovery may need, oldest first; the last is the one that is written
  uint64_t reserved = 0;  // the file is known to be this long
  bool recovered = false;
  bool epoch_due =
      holds(Rule::log_epoch_first);  // what stands behind the position may continue the chain
  bool can_write = true;
  bool closing = false;  // between reset_position() and truncate()
  LogPosition reset;

  // Whether a writer may have made this position: aligned, and with room for a jump at least.
  static bool is_possible(const LogPosition& position);
  FrameChain chain() const { return {position.salt, position.chain}; }
  uint64_t room() const { return position.limit - position.offset; }
  // closed, or invalid_argument before recover().
  Status check_writable() const;
  // Makes the file so long that writes up to `limit` don't extend it.
  Status reserve(uint64_t limit);
  // Gives back the room behind all extents in use. When that fails, it stays.
  void trim();
  // Writes frames at the position, flushes them when asked, and takes them back when that fails.
  Status write_frames(const std::string& frames, bool sync);
  // Sees to it that recovery does not find what a failed write has left at the position.
  void invalidate();
  // A range of `bytes` that overlaps none in use, behind `room_before` bytes.
  Extent place(uint64_t bytes, uint64_t room_before) const;
  bool is_free(const Extent& extent) const;
  Status flush();
};

}  // namespace flowdb
