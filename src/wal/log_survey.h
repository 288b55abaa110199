// LogSurvey: reads what can still be read of a log, also behind damage, and says what can't. Only
// reads.
#pragma once

#include <functional>
#include <optional>

#include "storage/finding.h"
#include "wal/log.h"

namespace flowdb {

struct LogSurvey {
  // The database that the log must belong to; nullopt: not known.
  std::optional<DatabaseId> id;
  // The manifest's position; nullopt: not known, or there is no manifest.
  std::optional<LogPosition> from;
  // Batches up to here are in tables. nullopt: not known, all are wanted.
  std::optional<uint64_t> after_sequence;
  // Where the log is known to end, when it is open; nullopt: where no frame follows.
  std::optional<uint64_t> end;
};

// Calls `use` for each batch that is wanted, in order, its payload valid during the call; what is
// wrong is added to `findings`. A frame that is torn at the log's end is reported as well: from the
// bytes alone it can't be told from one that was whole once. Memory: the file's size.
void survey_log(File& file, const LogSurvey& survey,
                const std::function<void(const LogBatch&)>& use, Findings& findings);

}  // namespace flowdb
