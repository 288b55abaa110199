// MultiFileStorage: opening, and the calls that change what is committed. Whatever has no place in
// the checkpoint is what a crash has left. As in the container, of two flushes one may do nothing.
#include "storage/multi_file_storage.h"

#include <algorithm>

#include "util/rules.h"

namespace flowdb {
namespace {

bool ends_with(std::string_view name, std::string_view suffix) {
  return name.size() >= suffix.size() && name.substr(name.size() - suffix.size()) == suffix;
}

}  // namespace

Result<std::unique_ptr<MultiFileStorage>> MultiFileStorage::open(std::unique_ptr<Directory> root,
                                                                 std::unique_ptr<Directory> tables,
                                                                 const ContainerOptions& options) {
  std::unique_ptr<MultiFileStorage> storage(
      new MultiFileStorage(std::move(root), std::move(tables)));
  FLOWDB_RETURN_IF_ERROR(storage->load(options));
  return storage;
}

Status MultiFileStorage::load(const ContainerOptions& options) {
  Directory& directory = files_.directory();
  FLOWDB_ASSIGN_OR_RETURN(const std::vector<std::string> names, directory.list());
  FLOWDB_ASSIGN_OR_RETURN(std::optional<Committed> found, read_checkpoint_file(*root_, directory));
  const bool is_new = !found.has_value();
  if (is_new) {
    // The original has no checkpoint: every file that has the name of a table is one.
    found.emplace();
    found->database_id = options.new_id;
    for (const std::string& name : names) {
      const std::optional<uint32_t> id = id_of_sst(name);
      if (!id) continue;
      FLOWDB_ASSIGN_OR_RETURN(const auto file, directory.open_file(name));
      FLOWDB_ASSIGN_OR_RETURN(found->tables[*id].length, file->size());
      found->changed = true;
    }
    if (!found->changed && !options.create_if_missing) {
      return Status::not_found(std::string(root_->name()) + ": no storage");
    }
  }
  committed_ = *std::move(found);
  // The next checkpoint tells which of two files it is.
  if (committed_.found_either) FLOWDB_RETURN_IF_ERROR(sync_table_names());
  committed_.found_either = false;
  for (const auto& [id, location] : committed_.tables) files_.add(id, location.length, false);
  FLOWDB_RETURN_IF_ERROR(remove_leftovers(names));
  return is_new ? commit(committed_) : Status::ok();
}

Status MultiFileStorage::remove_leftovers(const std::vector<std::string>& names) {
  bool is_durable = !holds(Rule::leftovers_removed_last);
  for (const std::string& name : names) {
    const std::optional<uint32_t> id = id_of_sst(name);
    const bool is_orphan = id && !sst_exists(*id);
    // The checkpoint without the table may stand there and not be durable yet.
    if (is_orphan && !is_durable) FLOWDB_RETURN_IF_ERROR(sync_checkpoint_name());
    is_durable = is_durable || is_orphan;
    if (is_orphan || ends_with(name, kTemporarySuffix)) {
      FLOWDB_RETURN_IF_ERROR(files_.directory().remove(name));
    }
  }
  return remove_prepared_checkpoint_file(*root_);
}

Status MultiFileStorage::sync(Directory& directory) {
  Status status = directory.sync();
  if (!status.is_ok()) can_write_ = false;
  return status;
}

Status MultiFileStorage::sync_checkpoint_name() {
  if (holds(Rule::checkpoint_name_flush)) FLOWDB_RETURN_IF_ERROR(sync(*root_));
  if (holds(Rule::checkpoint_name_flush_again)) FLOWDB_RETURN_IF_ERROR(sync(*root_));
  return Status::ok();
}

Status MultiFileStorage::sync_table_names() {
  if (holds(Rule::sst_name_flush)) FLOWDB_RETURN_IF_ERROR(sync(files_.directory()));
  if (holds(Rule::sst_name_flush_again)) FLOWDB_RETURN_IF_ERROR(sync(files_.directory()));
  return Status::ok();
}

Status MultiFileStorage::commit(Committed next) {
  FLOWDB_RETURN_IF_ERROR(prepare_checkpoint_file(*root_, next));
  if (Status status = replace_checkpoint_file(*root_); !status.is_ok()) {
    can_write_ = false;
    return status;
  }
  FLOWDB_RETURN_IF_ERROR(sync_checkpoint_name());
  committed_ = std::move(next);
  return Status::ok();
}

Status MultiFileStorage::check_idle() const {
  if (!can_write_) {
    return Status::closed(std::string(root_->name()) +
                          ": an earlier write failed, open the database again");
  }
  if (!writing_) return Status::ok();
  return Status::invalid_argument(std::string(root_->name()) + ": a table is being written");
}

Status MultiFileStorage::check_id(uint32_t id) const {
  FLOWDB_RETURN_IF_ERROR(check_idle());
  if (id == kFillerId || finished_.count(id) != 0) {
    return Status::invalid_argument("table id " + std::to_string(id) + " is taken");
  }
  return Status::ok();
}

Status MultiFileStorage::raise_epoch() {
  FLOWDB_RETURN_IF_ERROR(check_idle());
  Committed next = committed_;
  ++next.epoch;
  return commit(std::move(next));
}

Status MultiFileStorage::mark_deleted() {
  FLOWDB_RETURN_IF_ERROR(check_idle());
  Committed next = committed_;
  next.deleted = true;
  return commit(std::move(next));
}

Status MultiFileStorage::write_table_file(uint32_t id, std::string_view bytes) {
  FLOWDB_ASSIGN_OR_RETURN(const auto file, files_.create(id));
  FLOWDB_RETURN_IF_ERROR(file->write_at(0, bytes));
  return sync_table_file(*file);
}

Status MultiFileStorage::write_sst(uint32_t id, std::string_view bytes) {
  FLOWDB_RETURN_IF_ERROR(check_id(id));
  Committed next = committed_;
  next.changed = true;
  const bool replaces = sst_exists(id);
  Status status = write_table_file(id, bytes);
  if (status.is_ok() && replaces) {
    // Between the two commits the table is the old one or the new one.
    const TableLocation before = next.tables[id];
    next.tables[id].length = kEitherLength;
    status = commit(next);
    committed_.tables[id] = before;
  }
  if (!status.is_ok()) {
    files_.remove_temporary(id);
    return status;
  }
  next.tables[id] = {0, bytes.size()};
  status = files_.replace(id, bytes.size());
  if (status.is_ok()) status = sync_table_names();
  if (status.is_ok()) status = commit(std::move(next));
  if (status.is_ok()) return status;
  if (replaces) {
    can_write_ = false;
    committed_.tables[id] = *files_.hold(id);
  } else if (can_write_) {
    files_.remove_temporary(id);
    files_.remove(id);
  } else {
    files_.forget(id);
  }
  return status;
}

Status MultiFileStorage::delete_sst(uint32_t id) {
  FLOWDB_RETURN_IF_ERROR(check_id(id));
  if (!sst_exists(id)) return Status::ok();
  Committed next = committed_;
  next.changed = true;
  next.tables.erase(id);
  FLOWDB_RETURN_IF_ERROR(commit(std::move(next)));
  files_.remove(id);
  return Status::ok();
}

Status MultiFileStorage::apply(const std::vector<uint32_t>& added,
                               const std::vector<uint32_t>& removed, std::string manifest) {
  FLOWDB_RETURN_IF_ERROR(check_idle());
  Committed next = committed_;
  next.changed = false;
  next.manifest = std::move(manifest);
  for (const uint32_t id : removed) {
    if (next.tables.erase(id) == 0) {
      return Status::invalid_argument("no table " + std::to_string(id) + " to remove");
    }
  }
  for (const uint32_t id : added) {
    const auto found = finished_.find(id);
    if (found == finished_.end() || !next.tables.insert(*found).second) {
      return Status::invalid_argument("no finished table " + std::to_string(id) + " to add");
    }
  }
  // Named, and not in the checkpoint, they are what a crash would leave.
  for (const uint32_t id : added) {
    if (Status status = files_.name(id); !status.is_ok()) {
      can_write_ = false;
      return status;
    }
  }
  if (!added.empty()) FLOWDB_RETURN_IF_ERROR(sync_table_names());
  FLOWDB_RETURN_IF_ERROR(commit(std::move(next)));
  for (const uint32_t id : added) finished_.erase(id);
  for (const uint32_t id : removed) files_.remove(id);
  return Status::ok();
}

Status MultiFileStorage::close() {
  FLOWDB_RETURN_IF_ERROR(check_idle());
  while (!finished_.empty()) discard_table(finished_.begin()->first);
  can_write_ = false;
  return Status::ok();
}

}  // namespace flowdb
