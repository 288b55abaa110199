// The stored form of a document: its kind, the index keys that were extracted from it, its bytes.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "util/status.h"

namespace flowdb {

// How a value's bytes are to be read; the engine does not.
enum class ValueKind : uint8_t { json = 0, tagged = 1 };

struct Value {
  ValueKind kind = ValueKind::json;
  std::string_view bytes;
  // The bytes are not the value but refer to its pieces (large_value.h).
  bool is_large = false;
};

struct IndexKey {
  uint32_t index_id = 0;
  std::string_view key;
};

// Whether one of them may be there twice; of very many nobody looks.
bool may_repeat(const std::vector<IndexKey>& keys);

// Replaces what `out` held.
void encode_record(std::string& out, const Value& value, const std::vector<IndexKey>& index_keys);

// The views point into `stored`. Errors: corruption.
Status decode_value(std::string_view stored, Value& value);
// Replaces what `index_keys` held.
Status decode_record(std::string_view stored, Value& value, std::vector<IndexKey>& index_keys);

}  // namespace flowdb
