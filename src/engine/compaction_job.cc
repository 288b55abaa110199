// One pass over the merged inputs.
#include "engine/compaction_job.h"

#include <algorithm>
#include <cassert>

#include "engine/job_step.h"
#include "engine/level_cursor.h"
#include "util/features.h"

namespace flowdb {
CompactionJob::CompactionJob(CompactionPlan plan, const Version& version, Retention retention,
                             std::unique_ptr<TableOutput> output, uint64_t part_bytes,
                             uint64_t kept_bytes_min)
    : plan_(std::move(plan)),
      retention_(std::move(retention)),
      output_(std::move(output)),
      part_bytes_(part_bytes),
      kept_bytes_min_(kept_bytes_min),
      lower_stays_(plan_.lower.size()) {
  for (size_t level = size_t{plan_.output_level} + 1; level < kLevels; ++level) {
    below_files_[level] = version.level(level);
  }
  for (const TableFiles* files : {&plan_.upper, &plan_.lower}) {
    for (const auto& file : *files) {
      (file->meta().level == 0 ? level0_ : sorted_[file->meta().level]).push_back(file);
    }
  }
  for (size_t i = 0; i < level0_.size(); ++i) {
    merged_.add(std::make_unique<LevelCursor>(level0_, i, i + 1, CacheUse::pass));
  }
  for (size_t level = 0; level < kLevels; ++level) {
    const TableFiles& files = sorted_[level];
    if (files.empty()) continue;
    auto source = std::make_unique<LevelCursor>(files, 0, files.size(), CacheUse::pass);
    if (level == plan_.output_level) source->announce_tables();
    merged_.add(std::move(source));
  }
}

Result<uint64_t> CompactionJob::step() {
  assert(!is_done_ && !has_part_);
  if (!is_started_) {
    if (kFullEngine) FLOWDB_RETURN_IF_ERROR(take_range_removes());
    merged_.seek_to_first();
    is_started_ = true;
  } else if (!merged_.valid()) {
    // The end of a table is a step by itself: filter and index are written then.
    FLOWDB_RETURN_IF_ERROR(output_->finish());
    is_done_ = true;
    return kStepWork;
  }
  uint64_t work = 0;
  while (merged_.valid() && work < kStepWork) {
    if (ends_part()) {
      FLOWDB_RETURN_IF_ERROR(output_->end_table());
      has_part_ = true;
      return work + kStepWork;
    }
    if (merged_.is_announcing()) {
      if (!stays()) {
        merged_.enter_table();
        continue;
      }
      lower_stays_[lower_read_] = true;
      const bool ends_table = output_->has_open_table();
      FLOWDB_RETURN_IF_ERROR(output_->end_table());
      merged_.skip_table();
      if (ends_table) return work + kStepWork;
      continue;
    }
    const Record& record = merged_.record();
    if (retention_.drops(record.key)) {
      merged_.skip_to(place_before(retention_.dead_until()));
      work += kSkipWork;
      continue;
    }
    work += work_of(record);
    FLOWDB_RETURN_IF_ERROR(take());
  }
  FLOWDB_RETURN_IF_ERROR(merged_.status());
  return work;
}

Status CompactionJob::pause() {
  if (!output_->has_open_table()) return Status::ok();
  while (merged_.valid() && merged_.record().key == output_->last_key()) {
    FLOWDB_RETURN_IF_ERROR(take());
  }
  FLOWDB_RETURN_IF_ERROR(merged_.status());
  return output_->end_table();
}

bool CompactionJob::ends_part() {
  const size_t before = lower_read_;
  const std::string_view key = merged_.record().key;
  while (lower_read_ < plan_.lower.size() && plan_.lower[lower_read_]->meta().largest_key < key) {
    ++lower_read_;
  }
  // A removed range may reach from one table into the next.
  return lower_read_ > before && output_->bytes() >= part_bytes_ && !has_range_removes_;
}

// A small table that is open would be ended in front of it, and stay small.
bool CompactionJob::stays() const {
  const TableFile& file = *plan_.lower[lower_read_];
  return file.bytes() >= kept_bytes_min_ && !has_range_removes_ &&
         (!output_->has_open_table() || output_->open_bytes() >= kept_bytes_min_) &&
         merged_.is_alone_until(file.meta().largest_key);
}

CompactionJob::Part CompactionJob::take_part() {
  assert(is_done_ || has_part_);
  has_part_ = false;
  Part part;
  part.added = output_->take_tables();
  part.has_dropped = retention_.take_has_dropped();
  TableFiles& inputs = sorted_[plan_.output_level];
  if (is_done_) {
    lower_read_ = plan_.lower.size();
    for (const auto& file : plan_.upper) part.removed.push_back(file->meta().id);
  }
  for (; lower_taken_ < lower_read_; ++lower_taken_) {
    if (!lower_stays_[lower_taken_]) part.removed.push_back(plan_.lower[lower_taken_]->meta().id);
    // Their room is free when nobody holds them.
    plan_.lower[lower_taken_].reset();
    inputs[lower_taken_].reset();
  }
  return part;
}

Status CompactionJob::take() {
  const Record& record = merged_.record();
  bool older_left = kFullEngine && plan_.older_beside;
  uint64_t hidden = 0;
  each_older_below(record.key, [&](const TableFile& file) {
    older_left = true;
    hidden = std::max(hidden, hidden_bytes(record, file));
  });
  const Retention::Verdict verdict = retention_.judge(record, older_left);
  if (verdict != Retention::Verdict::drop) {
    const bool as_remove = verdict == Retention::Verdict::keep_as_remove;
    FLOWDB_RETURN_IF_ERROR(output_->add(as_remove ? removal_of(record) : record, hidden));
  }
  merged_.next();
  return Status::ok();
}

template <typename Use>
void CompactionJob::each_older_below(std::string_view key, Use use) {
  for (size_t level = size_t{plan_.output_level} + 1; level < kLevels; ++level) {
    const TableFiles& files = below_files_[level];
    size_t& at = below_[level];
    while (at < files.size() && compare_bytes(files[at]->meta().largest_key, key) < 0) ++at;
    if (at == files.size() || compare_bytes(files[at]->meta().smallest_key, key) > 0) continue;
    use(*files[at]);
  }
}

Status CompactionJob::take_range_removes() {
  TableFiles files = plan_.upper;
  files.insert(files.end(), plan_.lower.begin(), plan_.lower.end());
  RangeRemoves removes;
  FLOWDB_RETURN_IF_ERROR(add_range_removes_of(files, removes));
  if (removes.empty()) return Status::ok();
  has_range_removes_ = true;
  retention_.set_range_removes(std::move(removes));
  output_->set_range_removes(
      retention_.kept_range_removes([this](std::string_view begin, std::string_view end) {
        if (plan_.older_beside) return true;
        for (size_t level = size_t{plan_.output_level} + 1; level < kLevels; ++level) {
          const TableFiles& below = below_files_[level];
          const size_t at = find_table(below, begin);
          if (at < below.size() && below[at]->meta().smallest_key < end) return true;
        }
        return false;
      }));
  return Status::ok();
}

}  // namespace flowdb
