// What a call of the system that failed says, as a Status.
#pragma once

#include <string_view>

#include "util/status.h"

namespace flowdb {

// Of `call` on `path`, by errno: not_found, busy (somebody else has it locked), quota_exceeded, or
// io_error.
Status posix_failure(std::string_view path, std::string_view call);

}  // namespace flowdb
