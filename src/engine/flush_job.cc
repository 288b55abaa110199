// One pass over the memtable.
#include "engine/flush_job.h"

#include <cassert>

#include "engine/job_step.h"

namespace flowdb {

void FlushJob::begin(Retention retention, std::shared_ptr<const Version> version,
                     std::unique_ptr<TableOutput> output) {
  give_up();
  version_ = std::move(version);
  retention_.emplace(std::move(retention));
  output_ = std::move(output);
  if (memtable_->has_range_removes()) {
    retention_->set_range_removes(*memtable_->range_removes());
    output_->set_range_removes(retention_->kept_range_removes([](auto, auto) { return true; }));
  }
  cursor_.emplace(*memtable_);
  cursor_->seek_to_first();
}

void FlushJob::give_up() {
  output_.reset();
  // Its tables' room may be what is missing.
  version_.reset();
  is_done_ = false;
}

Result<uint64_t> FlushJob::step() {
  assert(has_begun() && !is_done_);
  // The end of a table is a step by itself: filter and index are written then.
  if (!cursor_->valid()) {
    FLOWDB_RETURN_IF_ERROR(output_->finish());
    is_done_ = true;
    return kStepWork;
  }
  uint64_t work = 0;
  while (cursor_->valid() && work < kStepWork) {
    Record record = cursor_->record();
    if (retention_->drops(record.key)) {
      cursor_->seek(retention_->dead_until());
      work += kSkipWork;
      continue;
    }
    work += work_of(record);
    const Retention::Verdict verdict = retention_->judge(record, /*older_below=*/true);
    if (verdict != Retention::Verdict::drop) {
      if (verdict == Retention::Verdict::keep_as_remove) record = removal_of(record);
      FLOWDB_RETURN_IF_ERROR(output_->add(record, version_->hidden_bytes(record, near_)));
    }
    cursor_->next();
  }
  return work;
}

}  // namespace flowdb
