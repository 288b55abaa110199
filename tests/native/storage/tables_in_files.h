// Whether the databases of a test have a file for each table instead of a container: the same tests
// run once more with FLOWDB_TABLES=files in the environment (CMakeLists.txt).
#pragma once

#include <cstdlib>
#include <memory>
#include <string>
#include <string_view>

#include "engine/engine.h"
#include "storage/faulty_directory.h"

namespace flowdb {

inline bool tables_in_files() {
  const char* const text = std::getenv("FLOWDB_TABLES");
  return text != nullptr && std::string_view(text) == "files";
}

// The directories of such a database, in memory.
struct StoredDirectories {
  std::shared_ptr<StoredNames> root = std::make_shared<StoredNames>();
  std::shared_ptr<StoredNames> tables = std::make_shared<StoredNames>();

  // With `log` as the bytes of its log, which nobody else writes.
  Result<std::unique_ptr<Engine>> open(const std::shared_ptr<std::string>& log,
                                       EngineOptions options) const {
    std::shared_ptr<StoredFile>& file = root->now["flow.wal"];
    if (file == nullptr) file = std::make_shared<StoredFile>();
    file->bytes = log;
    const auto left = std::make_shared<CallsLeft>();
    return Engine::open(std::make_unique<FaultyDirectory>(root, left),
                        std::make_unique<FaultyDirectory>(tables, left), std::move(options));
  }
  // How many files there ever were: more with each opening.
  uint64_t created() const { return root->created + tables->created; }
  StoredDirectories copy() const { return {copy_of(*root), copy_of(*tables)}; }
};

}  // namespace flowdb
