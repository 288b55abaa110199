// compact_file: a container on disk becomes its canonical copy. Native only, like the files that it
// works on.
#include "storage/container.h"
#include "storage/posix_file.h"

namespace flowdb {
namespace {

Status copy_container(const std::string& from, const std::string& to) {
  FLOWDB_ASSIGN_OR_RETURN(auto source, PosixFile::open(from, PosixFile::Mode::existing));
  ContainerOptions options;
  options.create_if_missing = false;
  FLOWDB_ASSIGN_OR_RETURN(auto container, Container::open(std::move(source), options));
  FLOWDB_RETURN_IF_ERROR(remove_file(to));  // what an interrupted call has left
  FLOWDB_ASSIGN_OR_RETURN(auto target, PosixFile::open(to, PosixFile::Mode::create_if_missing));
  FLOWDB_RETURN_IF_ERROR(container->copy_to(*target));
  return rename_file(to, from);
}

}  // namespace

Status compact_file(const std::string& path) {
  const std::string copy = path + ".compact";
  Status status = copy_container(path, copy);
  if (!status.is_ok()) {
    // The first failure is the one to report; a copy that stays is removed by the next call.
    if (const Status removed = remove_file(copy); !removed.is_ok()) return status;
  }
  return status;
}

}  // namespace flowdb
