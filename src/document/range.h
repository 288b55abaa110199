// Ranges of keys, as IDBKeyRange has them, and directions.
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace flowdb {

// Bounds are encoded keys; nullopt: none.
struct KeyRange {
  std::optional<std::string_view> lower;
  std::optional<std::string_view> upper;
  bool lower_open = false;
  bool upper_open = false;

  static KeyRange only(std::string_view key) { return {key, key, false, false}; }
  // Whether it is a single key.
  bool is_single() const {
    return lower.has_value() && upper.has_value() && !lower_open && !upper_open && *lower == *upper;
  }
};

// The unique ones yield, per index key, the entry with the lowest primary key.
enum class Direction : uint8_t { next = 0, next_unique = 1, prev = 2, prev_unique = 3 };

inline bool is_forward(Direction d) { return d == Direction::next || d == Direction::next_unique; }
inline bool is_unique(Direction d) {
  return d == Direction::next_unique || d == Direction::prev_unique;
}

}  // namespace flowdb
