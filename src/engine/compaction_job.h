// CompactionJob: merges tables into new ones, a piece at a time. It changes nothing that is
// committed: who runs it commits its result, in parts, so that the room of what was read becomes
// free before everything is written.
#pragma once

#include <cstdint>
#include <memory>
#include <vector>

#include "engine/compaction_picker.h"
#include "engine/merging_cursor.h"
#include "engine/retention.h"
#include "engine/table_output.h"

namespace flowdb {

class CompactionJob {
 public:
  // `version` is the one that the plan was made of. A part has `part_bytes` at least. A table of
  // the output level with `kept_bytes_min` that holds nothing of what comes down stays as it is;
  // UINT64_MAX: none does.
  // What `output` needs must outlive the job.
  CompactionJob(CompactionPlan plan, const Version& version, Retention retention,
                std::unique_ptr<TableOutput> output, uint64_t part_bytes, uint64_t kept_bytes_min);

  // REQUIRES: neither is_done() nor has_part(). Result: the work done (job_step.h). Errors:
  // corruption, unsupported, io_error, quota_exceeded; only destruction is allowed then.
  Result<uint64_t> step();
  bool is_done() const { return is_done_; }

  // A part: new tables, and those of the output level that they replace. The tables above hide
  // nothing but what is in these as well, and stay until the end.
  struct Part {
    std::vector<TableMeta> added;
    std::vector<uint32_t> removed;
    bool has_dropped = false;  // what nothing refers to, as the filter says
  };
  // Whether one is complete, to be taken and committed before the next step.
  bool has_part() const { return has_part_; }
  // REQUIRES: has_part() or is_done(). At the end, what is left. The inputs that it names are read
  // no more.
  Part take_part();

  // As TableOutput::begin_room(), before a step.
  Result<bool> begin_room() {
    if (is_started_ && !merged_.valid()) return false;
    return output_->begin_room();
  }
  // Completes the table that is being written, so that another one can be written before the next
  // step. Errors as step().
  Status pause();

  const CompactionPlan& plan() const { return plan_; }
  // The new tables of a part, until it is taken.
  const std::vector<TableMeta>& written() const { return output_->tables(); }

 private:
  // Learns which ranges the inputs remove, and which of these removals have to stay.
  Status take_range_removes();
  // Whether all tables of the output level that were read in part are read to their ends, and
  // enough is written for a part.
  bool ends_part();
  // Whether the table that is announced stays as it is. REQUIRES: ends_part() was asked.
  bool stays() const;
  // Takes the record that the inputs stand at, and goes on to the next.
  Status take();
  // Calls `use` with each table below the output level that may hold older records of `key`.
  // REQUIRES: ascending keys.
  template <typename Use>
  void each_older_below(std::string_view key, Use use);

  CompactionPlan plan_;
  // The inputs as sources: those of level 0, each for itself, and the others by level.
  TableFiles level0_;
  std::array<TableFiles, kLevels> sorted_;
  // The levels below the output level.
  std::array<TableFiles, kLevels> below_files_;
  Retention retention_;
  std::unique_ptr<TableOutput> output_;
  const uint64_t part_bytes_;
  const uint64_t kept_bytes_min_;
  MergingCursor merged_;
  bool is_started_ = false;
  bool is_done_ = false;
  bool has_part_ = false;
  bool has_range_removes_ = false;
  // So many of plan_.lower are read, and so many of them are in parts that were taken.
  size_t lower_read_ = 0;
  size_t lower_taken_ = 0;
  std::vector<bool> lower_stays_;  // which of them stay
  // The first table of each level below the output level whose largest key is not below the current
  // one.
  std::array<size_t, kLevels> below_{};
};

}  // namespace flowdb
