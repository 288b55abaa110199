// PosixFile over pread, pwrite and fsync. Interrupted and partial calls are continued; a full disk
// and an exceeded quota are told apart from other failures.
#include "storage/posix_file.h"

#include <fcntl.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <sys/types.h>
#include <unistd.h>

#include <cerrno>
#include <limits>

#include "storage/posix_failure.h"
#include "storage/posix_flush.h"

namespace flowdb {
namespace {

// An offset that the system's signed type holds, so that a wild one is an error of the call and not
// undefined.
bool addressable(uint64_t offset, uint64_t length) {
  constexpr uint64_t max = static_cast<uint64_t>(std::numeric_limits<off_t>::max());
  return offset <= max && length <= max - offset;
}

Status not_addressable(std::string_view path) {
  errno = EFBIG;
  return posix_failure(path, "offset");
}

// A name is durable only when the directory that holds it is. Of two flushes one may do nothing.
Status sync_directory_of(const std::string& path) {
  const size_t slash = path.rfind('/');
  const std::string directory = slash == std::string::npos ? "." : path.substr(0, slash + 1);
  const int descriptor = ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return posix_failure(directory, "open");
  const bool is_flushed = posix_flush(descriptor) == 0 && posix_flush(descriptor) == 0;
  const Status status = is_flushed ? Status::ok() : posix_failure(directory, "fsync");
  ::close(descriptor);
  return status;
}

}  // namespace

Result<std::unique_ptr<PosixFile>> PosixFile::open(const std::string& path, Mode mode) {
  const int create = mode == Mode::existing ? 0 : O_CREAT;
  const int descriptor = ::open(path.c_str(), O_RDWR | O_CLOEXEC | create, 0644);
  if (descriptor < 0) return posix_failure(path, "open");
  std::unique_ptr<PosixFile> file(new PosixFile(descriptor, path));
  if (flock(descriptor, LOCK_EX | LOCK_NB) != 0) return posix_failure(path, "lock");
  if (mode != Mode::create_if_missing) return file;
  // Made now, or by who was killed before its name was durable.
  FLOWDB_ASSIGN_OR_RETURN(const uint64_t size, file->size());
  if (size == 0) FLOWDB_RETURN_IF_ERROR(sync_directory_of(path));
  return file;
}

PosixFile::~PosixFile() { ::close(descriptor_); }

Result<size_t> PosixFile::read_at(uint64_t offset, char* buffer, size_t length) {
  if (!addressable(offset, length)) return size_t{0};
  size_t done = 0;
  while (done < length) {
    const ssize_t n =
        pread(descriptor_, buffer + done, length - done, static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return posix_failure(path_, "read");
    if (n == 0) break;
    done += static_cast<size_t>(n);
  }
  return done;
}

Status PosixFile::write_at(uint64_t offset, std::string_view bytes) {
  if (!addressable(offset, bytes.size())) return not_addressable(path_);
  size_t done = 0;
  while (done < bytes.size()) {
    const ssize_t n = pwrite(descriptor_, bytes.data() + done, bytes.size() - done,
                             static_cast<off_t>(offset + done));
    if (n < 0 && errno == EINTR) continue;
    if (n < 0) return posix_failure(path_, "write");
    done += static_cast<size_t>(n);
  }
  return Status::ok();
}

Status PosixFile::truncate(uint64_t size) {
  if (!addressable(size, 0)) return not_addressable(path_);
  int result;
  do {
    result = ftruncate(descriptor_, static_cast<off_t>(size));
  } while (result != 0 && errno == EINTR);
  return result == 0 ? Status::ok() : posix_failure(path_, "truncate");
}

Status PosixFile::sync() {
  // Not repeated on EINTR: whether the interrupted flush dropped something is not known.
  return posix_flush(descriptor_) == 0 ? Status::ok() : posix_failure(path_, "sync");
}

Result<uint64_t> PosixFile::size() {
  struct stat info;
  if (fstat(descriptor_, &info) != 0) return posix_failure(path_, "stat");
  return static_cast<uint64_t>(info.st_size);
}

Status rename_file(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) return posix_failure(from, "rename");
  return sync_directory_of(to);
}

Status remove_file(const std::string& path) {
  if (::unlink(path.c_str()) == 0 || errno == ENOENT) return Status::ok();
  return posix_failure(path, "remove");
}

}  // namespace flowdb
