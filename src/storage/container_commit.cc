// Commits with a checkpoint, in steps: a flush takes milliseconds, and whoever waits for the owner
// meanwhile shall not wait for all of them. What is stored between two steps is what a crash
// between two flushes leaves.
#include "storage/container_state.h"
#include "storage/record.h"
#include "util/rules.h"

namespace flowdb {

void Container::State::begin_checkpoint(LiveTables next_tables, std::string next_manifest,
                                        bool next_changed) {
  under_way = std::make_unique<Commit>();
  under_way->tables = std::move(next_tables);
  under_way->manifest = std::move(next_manifest);
  under_way->changed = next_changed;
}

void Container::State::begin_superblock(Plan plan) {
  under_way = std::make_unique<Commit>();
  under_way->has_checkpoint = false;
  under_way->plan = std::move(plan);
}

Status Container::State::commit(Plan plan) {
  begin_superblock(std::move(plan));
  return finish();
}

Status Container::State::write_checkpoint(Commit& commit) {
  const uint64_t bytes = checkpoint_bytes(commit.tables, commit.manifest, true);
  const size_t index = lowest_fit(free, kCheckpointLeadBytes + bytes);
  Region region;
  if (index < free.size()) region = take_region(index);
  Plan& plan = commit.plan;
  plan.next = superblock;
  plan.next.changed = commit.changed;
  plan.next.checkpoint_length = checkpoint_bytes(commit.tables, commit.manifest, reused);
  plan.tables = &commit.tables;
  Status status;
  if (!region.is_empty()) {
    plan.next.checkpoint_offset = region.begin + kCheckpointLeadBytes;
    const uint64_t behind = plan.next.checkpoint_end();
    const std::string rest = frame_rest(behind, region.end);
    if (!rest.empty()) status = file->write_at(behind, rest);
  } else {
    plan.next.checkpoint_offset = next_record_offset(end);
  }
  if (status.is_ok()) status = plan_space(plan);
  if (!status.is_ok()) {
    // What is left of the region is framed behind its header, and not durably.
    if (!region.is_empty()) forget_free();
    return status;
  }
  CheckpointOrder order;
  if (reused) order = {plan.next.generation, plan.file_end};
  const std::string record =
      encode_checkpoint(commit.tables, commit.manifest, superblock.database_id, order);
  if (region.is_empty()) return append_record(record).status();
  status = file->write_at(plan.next.checkpoint_offset, record);
  if (!status.is_ok()) {
    forget_free();
    return status;
  }
  covers.push_back({region.begin, plan.next.checkpoint_offset});
  commit.is_hidden = true;
  unflushed = true;
  return Status::ok();
}

Status Container::State::step(Commit& commit) {
  switch (commit.step) {
    case Commit::Step::tables:
      return flush();
    case Commit::Step::plan:
      if (commit.has_checkpoint) FLOWDB_RETURN_IF_ERROR(write_checkpoint(commit));
      FLOWDB_RETURN_IF_ERROR(frame(commit.plan));
      return unflushed && holds(Rule::commit_flush) ? flush() : Status::ok();
    case Commit::Step::plan_again:
      if (unflushed && holds(Rule::commit_flush_again)) FLOWDB_RETURN_IF_ERROR(flush());
      unflushed = false;
      return Status::ok();
    case Commit::Step::superblock:
      FLOWDB_RETURN_IF_ERROR(write_superblock(commit.plan));
      return holds(Rule::superblock_flush) ? flush() : Status::ok();
    case Commit::Step::superblock_again:
      return holds(Rule::superblock_flush_again) ? flush() : Status::ok();
  }
  return Status::ok();
}

Result<bool> Container::State::advance() {
  if (under_way == nullptr) {
    return Status::invalid_argument(std::string(file->name()) + ": no commit is under way");
  }
  Commit& commit = *under_way;
  if (Status status = step(commit); !status.is_ok()) {
    // The whole region is one filler then.
    if (commit.is_hidden) covers.back().end = commit.plan.next.checkpoint_end();
    under_way.reset();
    return status;
  }
  if (commit.step != Commit::Step::superblock_again) {
    commit.step = static_cast<Commit::Step>(static_cast<uint8_t>(commit.step) + 1);
    return false;
  }
  accept_commit(commit.plan);
  if (commit.has_checkpoint) {
    tables.swap(commit.tables);
    manifest = std::move(commit.manifest);
    changed = commit.changed;
  }
  for (const auto& [id, location] : commit.named) {
    finished.erase(id);
    // Only the original, which reads no superblock, looks at the header; the checkpoint tells it
    // the same. So the commit stands whether this succeeds or not.
    if (const Status status = name_table(id, location); !status.is_ok()) continue;
  }
  under_way.reset();
  return true;
}

Status Container::State::finish() {
  while (under_way != nullptr) FLOWDB_RETURN_IF_ERROR(advance().status());
  return Status::ok();
}

Status Container::begin_apply(const std::vector<uint32_t>& added,
                              const std::vector<uint32_t>& removed, std::string manifest) {
  State& s = *state_;
  FLOWDB_RETURN_IF_ERROR(s.check_no_writer());
  LiveTables next = s.tables;
  for (const uint32_t id : removed) {
    if (next.erase(id) == 0) {
      return Status::invalid_argument("no table " + std::to_string(id) + " to remove");
    }
  }
  LiveTables named;
  for (const uint32_t id : added) {
    const auto found = s.finished.find(id);
    if (found == s.finished.end() || !next.insert(*found).second) {
      return Status::invalid_argument("no finished table " + std::to_string(id) + " to add");
    }
    named.insert(*found);
  }
  if (!holds(Rule::tables_named_last)) {
    for (const auto& [id, location] : named) FLOWDB_RETURN_IF_ERROR(s.name_table(id, location));
  }
  s.begin_checkpoint(std::move(next), std::move(manifest), false);
  if (!named.empty()) s.under_way->step = State::Commit::Step::tables;
  s.under_way->named = std::move(named);
  return Status::ok();
}

Status Container::begin_reclaim() {
  State& s = *state_;
  FLOWDB_RETURN_IF_ERROR(s.check_idle());
  if (s.end_of_checkpoints(1) != UINT64_MAX) {
    s.begin_checkpoint(s.tables, s.manifest, s.changed);
    return Status::ok();
  }
  State::Plan plan;
  FLOWDB_RETURN_IF_ERROR(s.plan_superblock(plan));
  s.begin_superblock(std::move(plan));
  return Status::ok();
}

Result<bool> Container::advance() { return state_->advance(); }

Status Container::apply(const std::vector<uint32_t>& added, const std::vector<uint32_t>& removed,
                        std::string manifest) {
  FLOWDB_RETURN_IF_ERROR(begin_apply(added, removed, std::move(manifest)));
  return state_->finish();
}

Status Container::reclaim() {
  FLOWDB_RETURN_IF_ERROR(begin_reclaim());
  return state_->finish();
}

Status Container::write_checkpoint() {
  FLOWDB_RETURN_IF_ERROR(state_->check_idle());
  state_->begin_checkpoint(state_->tables, state_->manifest, state_->changed);
  return state_->finish();
}

}  // namespace flowdb
