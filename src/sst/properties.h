// Properties of a table: what the engine's manifest says of it, too, so that a manifest can be
// rebuilt.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "sst/table_format.h"
#include "storage/container.h"
#include "util/range_removes.h"
#include "util/record.h"
#include "util/status.h"

namespace flowdb {

struct TableProperties {
  std::string smallest_key;
  std::string largest_key;
  uint64_t records = 0;
  uint64_t removes = 0;
  uint64_t smallest_sequence = UINT64_MAX;
  uint64_t largest_sequence = 0;
  int64_t min_ts = INT64_MAX;
  int64_t max_ts = INT64_MIN;
  int64_t max_expire_at = INT64_MIN;  // kNeverExpires when a record never does
  uint8_t level = 0;
  DatabaseId database_id{};
  // The block of the removals of ranges; of length 0 when there is none. A table may hold nothing
  // else.
  BlockHandle range_removes;

  // Widens everything to cover one more record. REQUIRES: records come in record order.
  void add(const Record& record);
  // The same for removals of ranges, behind the last record.
  void add(const RangeRemoves& ranges);

  // The properties block's payload.
  std::string encode() const;
  enum class Decoded { ok, malformed, unknown_tag };
  Decoded decode(std::string_view payload);
};

}  // namespace flowdb
