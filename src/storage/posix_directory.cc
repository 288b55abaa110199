// PosixDirectory over the calls that work on names.
#include "storage/posix_directory.h"

#include <dirent.h>
#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>

#include "storage/posix_failure.h"
#include "storage/posix_file.h"
#include "storage/posix_flush.h"

namespace flowdb {

Result<std::unique_ptr<PosixDirectory>> PosixDirectory::open(const std::string& path) {
  const bool made = ::mkdir(path.c_str(), 0755) == 0;
  if (!made && errno != EEXIST) return posix_failure(path, "mkdir");
  FLOWDB_ASSIGN_OR_RETURN(auto directory, open_shared(path));
  if (flock(directory->descriptor_, LOCK_EX | LOCK_NB) != 0) return posix_failure(path, "lock");
  // Who has made it may have been killed before its name was durable.
  if (!made) {
    FLOWDB_ASSIGN_OR_RETURN(const auto names, directory->list());
    if (!names.empty()) return directory;
  }
  FLOWDB_RETURN_IF_ERROR(directory->sync_own_name());
  return directory;
}

Result<std::unique_ptr<PosixDirectory>> PosixDirectory::open_shared(const std::string& path) {
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return posix_failure(path, "open");
  return std::unique_ptr<PosixDirectory>(new PosixDirectory(descriptor, path));
}

// Of two flushes one may do nothing.
Status PosixDirectory::sync_own_name() {
  const int parent = ::openat(descriptor_, "..", O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (parent < 0) return posix_failure(path_, "open the directory of");
  const bool is_flushed = posix_flush(parent) == 0 && posix_flush(parent) == 0;
  const Status status = is_flushed ? Status::ok() : posix_failure(path_, "fsync the directory of");
  ::close(parent);
  return status;
}

PosixDirectory::~PosixDirectory() { ::close(descriptor_); }

Result<std::unique_ptr<File>> PosixDirectory::create_file(const std::string& name) {
  FLOWDB_RETURN_IF_ERROR(remove(name));
  FLOWDB_ASSIGN_OR_RETURN(std::unique_ptr<File> file,
                          PosixFile::open(path_of(name), PosixFile::Mode::create_unflushed));
  return file;
}

Result<std::unique_ptr<File>> PosixDirectory::open_file(const std::string& name) {
  FLOWDB_ASSIGN_OR_RETURN(std::unique_ptr<File> file,
                          PosixFile::open(path_of(name), PosixFile::Mode::existing));
  return file;
}

Status PosixDirectory::rename(const std::string& from, const std::string& to) {
  if (::renameat(descriptor_, from.c_str(), descriptor_, to.c_str()) == 0) return Status::ok();
  return posix_failure(path_of(from), "rename");
}

Status PosixDirectory::remove(const std::string& name) { return remove_file(path_of(name)); }

Result<std::vector<std::string>> PosixDirectory::list() {
  DIR* const entries = ::opendir(path_.c_str());
  if (entries == nullptr) return posix_failure(path_, "list");
  std::vector<std::string> names;
  errno = 0;
  for (const dirent* entry = ::readdir(entries); entry != nullptr; entry = ::readdir(entries)) {
    struct stat info;
    const bool is_known = ::fstatat(descriptor_, entry->d_name, &info, 0) == 0;
    if (is_known && S_ISREG(info.st_mode)) names.emplace_back(entry->d_name);
    errno = 0;
  }
  const Status status = errno == 0 ? Status::ok() : posix_failure(path_, "list");
  ::closedir(entries);
  if (!status.is_ok()) return status;
  return names;
}

Status PosixDirectory::sync() {
  // Not repeated on EINTR: whether the interrupted flush dropped something is not known.
  return posix_flush(descriptor_) == 0 ? Status::ok() : posix_failure(path_, "fsync");
}

}  // namespace flowdb
