// One file replaces another by its name, so that a change is there or is not. Whatever has no place
// in the checkpoint is what a crash has left. As in the container, of two flushes one may do
// nothing.
#include "storage/multi_file_storage.h"

#include <algorithm>
#include <cstdio>

namespace flowdb {
namespace {

constexpr char kCheckpointName[] = "CHECKPOINT";
constexpr char kCheckpointTemporary[] = "CHECKPOINT.tmp";
constexpr std::string_view kTableSuffix = ".sst";
constexpr std::string_view kTemporarySuffix = ".tmp";
// The length of a table that is being replaced: it is the old or the new one.
constexpr uint64_t kEitherLength = UINT64_MAX;

std::string name_of(uint32_t id) {
  char digits[16];
  std::snprintf(digits, sizeof digits, "%09u", id);
  return digits + std::string(kTableSuffix);
}
std::string temporary_of(uint32_t id) { return name_of(id) + std::string(kTemporarySuffix); }

bool ends_with(std::string_view name, std::string_view suffix) {
  return name.size() >= suffix.size() && name.substr(name.size() - suffix.size()) == suffix;
}

// nullopt: not the name of a table.
std::optional<uint32_t> id_of(const std::string& name) {
  if (!ends_with(name, kTableSuffix)) return std::nullopt;
  uint64_t id = 0;
  for (const char digit : name.substr(0, name.size() - kTableSuffix.size())) {
    if (digit < '0' || digit > '9' || id >= kFillerId) return std::nullopt;
    id = id * 10 + static_cast<uint64_t>(digit - '0');
  }
  if (id >= kFillerId || name_of(static_cast<uint32_t>(id)) != name) return std::nullopt;
  return static_cast<uint32_t>(id);
}

Status sync_file_twice(File& file) {
  FLOWDB_RETURN_IF_ERROR(file.sync());
  return file.sync();
}

}  // namespace

TableFileWriter::~TableFileWriter() {
  if (finished_) return;
  file_.reset();
  // What stays is removed by the next open.
  if (storage_.directory_->remove(temporary_of(id_)).is_ok()) return;
}

Status TableFileWriter::append(std::string_view bytes) {
  FLOWDB_RETURN_IF_ERROR(file_->write_at(size_, bytes));
  size_ += bytes.size();
  return Status::ok();
}

Status TableFileWriter::finish() {
  FLOWDB_RETURN_IF_ERROR(sync_file_twice(*file_));
  file_.reset();
  storage_.finished_[id_] = {0, size_};
  finished_ = true;
  return Status::ok();
}

Result<std::unique_ptr<MultiFileStorage>> MultiFileStorage::open(std::unique_ptr<Directory> root,
                                                                 std::unique_ptr<Directory> tables,
                                                                 const ContainerOptions& options) {
  std::unique_ptr<MultiFileStorage> storage(
      new MultiFileStorage(std::move(root), std::move(tables)));
  FLOWDB_RETURN_IF_ERROR(storage->read_checkpoint_file(options));
  return storage;
}

Status MultiFileStorage::read_checkpoint_file(const ContainerOptions& options) {
  FLOWDB_ASSIGN_OR_RETURN(const std::vector<std::string> names, directory_->list());
  Result<std::unique_ptr<File>> opened = root_->open_file(kCheckpointName);
  if (opened.status().is(StatusCode::not_found)) {
    const bool any = std::any_of(names.begin(), names.end(),
                                 [](const std::string& name) { return id_of(name).has_value(); });
    if (!any && !options.create_if_missing) {
      return Status::not_found(std::string(root_->name()) + ": no storage");
    }
    id_ = options.new_id;
    FLOWDB_RETURN_IF_ERROR(adopt_tables(names));
    return commit(live_, {}, changed_);
  }
  if (!opened.is_ok()) return opened.status();
  File& file = *opened.value();
  FLOWDB_ASSIGN_OR_RETURN(const uint64_t size, file.size());
  if (size == 0) return Status::corruption(file.name(), 0, "an empty checkpoint");
  FLOWDB_ASSIGN_OR_RETURN(const ContainerRecord record, read_record(file, 0, size));
  if (record.kind != ContainerRecord::Kind::checkpoint || record.end != size) {
    return Status::corruption(file.name(), 0, "no checkpoint");
  }
  FLOWDB_ASSIGN_OR_RETURN(Checkpoint checkpoint, read_checkpoint(file, record));
  if (!checkpoint.own) return Status::corruption(file.name(), 0, "a checkpoint without a checksum");
  id_ = checkpoint.database_id;
  live_ = std::move(checkpoint.tables);
  manifest_ = std::move(checkpoint.manifest);
  // A manifest of nothing but tables that came alone is none.
  changed_ = checkpoint.order.generation != 0;
  for (auto& [id, location] : live_) {
    if (location.length != kEitherLength) continue;
    FLOWDB_ASSIGN_OR_RETURN(const auto table, directory_->open_file(name_of(id)));
    FLOWDB_ASSIGN_OR_RETURN(location.length, table->size());
  }
  return remove_leftovers(names);
}

// The original has no checkpoint: every file that has the name of a table is one.
Status MultiFileStorage::adopt_tables(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const std::optional<uint32_t> id = id_of(name);
    if (!id) continue;
    FLOWDB_ASSIGN_OR_RETURN(const auto file, directory_->open_file(name));
    FLOWDB_ASSIGN_OR_RETURN(const uint64_t size, file->size());
    live_[*id] = {0, size};
    changed_ = true;
  }
  return remove_leftovers(names);
}

