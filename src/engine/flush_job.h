// FlushJob: a memtable that is full, and its way to tables, a step at a time. It
// changes nothing that is committed: who runs it commits its result.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "engine/retention.h"
#include "engine/table_output.h"
#include "engine/version.h"
#include "memtable/memtable.h"
#include "wal/log.h"

namespace flowdb {

class FlushJob {
 public:
  // `memtable` takes no more records. It holds what was written up to `sequence` and is in no table
  // yet; the log's frames behind `position` are not in it.
  FlushJob(std::shared_ptr<const Memtable> memtable, uint64_t sequence, const LogPosition& position)
      : memtable_(std::move(memtable)), sequence_(sequence), position_(position) {}

  const std::shared_ptr<const Memtable>& memtable() const { return memtable_; }
  uint64_t sequence() const { return sequence_; }
  const LogPosition& position() const { return position_; }

  bool has_begun() const { return output_ != nullptr; }
  // Begins with the first record. `version`: of the tables so far. What `output` needs must outlive
  // the job.
  void begin(Retention retention, std::shared_ptr<const Version> version,
             std::unique_ptr<TableOutput> output);
  // Gives up what was written; the job can begin anew.
  void give_up();

  // As TableOutput::begin_room(), before a step. REQUIRES: has_begun().
  Result<bool> begin_room() { return output_->begin_room(); }
  // REQUIRES: has_begun() and not is_done(). Result: the work done (job_step.h). Errors:
  // quota_exceeded, io_error; only give_up() is allowed then.
  Result<uint64_t> step();
  bool is_done() const { return is_done_; }
  // REQUIRES: is_done(). None, when no record is worth keeping.
  const std::vector<TableMeta>& outputs() const { return output_->tables(); }
  // REQUIRES: is_done(). As Retention::take_has_dropped().
  bool take_has_dropped() { return retention_->take_has_dropped(); }

 private:
  const std::shared_ptr<const Memtable> memtable_;
  const uint64_t sequence_;
  const LogPosition position_;
  std::optional<Retention> retention_;
  std::shared_ptr<const Version> version_;
  std::unique_ptr<TableOutput> output_;
  std::optional<Memtable::Cursor> cursor_;
  Version::Places near_;
  bool is_done_ = false;
};

}  // namespace flowdb
