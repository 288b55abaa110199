// MultiFileStorage: writing, reading and looking over the tables.
#include <algorithm>

#include "storage/container_survey.h"
#include "storage/multi_file_storage.h"

namespace flowdb {
namespace {

constexpr size_t kBufferBytes = 64 << 10;

}  // namespace

TableFileWriter::TableFileWriter(MultiFileStorage& storage, uint32_t id, std::unique_ptr<File> file)
    : TableWriterInterface(id), storage_(storage), file_(std::move(file)) {
  storage_.writing_ = true;
}

TableFileWriter::~TableFileWriter() {
  storage_.writing_ = false;
  if (finished_) return;
  file_.reset();
  storage_.files_.remove_temporary(id_);
}

Status TableFileWriter::append(std::string_view bytes) {
  buffer_ += bytes;
  size_ += bytes.size();
  return buffer_.size() < kBufferBytes ? Status::ok() : write_buffer();
}

Status TableFileWriter::write_buffer() {
  FLOWDB_RETURN_IF_ERROR(file_->write_at(written_, buffer_));
  written_ += buffer_.size();
  buffer_.clear();
  return Status::ok();
}

Status TableFileWriter::finish() {
  FLOWDB_RETURN_IF_ERROR(write_buffer());
  FLOWDB_RETURN_IF_ERROR(sync_table_file(*file_));
  // Whoever reads the table opens the file, which only one may.
  file_.reset();
  storage_.finished_[id_] = {0, size_};
  storage_.files_.add(id_, size_, true);
  finished_ = true;
  return Status::ok();
}

Result<std::unique_ptr<TableWriter>> MultiFileStorage::begin_table(uint32_t id, uint64_t) {
  FLOWDB_RETURN_IF_ERROR(check_id(id));
  if (sst_exists(id)) {
    return Status::invalid_argument("table id " + std::to_string(id) + " is taken");
  }
  FLOWDB_ASSIGN_OR_RETURN(auto file, files_.create(id));
  return std::unique_ptr<TableWriter>(new TableFileWriter(*this, id, std::move(file)));
}

void MultiFileStorage::discard_table(uint32_t id) {
  if (finished_.erase(id) == 0) return;
  // With a commit that has failed half-way the checkpoint may name it: the next open knows.
  if (can_write_) {
    files_.remove(id);
  } else {
    files_.forget(id);
  }
}

Status MultiFileStorage::read_table(uint32_t id, uint64_t offset, char* buffer,
                                    size_t length) const {
  if (!sst_exists(id)) {
    return Status::not_found(std::string(root_->name()) + ": no table " + std::to_string(id));
  }
  return files_.read(id, offset, buffer, length);
}

Status MultiFileStorage::read_table(uint32_t id, const TableLocation&, uint64_t offset,
                                    char* buffer, size_t length) const {
  return files_.read(id, offset, buffer, length);
}

Result<std::shared_ptr<File>> MultiFileStorage::file_of(uint32_t id) const {
  if (!sst_exists(id)) {
    return Status::not_found(std::string(root_->name()) + ": no table " + std::to_string(id));
  }
  return files_.open(id);
}

StorageStats MultiFileStorage::stats() const {
  StorageStats stats;
  for (const auto& entry : committed_.tables) {
    stats.live_tables += 1;
    stats.live_bytes += entry.second.length;
  }
  return stats;
}

ContainerSurvey MultiFileStorage::survey(Findings& findings) const {
  return survey_files(*root_, files_.directory(), findings);
}

ContainerSurvey survey_files(Directory& root, Directory& tables, Findings& findings) {
  ContainerSurvey survey;
  Result<std::optional<Committed>> found = read_checkpoint_file(root, tables);
  if (found.is_ok() && !found.value().has_value()) {
    found = Status::corruption(root.name(), 0, "there is no checkpoint");
  }
  if (!found.is_ok()) {
    findings.push_back(finding_of(found.status(), root.name(), 0));
    return survey;
  }
  Committed& committed = *found.value();
  survey.database_id = committed.database_id;
  survey.tables = std::move(committed.tables);
  survey.manifest = std::move(committed.manifest);
  survey.changed = committed.changed;
  return survey;
}

}  // namespace flowdb
