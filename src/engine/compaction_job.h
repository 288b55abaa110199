// CompactionJob: merges tables into new ones, a piece at a time. It changes nothing that is
// committed: who runs it commits its result.
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
  // `version` is the one that the plan was made of. What `output` needs must outlive the job.
  CompactionJob(CompactionPlan plan, std::shared_ptr<const Version> version, Retention retention,
                std::unique_ptr<TableOutput> output);

  // REQUIRES: not is_done(). Result: the work done (job_step.h). Errors: corruption, unsupported,
  // io_error, quota_exceeded; only destruction is allowed then.
  Result<uint64_t> step();
  bool is_done() const { return is_done_; }

  // Completes the table that is being written, so that another one can be written before the next
  // step. Errors as step().
  Status pause();

  const CompactionPlan& plan() const { return plan_; }
  // REQUIRES: is_done().
  const std::vector<TableMeta>& outputs() const { return output_->tables(); }
  std::vector<uint32_t> inputs() const;

 private:
  // Learns which ranges the inputs remove, and which of these removals have to stay.
  Status take_range_removes();
  // Takes the record that the inputs stand at, and goes on to the next.
  Status take();
  // Whether a table below the output level may hold older records of `key`. REQUIRES: ascending
  // keys.
  bool older_below(std::string_view key);

  CompactionPlan plan_;
  // The inputs as sources: those of level 0, each for itself, and the others by level.
  TableFiles level0_;
  std::array<TableFiles, kLevels> sorted_;
  std::shared_ptr<const Version> version_;
  Retention retention_;
  std::unique_ptr<TableOutput> output_;
  MergingCursor merged_;
  bool is_started_ = false;
  bool is_done_ = false;
  // The first table of each level below the output level whose largest key is not below the current
  // one.
  std::array<size_t, kLevels> below_{};
};

}  // namespace flowdb
