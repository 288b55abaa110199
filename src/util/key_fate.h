// KeyFate: whether a key is dead, which the layer above says of those that it gives up at once.
#pragma once

#include <functional>
#include <string>
#include <string_view>

#include "util/bytes.h"

namespace flowdb {

// Whether nothing refers to a key any more (Engine::set_drop_filter), and up to where that is the
// same for the keys behind it. Of a key that is alive that may be unknown: an empty string.
struct KeyFate {
  bool is_dead = false;
  std::string until;  // exclusive

  bool holds_for(std::string_view key) const { return compare_bytes(key, until) < 0; }
};
using DropFilter = std::function<KeyFate(std::string_view key)>;

}  // namespace flowdb
