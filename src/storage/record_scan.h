// RecordScan: reads a container's records one behind the other at its opening, and keeps what they
// say. Three kinds of bytes are told apart (FORMAT.md, "Opening"): those that a superblock vouches
// for (a stop in them is corruption), those behind them (a stop is a torn tail), and a file without
// a superblock.
#pragma once

#include <optional>

#include "storage/container_scan.h"
#include "storage/record.h"

namespace flowdb {

// Reads records one behind the other and applies those that count.
class RecordScan {
 public:
  // `has_id`: the database's id in `content` is known, and checkpoints of another are refused.
  RecordScan(File& file, uint64_t file_bytes, bool has_id, ContainerContent& content)
      : file_(file), file_bytes_(file_bytes), has_id_(has_id), content_(content) {}

  // Rule 3: the checkpoint that the superblock names, and the records up to the committed end.
  // `newer_lost`: a newer superblock may have been there, and have cut off free room.
  Status read_committed(bool newer_lost);
  // Rule 4: what stands behind. `own_checkpoints`: those of ours count, because a superblock that
  // may have named them is damaged. `mixed`: behind a record of ours, which was not acknowledged, a
  // power failure may have left bytes of several.
  Status read_tail(bool own_checkpoints, bool mixed);
  // Before it, where refuse_uncertain() is to look at the tail only.
  void begin_tail() { counted_at_.reset(); }
  // Errors: corruption when a record behind the committed end, or behind the newest checkpoint,
  // might count: without the newest superblock nothing tells.
  Status refuse_uncertain() const;
  // Rule 5: every record from the header on. Behind `vouched_end` one that can't be read is a torn
  // tail.
  Status read_all(uint64_t vouched_end);
  // Before it: a power failure may have taken back headers that the commit of this generation has
  // written last. It is the newest that there is.
  void expect_lost_headers(uint64_t generation) { lost_headers_of_ = generation; }
  // Of the checkpoint that counts; 0 when it says nothing of it.
  uint64_t generation() const { return order_.generation; }

 private:
  // Goes on to `limit`, or to a record that can't be passed: `stop_` tells. Errors: io_error.
  Status pass(uint64_t limit, bool own_checkpoints);
  void stop_at(const ContainerRecord& record, ContainerRecord::Kind kind, std::string_view what);
  // Where the next one stands. A filler that reaches over the end that the newest checkpoint names,
  // and hides one of its tables, had been made shorter, which was taken back: at that end a header
  // stood durably before the checkpoint did, and leads over what the commit has cut off.
  uint64_t end_of(const ContainerRecord& record) const;
  // A record that another version may have written is not damage, and not ours to cut off.
  Status refuse_unknown_type() const;
  void apply(const ContainerRecord& record);
  void apply(const ContainerRecord& record, Checkpoint checkpoint);
  Result<bool> only_zeros_from(uint64_t offset) const;
  // Whether this record passes for a table by chance: it is shorter than any of an engine's, and
  // does not lead to the file's end.
  Result<bool> is_chance(const ContainerRecord& record, uint64_t limit);

  File& file_;
  const uint64_t file_bytes_;
  bool has_id_;
  ContainerContent& content_;
  uint64_t position_ = kFileHeaderBytes;
  bool mixed_ = false;            // as of read_tail()
  uint64_t lost_headers_of_ = 0;  // a generation; 0: of none
  bool doubts_tables_ = false;    // behind a record of ours, until records lead to the file's end
  // Where and why the last pass could not go on.
  struct Stop {
    ContainerRecord::Kind kind = ContainerRecord::Kind::malformed;  // or cut_short, or unknown_type
    uint64_t offset = 0;
    Status status;  // corruption, with the offset; ok when it reached its limit
  };
  Stop stop_;
  // Of all records passed, also of those that don't count unless one behind them does.
  uint32_t crc_ = 0;
  // Where the first of them begins that is newer than the newest checkpoint.
  uint64_t crc_begin_ = kFileHeaderBytes;
  // Of the newest checkpoint so far.
  CheckpointOrder order_;
  // Where the first record behind it stands that changes what it says.
  std::optional<uint64_t> counted_at_;
};

}  // namespace flowdb
