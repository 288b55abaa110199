// Writes the container fixtures of this version into the folder that is its argument, or with a
// second argument those whose regions were reused. A fixture that is in the repository is never
// written again: a later version that stores something new adds files of its own.
#include <cstdio>

#include "storage/fixture_file.h"
#include "storage/original.h"
#include "storage/reused_fixture.h"
#include "storage/stored_container.h"

namespace flowdb {
namespace {

std::string original_container() {
  std::string file = original::new_container();
  original::append_table(file, 1, "original one");
  original::append_table(file, 2, "original two");
  original::append_tombstone(file, 1);
  original::append_checkpoint(file, original::recover(file));
  original::append_table(file, 3, std::string(300, '3'));
  return file;
}

// The status of the first step that fails.
Status fill(Container& container) {
  FLOWDB_RETURN_IF_ERROR(container.raise_epoch());
  FLOWDB_RETURN_IF_ERROR(add_table(container, 1, "one", {}, "manifest 1"));
  FLOWDB_RETURN_IF_ERROR(add_table(container, 2, std::string(500, '2'), {1}, "manifest 2"));
  return Status::ok();
}

Status store(const std::string& folder, const std::string& name, const std::string& content) {
  if (store_fixture(folder + "/" + name, content)) return Status::ok();
  return Status::io_error("can't write " + name);
}

Status run(const std::string& folder) {
  const auto store = [&](const std::string& name, const std::string& content) {
    return flowdb::store(folder, name, content);
  };
  const Bytes bytes = no_bytes();
  FLOWDB_ASSIGN_OR_RETURN(const auto container, try_open(bytes));
  FLOWDB_RETURN_IF_ERROR(store("new.db", *bytes));
  FLOWDB_RETURN_IF_ERROR(fill(*container));
  FLOWDB_RETURN_IF_ERROR(store("applied.db", *bytes));
  std::string appended = *bytes;
  original::append_table(appended, 7, "appended by the original");
  original::append_tombstone(appended, 2);
  FLOWDB_RETURN_IF_ERROR(store("applied-then-original.db", appended));
  FLOWDB_RETURN_IF_ERROR(container->write_sst(3, "three"));
  FLOWDB_RETURN_IF_ERROR(container->write_sst(4, "four"));
  FLOWDB_RETURN_IF_ERROR(container->delete_sst(3));
  FLOWDB_RETURN_IF_ERROR(store("standalone.db", *bytes));
  const Bytes copied = no_bytes();
  MemoryFile target(copied);
  FLOWDB_RETURN_IF_ERROR(container->copy_to(target));
  FLOWDB_RETURN_IF_ERROR(store("copy.db", *copied));
  FLOWDB_RETURN_IF_ERROR(container->mark_deleted());
  FLOWDB_RETURN_IF_ERROR(store("deleted.db", *bytes));
  return store("original.db", original_container());
}

Status run_reused(const std::string& folder) {
  const Bytes bytes = no_bytes();
  FLOWDB_ASSIGN_OR_RETURN(const auto container, try_open_with_small_regions(bytes));
  FLOWDB_RETURN_IF_ERROR(fill_reused_fixture(*container));
  FLOWDB_RETURN_IF_ERROR(store(folder, "reused.db", *bytes));
  FLOWDB_RETURN_IF_ERROR(container->close());
  FLOWDB_RETURN_IF_ERROR(store(folder, "reused-closed.db", *bytes));
  append_to_reused_fixture(*bytes);
  return store(folder, "reused-then-original.db", *bytes);
}

}  // namespace
}  // namespace flowdb

int main(int count, char** arguments) {
  if (count < 2) {
    std::fprintf(stderr, "usage: write_storage_fixtures FOLDER [reused]\n");
    return 2;
  }
  const flowdb::Status status =
      count > 2 ? flowdb::run_reused(arguments[1]) : flowdb::run(arguments[1]);
  if (!status.is_ok()) std::fprintf(stderr, "%s\n", status.to_string().c_str());
  return status.is_ok() ? 0 : 1;
}
