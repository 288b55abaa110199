// Opening, holding and removing the files of tables.
#include "storage/sst_files.h"

#include <cstdio>

#include "util/rules.h"

namespace flowdb {
namespace {

constexpr std::string_view kTableSuffix = ".sst";
// Far fewer than a process may have open by default (256 on macOS).
constexpr size_t kOpenFilesMax = 128;

std::string path_of(const Directory& directory, const std::string& name) {
  return std::string(directory.name()) + "/" + name;
}

}  // namespace

std::string sst_name(uint32_t id) {
  char digits[16];
  std::snprintf(digits, sizeof digits, "%09u", id);
  return digits + std::string(kTableSuffix);
}

std::string temporary_sst_name(uint32_t id) { return sst_name(id) + std::string(kTemporarySuffix); }

std::optional<uint32_t> id_of_sst(const std::string& name) {
  const size_t digits = name.size() - kTableSuffix.size();
  if (name.size() < kTableSuffix.size() || name.substr(digits) != kTableSuffix) return std::nullopt;
  uint64_t id = 0;
  for (const char digit : name.substr(0, digits)) {
    if (digit < '0' || digit > '9' || id >= kFillerId) return std::nullopt;
    id = id * 10 + static_cast<uint64_t>(digit - '0');
  }
  if (id >= kFillerId || sst_name(static_cast<uint32_t>(id)) != name) return std::nullopt;
  return static_cast<uint32_t>(id);
}

Status sync_table_file(File& file) {
  if (holds(Rule::sst_flush)) FLOWDB_RETURN_IF_ERROR(file.sync());
  if (holds(Rule::sst_flush_again)) FLOWDB_RETURN_IF_ERROR(file.sync());
  return Status::ok();
}

// Shared by the SstFiles and all who hold the table.
struct SstFiles::SstFile {
  ~SstFile() {
    file.reset();
    // What stays is removed by the next open.
    if (is_obsolete && directory->remove(name).is_ok()) return;
  }

  TableLocation location;
  std::string name;
  std::string path;  // for error messages
  std::shared_ptr<Directory> directory;
  std::shared_ptr<File> file;  // null: not open
  uint64_t last_read = 0;
  bool is_obsolete = false;
};

Result<std::unique_ptr<File>> SstFiles::create(uint32_t id) {
  // Who still reads an earlier table of the id would remove this one's file with it.
  if (const auto leaving = leaving_.find(id); leaving != leaving_.end()) {
    if (const auto held = leaving->second.lock()) held->is_obsolete = false;
  }
  return directory_->create_file(temporary_sst_name(id));
}

void SstFiles::remove_temporary(uint32_t id) {
  if (directory_->remove(temporary_sst_name(id)).is_ok()) return;
}

void SstFiles::add(uint32_t id, uint64_t length, bool is_temporary) {
  auto sst = std::make_shared<SstFile>();
  sst->location = {0, length};
  sst->name = is_temporary ? temporary_sst_name(id) : sst_name(id);
  sst->path = path_of(*directory_, sst->name);
  sst->directory = directory_;
  files_[id] = std::move(sst);
}

Status SstFiles::name(uint32_t id) {
  SstFile& sst = *files_.at(id);
  std::string name = sst_name(id);
  if (sst.name == name) return Status::ok();
  FLOWDB_RETURN_IF_ERROR(directory_->rename(sst.name, name));
  sst.path = path_of(*directory_, name);
  sst.name = std::move(name);
  return Status::ok();
}

Status SstFiles::replace(uint32_t id, uint64_t length) {
  FLOWDB_RETURN_IF_ERROR(directory_->rename(temporary_sst_name(id), sst_name(id)));
  add(id, length, false);
  return Status::ok();
}

void SstFiles::remove(uint32_t id) {
  for (auto one = leaving_.begin(); one != leaving_.end();) {
    one = one->second.expired() ? leaving_.erase(one) : std::next(one);
  }
  const auto found = files_.find(id);
  if (found == files_.end()) return;
  found->second->is_obsolete = true;
  if (holds(Rule::sst_kept_for_readers)) {
    leaving_[id] = found->second;
  } else if (directory_->remove(found->second->name).is_ok()) {
    found->second->is_obsolete = false;
  }
  files_.erase(found);
}

void SstFiles::forget(uint32_t id) { files_.erase(id); }

std::shared_ptr<const TableLocation> SstFiles::hold(uint32_t id) const {
  const auto found = files_.find(id);
  if (found == files_.end()) return nullptr;
  return std::shared_ptr<const TableLocation>(found->second, &found->second->location);
}

SstFiles::SstFile* SstFiles::find(uint32_t id) const {
  if (const auto found = files_.find(id); found != files_.end()) return found->second.get();
  // Who asks holds it, so that it stays.
  const auto leaving = leaving_.find(id);
  return leaving == leaving_.end() ? nullptr : leaving->second.lock().get();
}

std::string_view SstFiles::path(uint32_t id) const {
  const SstFile* const sst = find(id);
  return sst == nullptr ? directory_->name() : sst->path;
}

Result<std::shared_ptr<File>> SstFiles::open(uint32_t id) const {
  SstFile* const sst = find(id);
  if (sst == nullptr) {
    return Status::not_found(std::string(directory_->name()) + ": no table " + std::to_string(id));
  }
  FLOWDB_RETURN_IF_ERROR(open(*sst));
  return sst->file;
}

Status SstFiles::open(SstFile& sst) const {
  sst.last_read = ++reads_;
  if (sst.file != nullptr) return Status::ok();
  close_one();
  Result<std::unique_ptr<File>> opened = directory_->open_file(sst.name);
  if (opened.status().is(StatusCode::not_found)) {
    return Status::corruption(sst.path, 0, "the file of a live table is missing");
  }
  if (!opened.is_ok()) return opened.status();
  FLOWDB_ASSIGN_OR_RETURN(const uint64_t size, opened.value()->size());
  if (size != sst.location.length) {
    return Status::corruption(opened.value()->name(), size,
                              "the table ends here, not at " + std::to_string(sst.location.length));
  }
  sst.file = std::move(opened).value();
  return Status::ok();
}

void SstFiles::close_one() const {
  size_t open = 0;
  SstFile* oldest = nullptr;
  const auto look_at = [&](SstFile* sst) {
    if (sst == nullptr || sst->file == nullptr) return;
    ++open;
    // Not one that somebody else has, too: it would stay open.
    if (sst->file.use_count() > 1) return;
    if (oldest == nullptr || sst->last_read < oldest->last_read) oldest = sst;
  };
  for (const auto& entry : files_) look_at(entry.second.get());
  for (const auto& entry : leaving_) look_at(entry.second.lock().get());
  if (open >= kOpenFilesMax && oldest != nullptr) oldest->file.reset();
}

Status SstFiles::read(uint32_t id, uint64_t offset, char* buffer, size_t length) const {
  SstFile* const sst = find(id);
  if (sst == nullptr) return open(id).status();
  const uint64_t end = sst->location.length;
  if (offset > end || length > end - offset) {
    return Status::corruption(sst->path, offset,
                              "a table of " + std::to_string(end) + " bytes does not reach to " +
                                  std::to_string(offset) + " + " + std::to_string(length));
  }
  FLOWDB_RETURN_IF_ERROR(open(*sst));
  return read_exactly(*sst->file, offset, buffer, length);
}

}  // namespace flowdb
