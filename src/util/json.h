// Json: a JSON text as a tree, and back. Numbers and strings keep the text that they came in, so
// that nothing is rounded or written otherwise that is only handed on.
#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "util/status.h"

namespace flowdb {

class Json {
 public:
  enum class Kind : uint8_t { null, boolean, number, string, array, object };

  // Deeper values are refused: the reader, and who walks the tree, go down by recursion.
  static constexpr int kDepthMax = 512;

  Json() = default;
  // Reads a text, all of it. `text` must hold as long as the tree: numbers and strings are views of
  // it. Of a name that an object has twice, the last value counts, at the place of the first.
  // Errors: invalid_argument, with what is wrong and the offset in bytes.
  static Result<Json> parse(std::string_view text);

  Kind kind() const { return kind_; }
  bool is_object() const { return kind_ == Kind::object; }
  bool is_null() const { return kind_ == Kind::null; }
  // REQUIRES of the following: the value is of that kind.
  bool boolean() const { return token_ == "true"; }
  // The nearest double, ties to even; beyond the largest one, infinity.
  double number() const;
  // The text of a string in UTF-8; a surrogate that is alone becomes the three bytes that UTF-8
  // would have for it (WTF-8), so that different strings stay different.
  std::string string() const;
  const std::vector<Json>& elements() const { return elements_; }
  const std::vector<std::pair<std::string, Json>>& members() const { return members_; }
  // Null: there is none of that name.
  Json* find(std::string_view name);
  void set(std::string name, Json value);
  void erase(std::string_view name);

  static Json empty_object();
  // Without white space; names are escaped as little as JSON allows.
  void append_to(std::string& text) const;

 private:
  friend class JsonReader;

  Kind kind_ = Kind::null;
  std::string_view token_;  // of all but arrays and objects: as it stands in the text
  std::vector<Json> elements_;
  std::vector<std::pair<std::string, Json>> members_;
};

// Applies an RFC 7396 merge patch: the members of `patch` replace those of `target`, null removes
// one, objects are merged, whatever else replaces the target.
void merge_patch(Json& target, const Json& patch);

}  // namespace flowdb
