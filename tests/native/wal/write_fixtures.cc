// Writes the log fixtures of this version into the folder that is its argument. A fixture that is
// in the repository is never written again: a later version that stores something new adds files of
// its own.
#include <cstdio>

#include "storage/fixture_file.h"
#include "wal/fixture_position.h"
#include "wal/stored_log.h"

namespace flowdb {
namespace {

// Two openings, each with an epoch; a write of two batches; a jump; and a batch of which the end is
// missing.
Status fill(const Bytes& bytes) {
  uint64_t sequence = 10;
  for (uint64_t opening = 1; opening <= 2; ++opening) {
    const auto log = open_log(bytes, &kFixturePosition, 10, opening);
    FLOWDB_RETURN_IF_ERROR(append(*log, sequence + 1, "alone"));
    FLOWDB_RETURN_IF_ERROR(log->append({{sequence + 2, "together"}, {sequence + 3, ""}}, true));
    sequence += 3;
    if (opening == 1) continue;
    FLOWDB_RETURN_IF_ERROR(log->switch_extent(0, false));
    FLOWDB_RETURN_IF_ERROR(append(*log, sequence + 1, "behind the jump"));
    FLOWDB_RETURN_IF_ERROR(append(*log, sequence + 2, "torn"));
    bytes->resize(static_cast<size_t>(log->position().offset) - 6);
  }
  return Status::ok();
}

Status run(const std::string& folder) {
  const Bytes bytes = no_bytes();
  FLOWDB_ASSIGN_OR_RETURN(const auto log, try_open_log(bytes));
  if (!store_fixture(folder + "/new.wal", *bytes)) return Status::io_error("can't write new.wal");
  FLOWDB_RETURN_IF_ERROR(fill(bytes));
  if (store_fixture(folder + "/frames.wal", *bytes)) return Status::ok();
  return Status::io_error("can't write frames.wal");
}

}  // namespace
}  // namespace flowdb

int main(int count, char** arguments) {
  if (count != 2) {
    std::fprintf(stderr, "usage: write_wal_fixtures FOLDER\n");
    return 2;
  }
  const flowdb::Status status = flowdb::run(arguments[1]);
  if (!status.is_ok()) std::fprintf(stderr, "%s\n", status.to_string().c_str());
  return status.is_ok() ? 0 : 1;
}
