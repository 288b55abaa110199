// CommandReader: takes the fields of one command's body apart, checking each. It collects the first
// error, so that a caller reads all fields in a row and asks once.
#pragma once

#include <cstdint>
#include <string_view>

#include "document/range.h"
#include "util/status.h"

namespace flowdb {

class CommandReader {
 public:
  // `body` is what follows the command's header.
  explicit CommandReader(std::string_view body) : rest_(body) {}

  // Each of these returns the field, or 0 or nothing after an error. `name` tells it in the
  // message; views point into the body.
  uint32_t u32(const char* name);
  std::string_view bytes(const char* name);
  KeyRange range();
  Direction direction();
  // A number that is at most `max`.
  uint32_t choice(const char* name, uint32_t max);
  // A number of fields that follow, each of which takes at least `bytes_each`.
  uint32_t count(const char* name, size_t bytes_each);

  void fail(const char* name, const char* what);
  // Not ok when a field was missing or wrong, or when something is left behind the last one.
  Status finish();
  // Not ok when a field was missing or wrong so far.
  const Status& status() const { return status_; }

 private:
  std::string_view rest_;
  Status status_;
};

}  // namespace flowdb
