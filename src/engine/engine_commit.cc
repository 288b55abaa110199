// Committing a change of the live tables, a flush of the file at a time: one takes milliseconds on
// many a disk, and a commit has five.
#include <cassert>
#include <iterator>
#include <utility>

#include "engine/engine_state.h"
#include "engine/job_step.h"
#include "util/rules.h"

namespace flowdb {
namespace {

constexpr Rule kLogFlushes[] = {Rule::dropped_log_flush_again, Rule::dropped_log_flush};

}  // namespace

Result<uint64_t> Engine::State::begin_commit(CommitOf what, Change change) {
  assert(!commit_under_way);
  Commit commit{what, std::move(change), nullptr};
  if (what != CommitOf::reclaim) {
    std::vector<uint32_t> left = commit.change.removed;
    for (const auto& file : commit.change.moved) left.push_back(file->meta().id);
    TableFiles files = files_of(commit.change.added);
    files.insert(files.end(), commit.change.moved.begin(), commit.change.moved.end());
    commit.next = version->with(files, left);
    if (commit.next == nullptr) {
      for (const TableMeta& table : commit.change.added) storage->discard_table(table.id);
      return Status::corruption(storage->file_name(), 0, "a compaction made overlapping tables");
    }
  }
  // What the filter drops is dead by commits that may be in the log only, and not flushed: a power
  // loss that took them back would leave references to it. Twice, because one of two flushes may do
  // nothing.
  if (commit.change.has_dropped) commit.log_flushes_left = std::size(kLogFlushes);
  commit_under_way = std::move(commit);
  return uint64_t{1};
}

Result<bool> Engine::State::advance_commit(Commit& commit) {
  while (commit.log_flushes_left > 0) {
    commit.log_flushes_left -= 1;
    if (!holds(kLogFlushes[commit.log_flushes_left])) continue;
    FLOWDB_RETURN_IF_ERROR(log->sync());
    return false;
  }
  const Change& change = commit.change;
  if (!commit.has_begun) {
    if (commit.what == CommitOf::reclaim) {
      FLOWDB_RETURN_IF_ERROR(storage->begin_reclaim());
    } else {
      Manifest manifest;
      manifest.last_sequence = change.sequence;
      manifest.next_table_id = next_table_id;
      manifest.log = change.position;
      for (const auto& file : commit.next->all()) manifest.tables.push_back(file->meta());
      std::vector<uint32_t> added_ids;
      for (const TableMeta& meta : change.added) added_ids.push_back(meta.id);
      FLOWDB_RETURN_IF_ERROR(storage->begin_apply(added_ids, change.removed, manifest.encode()));
    }
    commit.has_begun = true;
  }
  FLOWDB_ASSIGN_OR_RETURN(const bool is_over, storage->advance());
  if (!is_over || commit.what == CommitOf::reclaim) return is_over;
  version = std::move(commit.next);
  for (const uint32_t id : change.removed) dead_records.forget(id);
  checkpoint_sequence = change.sequence;
  checkpoint_position = change.position;
  checkpoint_due = false;
  room_is_waiting = !change.removed.empty() && !change.moves_forward;
  if (!change.moves_forward) last_move_failed = false;
  may_have_dead_tables |= !change.added.empty();
  log->release_before(change.position);
  return true;
}

Result<uint64_t> Engine::State::step_commit() {
  const Result<bool> over = advance_commit(*commit_under_way);
  if (over.is_ok() && !over.value()) return kFlushWork;
  const Commit commit = *std::move(commit_under_way);
  commit_under_way.reset();
  const bool is_ok = over.is_ok();
  switch (commit.what) {
    case CommitOf::flush:
      flush_failed = !is_ok;
      if (!is_ok) {
        flush->give_up();
      } else {
        if (flush->memtable()->count() > 0) ++counters.flushes;
        flush.reset();
      }
      break;
    case CommitOf::part:
    case CommitOf::last_part:
      compaction_failed = !is_ok;
      if (!is_ok) {
        for (const TableMeta& table : commit.change.added) storage->discard_table(table.id);
        for (const uint32_t id : commit.change.removed) dead_records.forget(id);
        give_up_compaction();
      } else if (commit.what == CommitOf::last_part) {
        ++counters.compactions;
      }
      break;
    case CommitOf::move:
      compaction_failed = !is_ok;
      break;
    case CommitOf::expiry:
      if (is_ok) counters.expired_tables += commit.change.removed.size();
      break;
    case CommitOf::removal:
    case CommitOf::reclaim:
      break;
  }
  return is_ok ? Result<uint64_t>(kFlushWork) : over.status();
}

Status Engine::State::finish_commit() {
  while (commit_under_way) {
    const bool is_of_flush = commit_under_way->what == CommitOf::flush;
    const Status status = step_commit().status();
    const bool can_write = storage->can_write() && log->can_write();
    if (!status.is_ok() && (is_of_flush || !can_write)) return status;
  }
  return Status::ok();
}

Status Engine::State::commit(Change change) {
  FLOWDB_RETURN_IF_ERROR(begin_commit(CommitOf::removal, std::move(change)).status());
  while (commit_under_way) FLOWDB_RETURN_IF_ERROR(step_commit().status());
  return Status::ok();
}

}  // namespace flowdb
