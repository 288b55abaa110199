// Bytes as a format document shows them: in hexadecimal, at an offset.
#pragma once

#include <cassert>
#include <string>
#include <string_view>

namespace flowdb {

// The bytes that `digits` stands for; spaces are ignored, and what stands in single quotes is
// itself.
inline std::string hex(std::string_view digits) {
  std::string bytes;
  int high = -1;
  for (size_t i = 0; i < digits.size(); ++i) {
    const char c = digits[i];
    if (c == ' ' || c == '\n') continue;
    if (c == '\'') {
      for (++i; digits[i] != '\''; ++i) bytes.push_back(digits[i]);
      continue;
    }
    const int value = c <= '9' ? c - '0' : c - 'a' + 10;
    assert(value >= 0 && value < 16);
    if (high < 0) {
      high = value;
    } else {
      bytes.push_back(static_cast<char>(high * 16 + value));
      high = -1;
    }
  }
  assert(high < 0);
  return bytes;
}

// Puts `bytes` at `offset` of `file`, which grows with zeros as far as needed.
inline void place(std::string& file, size_t offset, std::string_view bytes) {
  if (file.size() < offset + bytes.size()) file.resize(offset + bytes.size(), '\0');
  file.replace(offset, bytes.size(), bytes);
}

}  // namespace flowdb
