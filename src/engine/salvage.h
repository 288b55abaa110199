// Salvage: reads what is left of a damaged database, a container and its log. Never writes to its
// files, stops at nothing, and says what is missing. There is none where each table is a file of
// its own: damage in one table is damage in one file there, and the engine reads the others.
#pragma once

#include <functional>
#include <memory>
#include <vector>

#include "engine/manifest.h"
#include "memtable/memtable.h"
#include "storage/file.h"
#include "storage/finding.h"
#include "util/record.h"

namespace flowdb {

class Engine;

class Salvage {
 public:
  // Looks for tables and commits in the two files, which must outlive the Salvage; a file that is
  // gone is given empty. Succeeds with any bytes; findings() says what is wrong so far.
  //
  // Which tables are live says the newest checkpoint that can be read. Is it an older one, or none,
  // then tables in the file that are newer than it says count, too; what was removed since then, or
  // ever, may come back. Where a damaged block held the removal of a record, an older version of
  // that record comes back. Commits of the log behind a damaged one are read; the damaged one is
  // missing.
  static Salvage open(File& container, File& log);
  ~Salvage();
  Salvage(Salvage&&) noexcept;

  // Every record that can be read: the newest version of each key and ts unless it was removed, in
  // record order, expired ones as well. Its bytes hold during the call. Damage in tables that is
  // met is added to findings(). May be called again; findings are then added again. Errors: those
  // of `use`, at which it stops.
  Status each_record(const std::function<Status(const Record&)>& use);
  // Writes all these records to `target`, a new database, in batches; ends with a flush. Errors:
  // invalid_argument (the target is not empty), and those of Engine::write.
  Status copy_to(Engine& target);

  // All that was found to be wrong, in the order in which it was met.
  const Findings& findings() const;
  // The tables that are read, and how many records the last each_record() has met in them and the
  // log, older versions and removals included.
  const std::vector<uint32_t>& tables() const;
  uint64_t records_met() const;

 private:
  struct State;
  explicit Salvage(std::unique_ptr<State> state);
  std::unique_ptr<State> state_;
};

}  // namespace flowdb
