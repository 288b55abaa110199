// WriteBatch: operations that become visible and durable together or not at all.
#pragma once

#include <cstdint>
#include <optional>
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
  // Deletes all versions of the keys in [begin, end), those of earlier operations of this batch,
  // too.
  void remove_range(std::string_view begin, std::string_view end);
  // Records that are put without an expire_at expire so many microseconds after the write; 0: they
  // never do, whatever the engine's default. The write refuses a negative one.
  void set_ttl(int64_t ttl_us) { ttl_us_ = ttl_us; }
  std::optional<int64_t> ttl() const { return ttl_us_; }
  // Whether it asks for what only a build with kFullEngine does (util/features.h).
  bool needs_full_engine() const { return removes_ranges_ || ttl_us_.value_or(0) != 0; }
  // Also forgets the TTL.
  void clear();
  // Makes room for operations of about so many bytes in all.
  void reserve(size_t bytes) { payload_.reserve(payload_.size() + bytes); }

  uint32_t count() const { return count_; }
  // The payload of a log frame (FORMAT.md), count included. Valid until the next change.
  std::string_view payload() const { return payload_; }

 private:
  uint32_t count_ = 0;
  bool removes_ranges_ = false;
  std::optional<int64_t> ttl_us_;
  std::string payload_ = std::string(4, '\0');
};

}  // namespace flowdb
