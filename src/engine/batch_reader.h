// BatchReader: a batch's operations, one after the other, out of a log frame's payload.
#pragma once

#include <cstdint>
#include <string_view>

#include "util/coding.h"
#include "util/record.h"
#include "util/status.h"

namespace flowdb {

class BatchReader {
 public:
  // The payload must hold as long as the reader and the records that it yields.
  explicit BatchReader(std::string_view payload) : input_(payload) {}

  // Reads the next operation, with sequence 0. Result: false behind the last one. Errors:
  // corruption (`file` and the offset within the payload), unsupported.
  Result<bool> next(Record& record, std::string_view file);

 private:
  bool read_operation(uint8_t flags, Record& record);

  Reader input_;
  bool started_ = false;
  uint32_t left_ = 0;
};

}  // namespace flowdb
