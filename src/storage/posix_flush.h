// The system's flush of a file or a directory, down to the disk.
#pragma once

namespace flowdb {

// Result and errno as of fsync.
int posix_flush(int descriptor);

}  // namespace flowdb
