// compact_file: a container becomes its canonical copy, in the directory that has it. Native only:
// a browser cannot rename a file that it has open.
#include "storage/container.h"
#include "storage/posix_directory.h"
#include "util/rules.h"

namespace flowdb {
namespace {

Status copy_container(Directory& directory, const std::string& from, const std::string& to) {
  FLOWDB_ASSIGN_OR_RETURN(auto source, directory.open_file(from));
  ContainerOptions options;
  options.create_if_missing = false;
  FLOWDB_ASSIGN_OR_RETURN(auto container, Container::open(std::move(source), options));
  // In place of what an interrupted call has left.
  FLOWDB_ASSIGN_OR_RETURN(auto target, directory.create_file(to));
  FLOWDB_RETURN_IF_ERROR(container->copy_to(*target));
  FLOWDB_RETURN_IF_ERROR(directory.rename(to, from));
  // Of two flushes one may do nothing.
  if (holds(Rule::copy_name_flush)) FLOWDB_RETURN_IF_ERROR(directory.sync());
  return holds(Rule::copy_name_flush_again) ? directory.sync() : Status::ok();
}

}  // namespace

Status compact_file(Directory& directory, const std::string& name) {
  const std::string copy = name + ".compact";
  Status status = copy_container(directory, name, copy);
  if (!status.is_ok()) {
    // The first failure is the one to report; a copy that stays is removed by the next call.
    if (const Status removed = directory.remove(copy); !removed.is_ok()) return status;
  }
  return status;
}

Status compact_file(const std::string& path) {
  const size_t slash = path.rfind('/');
  if (slash == std::string::npos) return compact_file("./" + path);
  FLOWDB_ASSIGN_OR_RETURN(const auto directory,
                          PosixDirectory::open_shared(path.substr(0, slash == 0 ? 1 : slash)));
  return compact_file(*directory, path.substr(slash + 1));
}

}  // namespace flowdb
