// One pass over the merged inputs.
#include "engine/compaction_job.h"

#include "engine/level_cursor.h"

namespace flowdb {
namespace {

// The clock is asked after so many records or so many bytes of them, whichever comes first.
constexpr int kRecordsPerCheck = 64;
constexpr size_t kBytesPerCheck = 64 << 10;

}  // namespace

CompactionJob::CompactionJob(CompactionPlan plan, std::shared_ptr<const Version> version,
                             Retention retention, std::unique_ptr<TableOutput> output,
                             std::function<int64_t()> now_us)
    : plan_(std::move(plan)),
      version_(std::move(version)),
      retention_(std::move(retention)),
      output_(std::move(output)),
      now_us_(std::move(now_us)) {
  for (const TableFiles* files : {&plan_.upper, &plan_.lower}) {
    for (const auto& file : *files) {
      (file->meta().level == 0 ? level0_ : sorted_[file->meta().level]).push_back(file);
    }
  }
  for (size_t i = 0; i < level0_.size(); ++i) {
    merged_.add(std::make_unique<LevelCursor>(level0_, i, i + 1, CacheUse::pass));
  }
  for (const TableFiles& files : sorted_) {
    if (files.empty()) continue;
    merged_.add(std::make_unique<LevelCursor>(files, 0, files.size(), CacheUse::pass));
  }
}

Result<bool> CompactionJob::step(int64_t budget_us) {
  const int64_t end_us = now_us_() + budget_us;
  if (!started_) {
    merged_.seek_to_first();
    started_ = true;
  }
  do {
    size_t bytes = 0;
    for (int i = 0; i < kRecordsPerCheck && bytes < kBytesPerCheck && merged_.valid(); ++i) {
      bytes += merged_.record().key.size() + merged_.record().value.size();
      FLOWDB_RETURN_IF_ERROR(take());
    }
    FLOWDB_RETURN_IF_ERROR(merged_.status());
    if (!merged_.valid()) {
      FLOWDB_RETURN_IF_ERROR(output_->end_table());
      return true;
    }
  } while (now_us_() < end_us);
  return false;
}

Status CompactionJob::pause() {
  if (!output_->has_open_table()) return Status::ok();
  while (merged_.valid() && merged_.record().key == output_->last_key()) {
    FLOWDB_RETURN_IF_ERROR(take());
  }
  FLOWDB_RETURN_IF_ERROR(merged_.status());
  return output_->end_table();
}

Status CompactionJob::take() {
  const Record& record = merged_.record();
  const Retention::Verdict verdict = retention_.judge(record, older_below(record.key));
  if (verdict != Retention::Verdict::drop) {
    const bool as_remove = verdict == Retention::Verdict::keep_as_remove;
    FLOWDB_RETURN_IF_ERROR(output_->add(as_remove ? removal_of(record) : record));
  }
  merged_.next();
  return Status::ok();
}

bool CompactionJob::older_below(std::string_view key) {
  for (size_t level = size_t{plan_.output_level} + 1; level < kLevels; ++level) {
    const TableFiles& files = version_->level(level);
    size_t& at = below_[level];
    while (at < files.size() && files[at]->meta().largest_key < key) ++at;
    if (at < files.size() && files[at]->meta().smallest_key <= key) return true;
  }
  return false;
}

std::vector<uint32_t> CompactionJob::inputs() const {
  std::vector<uint32_t> ids;
  for (const TableFiles* files : {&plan_.upper, &plan_.lower}) {
    for (const auto& file : *files) ids.push_back(file->meta().id);
  }
  return ids;
}

}  // namespace flowdb
