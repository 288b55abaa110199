// Values that are stored in pieces, as records of their own, so that none has to fit into memory
// (FORMAT.md). The record that they belong to holds a reference to them.
#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "document/record.h"

namespace flowdb {

// Whoever writes a value larger than this gives it in pieces, none much larger than this.
inline constexpr size_t kPieceBytes = 256 << 10;

struct LargeValue {
  uint64_t id = 0;  // among those of the store's data id
  uint32_t pieces = 0;
  uint64_t bytes = 0;
};

// The reference that a record holds.
std::string encode_large_value(const LargeValue& value);
// nullopt: these bytes are none.
std::optional<LargeValue> decode_large_value(std::string_view reference);

// Of a value that is_large; nullopt for others.
inline std::optional<LargeValue> large_value_of(const Value& value) {
  return value.is_large ? decode_large_value(value.bytes) : std::nullopt;
}

inline constexpr char kPieceSpace = 0x04;
// All pieces of all stores lie in [first, last).
inline constexpr std::string_view kPieceKeysFirst{"\x04", 1};
inline constexpr std::string_view kPieceKeysLast{"\x05", 1};
// The pieces of one value share so many bytes: all but their number.
inline constexpr size_t kPieceGroupBytes = 1 + 4 + 8;

// Replaces what `out` held.
void set_piece_key(std::string& out, uint32_t data_id, uint64_t value_id, uint32_t piece);

}  // namespace flowdb
