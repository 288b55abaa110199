// errno, and what it means to a database.
#include "storage/posix_failure.h"

#include <cerrno>
#include <cstring>
#include <string>

namespace flowdb {

Status posix_failure(std::string_view path, std::string_view call) {
  const int error = errno;
  std::string message(path);
  message += ": ";
  message += call;
  message += ": ";
  message += std::strerror(error);
  switch (error) {
    case ENOENT:
      return Status::not_found(std::move(message));
    case EWOULDBLOCK:
      return Status::busy(std::move(message));
    case ENOSPC:
    case EDQUOT:
    case EFBIG:
      return Status::quota_exceeded(std::move(message));
    default:
      return Status::io_error(std::move(message));
  }
}

}  // namespace flowdb
