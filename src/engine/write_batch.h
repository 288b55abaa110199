// WriteBatch: operations that become visible and durable together or not at all.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "util/record.h"

namespace flowdb {

class WriteBatch {
 public:
  // Keys and values are copied. `ts` and `expire_at` are microseconds since 1970. A later operation
  // on the same (key, ts) wins.
  void put(std::string_view key, std::string_view value, int64_t ts = 0,
           int64_t expire_at = kNeverExpires);
  // Deletes the version of `key` at `ts`.
  void remove(std::string_view key, int64_t ts = 0);
  void clear();

  uint32_t count() const { return count_; }
  // The payload of a log frame (FORMAT.md), count included. Valid until the next change.
  std::string_view payload() const { return payload_; }

 private:
  uint32_t count_ = 0;
  std::string payload_ = std::string(4, '\0');
};

}  // namespace flowdb
