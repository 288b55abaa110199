// fsync, where it does what its name says.
#include "storage/posix_flush.h"

#include <fcntl.h>
#include <unistd.h>

namespace flowdb {

int posix_flush(int descriptor) {
#ifdef F_FULLFSYNC
  return fcntl(descriptor, F_FULLFSYNC);  // on macOS fsync leaves the data in the disk's cache
#else
  return fsync(descriptor);
#endif
}

}  // namespace flowdb
