// ValueList: the values of one reply. While all are JSON text they stand together as one JSON
// array, which the page decodes at once; the first other one changes the form of all.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "document/record.h"

namespace flowdb {

class ValueList {
 public:
  // Appends to `out`, whose end is a multiple of 4 bytes away from where the reply's fields are
  // aligned.
  explicit ValueList(std::string& out);
  void add(const Value& value);
  // A value whose bytes go by themselves.
  void add_in_pieces(ValueKind kind);
  void finish();
  // What stands in `out`. REQUIRES: finish() was called, and nothing since.
  std::string_view bytes() const { return std::string_view(out_).substr(start_); }
  // Takes all values out of `out` again.
  void restart();
  // How many values it has, and the bytes of those that are not in pieces.
  uint32_t count() const { return count_; }
  uint64_t value_bytes() const { return value_bytes_; }

 private:
  void add_single(uint32_t kind, std::string_view bytes);
  void change_format();
  void pad();

  std::string& out_;
  size_t start_;
  bool all_json_ = true;
  uint32_t count_ = 0;
  uint64_t value_bytes_ = 0;
  std::vector<uint32_t> lengths_;  // of the values, while all are JSON text
};

}  // namespace flowdb
