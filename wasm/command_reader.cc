// See command_reader.h.
#include "command_reader.h"

#include <string>

#include "protocol.h"
#include "util/coding.h"

namespace flowdb {

void CommandReader::fail(const char* name, const char* what) {
  if (!status_.is_ok()) return;
  status_ = Status::invalid_argument(std::string("malformed command: ") + name + ": " + what);
  rest_ = {};
}

uint32_t CommandReader::u32(const char* name) {
  if (rest_.size() < 4) {
    fail(name, "missing");
    return 0;
  }
  const uint32_t value = load_le<uint32_t>(rest_.data());
  rest_.remove_prefix(4);
  return value;
}

std::string_view CommandReader::bytes(const char* name) {
  const uint32_t length = u32(name);
  // Bodies have a length that is a multiple of 4, so that the padding is there when the bytes are.
  if (length > rest_.size()) {
    fail(name, "longer than the command");
    return {};
  }
  const std::string_view value = rest_.substr(0, length);
  const size_t padded = (size_t{length} + 3) & ~size_t{3};
  rest_.remove_prefix(padded < rest_.size() ? padded : rest_.size());
  return value;
}

KeyRange CommandReader::range() {
  using namespace protocol;
  const uint32_t flags = u32("range");
  KeyRange range;
  if (flags == kRangeSingle) {
    range = KeyRange::only(bytes("key"));
  } else if ((flags & ~(kRangeLower | kRangeUpper | kRangeLowerOpen | kRangeUpperOpen)) != 0) {
    fail("range", "unknown flags");
  } else {
    if ((flags & kRangeLower) != 0) range.lower = bytes("lower bound");
    if ((flags & kRangeUpper) != 0) range.upper = bytes("upper bound");
    range.lower_open = (flags & kRangeLowerOpen) != 0;
    range.upper_open = (flags & kRangeUpperOpen) != 0;
  }
  return range;
}

Direction CommandReader::direction() {
  return static_cast<Direction>(choice("direction", static_cast<uint32_t>(Direction::prev_unique)));
}

uint32_t CommandReader::choice(const char* name, uint32_t max) {
  const uint32_t value = u32(name);
  if (value <= max) return value;
  fail(name, "unknown");
  return 0;
}

uint32_t CommandReader::count(const char* name, size_t bytes_each) {
  const uint32_t value = u32(name);
  if (value <= rest_.size() / bytes_each) return value;
  fail(name, "more than the command holds");
  return 0;
}

Status CommandReader::finish() {
  if (!rest_.empty()) fail("end", "something follows the last field");
  return status_;
}

}  // namespace flowdb