Status MultiFileStorage::remove_leftovers(const std::vector<std::string>& names) {
  for (const std::string& name : names) {
    const std::optional<uint32_t> id = id_of(name);
    const bool is_orphan = id && live_.count(*id) == 0;
    if (is_orphan || ends_with(name, kTemporarySuffix)) {
      FLOWDB_RETURN_IF_ERROR(directory_->remove(name));
    }
  }
  return root_->remove(kCheckpointTemporary);
}

Status MultiFileStorage::sync_twice(Directory& directory) {
  for (int i = 0; i < 2; ++i) {
    Status status = directory.sync();
    if (!status.is_ok()) can_write_ = false;
    FLOWDB_RETURN_IF_ERROR(status);
  }
  return Status::ok();
}

Status MultiFileStorage::commit(LiveTables live, std::string manifest, bool changed) {
  const CheckpointOrder order{changed ? uint64_t{1} : uint64_t{0}, 0};
  {
    FLOWDB_ASSIGN_OR_RETURN(const auto file, root_->create_file(kCheckpointTemporary));
    FLOWDB_RETURN_IF_ERROR(file->write_at(0, encode_checkpoint(live, manifest, id_, order)));
    FLOWDB_RETURN_IF_ERROR(sync_file_twice(*file));
  }
  if (Status status = root_->rename(kCheckpointTemporary, kCheckpointName); !status.is_ok()) {
    can_write_ = false;
    return status;
  }
  FLOWDB_RETURN_IF_ERROR(sync_twice(*root_));
  live_ = std::move(live);
  manifest_ = std::move(manifest);
  changed_ = changed;
  return Status::ok();
}

Result<std::shared_ptr<File>> MultiFileStorage::open_reader(uint32_t id) {
  const auto live = live_.find(id);
  if (live == live_.end()) {
    return Status::not_found(std::string(directory_->name()) + ": no table " + std::to_string(id));
  }
  std::shared_ptr<File>& reader = readers_[id];
  if (reader != nullptr) return reader;
  Result<std::unique_ptr<File>> opened = directory_->open_file(name_of(id));
  if (opened.status().is(StatusCode::not_found)) {
    return Status::corruption(directory_->name(), 0,
                              "the file of a live table is missing: " + name_of(id));
  }
  if (!opened.is_ok()) return opened.status();
  FLOWDB_ASSIGN_OR_RETURN(const uint64_t size, opened.value()->size());
  if (size != live->second.length) {
    return Status::corruption(opened.value()->name(), size,
                              "the table ends here, not at " + std::to_string(live->second.length));
  }
  reader = std::move(opened).value();
  return reader;
}

Status MultiFileStorage::read_table(uint32_t id, uint64_t offset, char* buffer, size_t length) {
  FLOWDB_ASSIGN_OR_RETURN(const auto file, open_reader(id));
  return read_exactly(*file, offset, buffer, length);
}

