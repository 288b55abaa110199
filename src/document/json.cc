// See json.h.
#include "document/json.h"

#include <cstddef>

namespace flowdb {

namespace {

bool is_hex(char c) {
  return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F');
}

// The position behind the string that begins at `at`; npos when there is none.
size_t end_of_string(std::string_view text, size_t at) {
  if (at >= text.size() || text[at] != '"') return std::string_view::npos;
  for (size_t i = at + 1; i < text.size(); ++i) {
    const unsigned char c = static_cast<unsigned char>(text[i]);
    if (c == '"') return i + 1;
    if (c < 0x20) return std::string_view::npos;
    if (c != '\\') continue;
    if (++i == text.size()) break;
    if (text[i] == 'u') {
      for (int digit = 0; digit < 4; ++digit) {
        if (++i == text.size() || !is_hex(text[i])) return std::string_view::npos;
      }
    } else if (std::string_view("\"\\/bfnrt").find(text[i]) == std::string_view::npos) {
      return std::string_view::npos;
    }
  }
  return std::string_view::npos;
}

}  // namespace

bool is_json_string(std::string_view text) { return end_of_string(text, 0) == text.size(); }

bool is_json_key_path(std::string_view text) {
  if (text == "null" || is_json_string(text)) return true;
  if (text.size() < 2 || text.front() != '[') return false;
  size_t at = 1;
  while ((at = end_of_string(text, at)) != std::string_view::npos && at < text.size()) {
    if (text[at] == ']') return at + 1 == text.size();
    if (text[at] != ',') return false;
    ++at;
  }
  return false;
}

}  // namespace flowdb
