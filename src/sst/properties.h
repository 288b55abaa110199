// Properties of a table: what the engine's manifest says of it, too, so that a manifest can be
// rebuilt.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "storage/container.h"
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

  // Widens everything to cover one more record. REQUIRES: records come in record order.
  void add(const Record& record);

  // The properties block's payload.
  std::string encode() const;
  enum class Decoded { ok, malformed, unknown_tag };
  Decoded decode(std::string_view payload);
};

}  // namespace flowdb
