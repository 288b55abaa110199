// Manifest: the state of the engine that a checkpoint carries (FORMAT.md): which table stands at
// which level, and from where the log is to be read.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "util/record.h"
#include "util/status.h"
#include "wal/log.h"

namespace flowdb {

// Levels 0 to 6. Level 0: tables that may overlap; others: sorted and disjoint.
inline constexpr size_t kLevels = 7;

// What the engine knows of a live table without opening it.
struct TableMeta {
  uint32_t id = 0;
  uint8_t level = 0;
  uint64_t records = 0;
  uint64_t smallest_sequence = 0;
  uint64_t largest_sequence = 0;
  // Not 0: the sequence number of all its records, whatever they say themselves. They were written
  // before it was known.
  uint64_t assigned_sequence = 0;
  int64_t min_ts = 0;
  int64_t max_ts = 0;
  int64_t max_expire_at = kNeverExpires;  // then, all its records have expired
  bool has_range_removes = false;
  // About how many bytes of the levels below are dead because of its records, what is large
  // counted more than once (hidden_bytes() of version.h).
  uint64_t hidden_bytes = 0;
  std::string smallest_key;
  std::string largest_key;

  void assign_sequence(uint64_t sequence) {
    smallest_sequence = largest_sequence = assigned_sequence = sequence;
  }
};

struct Manifest {
  // Everything up to here is in the tables.
  uint64_t last_sequence = 0;
  uint32_t next_table_id = 1;
  LogPosition log;
  std::vector<TableMeta> tables;  // by level, newest first in level 0, by key elsewhere

  std::string encode() const;
  // Errors: corruption (`file` and the offset within the manifest), unsupported.
  static Result<Manifest> decode(std::string_view bytes, std::string_view file);
};

}  // namespace flowdb
