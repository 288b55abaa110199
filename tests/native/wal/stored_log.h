// A log whose bytes a test can see, keep and damage, with salts that it knows.
#pragma once

#include <gtest/gtest.h>

#include <memory>
#include <string>
#include <vector>

#include "storage/memory_file.h"
#include "storage/stored_container.h"
#include "wal/log.h"

namespace flowdb {

// Salts a1a2a3a4a5a6a7a8, b1b2…, c1c2… and so on.
inline LogOptions test_log_options() {
  LogOptions options;
  options.extent_bytes_min = 8192;
  options.extent_bytes_max = 32768;
  options.random = [next = uint64_t{0xa1a2a3a4a5a6a7a8}]() mutable {
    const uint64_t salt = next;
    next += 0x1010101010101010;
    return salt;
  };
  return options;
}

inline Result<std::unique_ptr<Log>> try_open_log(const Bytes& bytes,
                                                 const LogPosition* from = nullptr,
                                                 LogOptions options = test_log_options()) {
  return Log::open(std::make_unique<MemoryFile>(bytes, "flow.wal"), kTestId, from, options);
}

struct FoundBatch {
  uint64_t sequence;
  std::string payload;

  bool operator==(const FoundBatch& other) const {
    return sequence == other.sequence && payload == other.payload;
  }
};

using FoundBatches = std::vector<FoundBatch>;

inline void PrintTo(const FoundBatch& batch, std::ostream* out) {
  *out << batch.sequence << ": " << batch.payload.substr(0, 20) << " (" << batch.payload.size()
       << " bytes)";
}

// Recovers; `batches` are those found.
inline Status recover(Log& log, uint64_t after, FoundBatches& batches) {
  return log.recover(after, [&](const LogBatch& batch) {
    batches.push_back({batch.sequence, std::string(batch.payload)});
    return Status::ok();
  });
}

// What a log is found to hold; a failure of the test when it does not open.
inline FoundBatches batches_in(const Bytes& bytes, const LogPosition* from = nullptr,
                               uint64_t after = 0) {
  FoundBatches batches;
  auto log = try_open_log(bytes, from);
  EXPECT_TRUE(log.is_ok()) << log.status().to_string();
  if (log.is_ok()) {
    const Status status = recover(*log.value(), after, batches);
    EXPECT_TRUE(status.is_ok()) << status.to_string();
  }
  return batches;
}

// An open log, ready to be appended to. `seed` makes its salts others than those of the opening
// before.
inline std::unique_ptr<Log> open_log(const Bytes& bytes, const LogPosition* from = nullptr,
                                     uint64_t after = 0, uint64_t seed = 0) {
  LogOptions options = test_log_options();
  if (seed != 0) options.random = [seed]() mutable { return seed += 0x9e3779b97f4a7c15; };
  auto log = try_open_log(bytes, from, options);
  EXPECT_TRUE(log.is_ok()) << log.status().to_string();
  if (!log.is_ok()) return nullptr;
  FoundBatches batches;
  const Status status = recover(*log.value(), after, batches);
  EXPECT_TRUE(status.is_ok()) << status.to_string();
  return std::move(log).value();
}

inline Status append(Log& log, uint64_t sequence, std::string_view payload, bool sync = false) {
  return log.append({{sequence, payload}}, sync);
}

}  // namespace flowdb
