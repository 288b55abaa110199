// Just enough of JSON to know that a stored name or key path will not break the text of the schema
// that it becomes part of.
#pragma once

#include <string_view>

namespace flowdb {

// Whether `text` is a JSON string.
bool is_json_string(std::string_view text);

// Whether `text` is a key path: null, a JSON string, or an array of JSON strings, without white
// space.
bool is_json_key_path(std::string_view text);

}  // namespace flowdb