Status MultiFileStorage::check_id(uint32_t id) const {
  if (!can_write_) {
    return Status::closed(std::string(root_->name()) +
                          ": an earlier write failed, open the database again");
  }
  if (id == kFillerId || finished_.count(id) != 0) {
    return Status::invalid_argument("table id " + std::to_string(id) + " is taken");
  }
  return Status::ok();
}

Result<std::unique_ptr<TableFileWriter>> MultiFileStorage::begin_table(uint32_t id) {
  FLOWDB_RETURN_IF_ERROR(check_id(id));
  if (sst_exists(id)) {
    return Status::invalid_argument("table id " + std::to_string(id) + " is taken");
  }
  FLOWDB_ASSIGN_OR_RETURN(auto file, directory_->create_file(temporary_of(id)));
  return std::unique_ptr<TableFileWriter>(new TableFileWriter(*this, id, std::move(file)));
}

void MultiFileStorage::discard_table(uint32_t id) {
  if (finished_.erase(id) == 0) return;
  // What stays is removed by the next open.
  if (directory_->remove(temporary_of(id)).is_ok()) return;
}

Status MultiFileStorage::name_table(uint32_t id) {
  return directory_->rename(temporary_of(id), name_of(id));
}

Status MultiFileStorage::write_sst(uint32_t id, std::string_view bytes) {
  FLOWDB_RETURN_IF_ERROR(check_id(id));
  {
    FLOWDB_ASSIGN_OR_RETURN(const auto file, directory_->create_file(temporary_of(id)));
    FLOWDB_RETURN_IF_ERROR(file->write_at(0, bytes));
    FLOWDB_RETURN_IF_ERROR(sync_file_twice(*file));
  }
  LiveTables next = live_;
  if (sst_exists(id)) {
    // Between the two commits the table is the old one or the new one.
    const LiveTables before = live_;
    next[id].length = kEitherLength;
    FLOWDB_RETURN_IF_ERROR(commit(next, manifest_, true));
    live_ = before;
    readers_.erase(id);
  }
  Status status = name_table(id);
  if (!status.is_ok()) can_write_ = can_write_ && !sst_exists(id);
  FLOWDB_RETURN_IF_ERROR(status);
  status = sync_twice(*directory_);
  next[id] = {0, bytes.size()};
  if (status.is_ok()) status = commit(std::move(next), manifest_, true);
  if (!status.is_ok() && sst_exists(id)) can_write_ = false;
  return status;
}

Status MultiFileStorage::delete_sst(uint32_t id) {
  FLOWDB_RETURN_IF_ERROR(check_id(id));
  if (!sst_exists(id)) return Status::ok();
  LiveTables next = live_;
  next.erase(id);
  FLOWDB_RETURN_IF_ERROR(commit(std::move(next), manifest_, true));
  readers_.erase(id);
  // What stays is removed by the next open.
  if (directory_->remove(name_of(id)).is_ok()) return Status::ok();
  return Status::ok();
}

Status MultiFileStorage::apply(const std::vector<uint32_t>& added,
                               const std::vector<uint32_t>& removed, std::string manifest) {
  if (!can_write_) return check_id(0);
  LiveTables next = live_;
  for (const uint32_t id : removed) {
    if (next.erase(id) == 0) {
      return Status::invalid_argument("no table " + std::to_string(id) + " to remove");
    }
  }
  for (const uint32_t id : added) {
    const auto found = finished_.find(id);
    if (found == finished_.end() || !next.insert(*found).second) {
      return Status::invalid_argument("no finished table " + std::to_string(id) + " to add");
    }
  }
  // Named, and not in the checkpoint, they are what a crash would leave.
  for (const uint32_t id : added) {
    if (Status status = name_table(id); !status.is_ok()) {
      can_write_ = false;
      return status;
    }
  }
  if (!added.empty()) FLOWDB_RETURN_IF_ERROR(sync_twice(*directory_));
  if (Status status = commit(std::move(next), std::move(manifest), false); !status.is_ok()) {
    // The tables have their names already, so that they can't be added once more.
    can_write_ = can_write_ && added.empty();
    return status;
  }
  for (const uint32_t id : added) finished_.erase(id);
  for (const uint32_t id : removed) {
    readers_.erase(id);
    if (!directory_->remove(name_of(id)).is_ok()) continue;  // the next open removes it
  }
  return Status::ok();
}

}  // namespace flowdb
