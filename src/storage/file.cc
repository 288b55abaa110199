// What all Files have in common.
#include "storage/file.h"

namespace flowdb {

Status read_exactly(File& file, uint64_t offset, char* buffer, size_t length) {
  FLOWDB_ASSIGN_OR_RETURN(const size_t n, file.read_at(offset, buffer, length));
  if (n == length) return Status::ok();
  return Status::corruption(file.name(), offset,
                            "the file ends after " + std::to_string(n) + " of " +
                                std::to_string(length) + " bytes to be read");
}

}  // namespace flowdb
