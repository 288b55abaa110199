// Opening a database that has a file for each table. Of a full build only.
#include "engine/engine_state.h"
#include "storage/multi_file_storage.h"

namespace flowdb {
namespace {

// Without the checkpoint, a log with commits in it is what is left of a database, and not the
// beginning of a new one.
Status check_root(Directory& root) {
  FLOWDB_ASSIGN_OR_RETURN(const bool present, has_checkpoint_file(root));
  if (present) return Status::ok();
  const Result<std::unique_ptr<File>> log = root.open_file(std::string(kLogName));
  if (log.status().is(StatusCode::not_found)) return Status::ok();
  if (!log.is_ok()) return log.status();
  FLOWDB_ASSIGN_OR_RETURN(const bool frames, Log::holds_frames(*log.value()));
  if (!frames) return Status::ok();
  return Status::corruption(
      root.name(), 0,
      "the checkpoint is missing, but " + std::string(kLogName) + " holds commits of it");
}

}  // namespace

Result<std::unique_ptr<Engine>> Engine::open(std::unique_ptr<Directory> root,
                                             std::unique_ptr<Directory> tables,
                                             EngineOptions options) {
  FLOWDB_RETURN_IF_ERROR(validate(options));
  auto state = std::make_unique<State>(std::move(options));
  FLOWDB_RETURN_IF_ERROR(state->open_directories(std::move(root), std::move(tables)));
  return std::unique_ptr<Engine>(new Engine(std::move(state)));
}

Status Engine::State::open_directories(std::unique_ptr<Directory> root,
                                       std::unique_ptr<Directory> tables) {
  FLOWDB_RETURN_IF_ERROR(check_root(*root));
  Directory& directory = *root;
  FLOWDB_ASSIGN_OR_RETURN(
      storage, MultiFileStorage::open(std::move(root), std::move(tables), container_options()));
  Result<std::unique_ptr<File>> opened_log = directory.open_file(std::string(kLogName));
  // Its name becomes durable with the first commit, which raises the epoch, and before any other.
  if (opened_log.status().is(StatusCode::not_found)) {
    opened_log = directory.create_file(std::string(kLogName));
  }
  if (!opened_log.is_ok()) return opened_log.status();
  return recover(std::move(opened_log).value());
}

}  // namespace flowdb
