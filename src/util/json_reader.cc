// Recursive descent over RFC 8259, bounded in depth.
#include <algorithm>

#include "util/json.h"

namespace flowdb {

namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_hex(char c) { return is_digit(c) || (c >= 'a' && c <= 'f') || (c >= 'A' && c <= 'F'); }

// How many bytes the character takes that `text` begins with (RFC 3629, which knows no surrogates
// and no longer form of what a shorter one can say); 0: it is none. REQUIRES: not empty.
size_t utf8_length(std::string_view text) {
  const auto byte = [text](size_t i) { return static_cast<unsigned char>(text[i]); };
  const unsigned first = byte(0);
  if (first < 0x80) return 1;
  const size_t length = first >= 0xf0 ? 4 : first >= 0xe0 ? 3 : 2;
  if (first < 0xc2 || first > 0xf4 || text.size() < length) return 0;
  for (size_t i = 1; i < length; ++i) {
    if (byte(i) >> 6 != 2) return 0;
  }
  const unsigned second = byte(1);
  const bool longer = (first == 0xe0 && second < 0xa0) || (first == 0xf0 && second < 0x90);
  const bool outside = (first == 0xed && second >= 0xa0) || (first == 0xf4 && second >= 0x90);
  return longer || outside ? 0 : length;
}

}  // namespace

class JsonReader {
 public:
  explicit JsonReader(std::string_view text) : text_(text) {}

  Status read(Json& value) {
    FLOWDB_RETURN_IF_ERROR(read_value(value, 0));
    skip_space();
    return at_ == text_.size() ? Status::ok() : fail("something behind the value");
  }

 private:
  Status fail(std::string_view what) const {
    return Status::invalid_argument("JSON, offset " + std::to_string(at_) + ": " +
                                    std::string(what));
  }
  char peek() const { return at_ < text_.size() ? text_[at_] : '\0'; }
  bool take(char c) {
    if (peek() != c || at_ == text_.size()) return false;
    ++at_;
    return true;
  }
  void skip_space() {
    while (at_ < text_.size() && std::string_view(" \t\r\n").find(text_[at_]) != text_.npos) ++at_;
  }

  Status read_value(Json& value, int depth) {
    if (depth > Json::kDepthMax) return fail("nested too deeply");
    skip_space();
    const size_t begin = at_;
    switch (peek()) {
      case '{':
        return read_object(value, depth);
      case '[':
        return read_array(value, depth);
      case '"':
        value.kind_ = Json::Kind::string;
        FLOWDB_RETURN_IF_ERROR(read_string());
        break;
      case 't':
      case 'f':
        value.kind_ = Json::Kind::boolean;
        FLOWDB_RETURN_IF_ERROR(read_word(peek() == 't' ? "true" : "false"));
        break;
      case 'n':
        value.kind_ = Json::Kind::null;
        FLOWDB_RETURN_IF_ERROR(read_word("null"));
        break;
      default:
        value.kind_ = Json::Kind::number;
        FLOWDB_RETURN_IF_ERROR(read_number());
    }
    value.token_ = text_.substr(begin, at_ - begin);
    return Status::ok();
  }

  Status read_word(std::string_view word) {
    if (text_.substr(at_, word.size()) != word) return fail("no value");
    at_ += word.size();
    return Status::ok();
  }

  Status read_digits() {
    if (!is_digit(peek())) return fail("a digit is missing");
    while (is_digit(peek())) ++at_;
    return Status::ok();
  }

  Status read_number() {
    const bool negative = take('-');
    if (!negative && !is_digit(peek())) return fail("no value");
    if (!take('0')) FLOWDB_RETURN_IF_ERROR(read_digits());
    if (take('.')) FLOWDB_RETURN_IF_ERROR(read_digits());
    if (take('e') || take('E')) {
      if (!take('+')) take('-');
      FLOWDB_RETURN_IF_ERROR(read_digits());
    }
    return Status::ok();
  }

  Status read_string() {
    if (!take('"')) return fail("no string");
    while (at_ < text_.size()) {
      const auto c = static_cast<unsigned char>(text_[at_]);
      if (c < 0x20) return fail("a control character in a string");
      const size_t length = utf8_length(text_.substr(at_));
      if (length == 0) return fail("no UTF-8 in a string");
      at_ += length;
      if (c == '"') return Status::ok();
      if (c != '\\') continue;
      if (take('u')) {
        for (int i = 0; i < 4; ++i, ++at_) {
          if (!is_hex(peek())) return fail("a hexadecimal digit is missing");
        }
      } else if (at_ < text_.size() && std::string_view("\"\\/bfnrt").find(peek()) != text_.npos) {
        ++at_;
      } else {
        return fail("an unknown escape");
      }
    }
    return fail("a string without an end");
  }

  Status read_array(Json& value, int depth) {
    value.kind_ = Json::Kind::array;
    ++at_;
    skip_space();
    if (take(']')) return Status::ok();
    do {
      FLOWDB_RETURN_IF_ERROR(read_value(value.elements_.emplace_back(), depth + 1));
      skip_space();
    } while (take(','));
    return take(']') ? Status::ok() : fail("an array without an end");
  }

  Status read_object(Json& value, int depth) {
    value.kind_ = Json::Kind::object;
    ++at_;
    skip_space();
    if (take('}')) return Status::ok();
    do {
      skip_space();
      Json name;
      name.kind_ = Json::Kind::string;
      const size_t begin = at_;
      FLOWDB_RETURN_IF_ERROR(read_string());
      name.token_ = text_.substr(begin, at_ - begin);
      skip_space();
      if (!take(':')) return fail("a colon is missing");
      Json member;
      FLOWDB_RETURN_IF_ERROR(read_value(member, depth + 1));
      value.members_.emplace_back(name.string(), std::move(member));
      skip_space();
    } while (take(','));
    if (!take('}')) return fail("an object without an end");
    drop_repeated(value.members_);
    return Status::ok();
  }

  // Sorted by name, so that an object of many members takes no square of time.
  static void drop_repeated(std::vector<std::pair<std::string, Json>>& members) {
    std::vector<size_t> order(members.size());
    for (size_t i = 0; i < order.size(); ++i) order[i] = i;
    std::stable_sort(order.begin(), order.end(),
                     [&](size_t a, size_t b) { return members[a].first < members[b].first; });
    std::vector<bool> repeated(members.size());
    size_t first = 0;
    for (size_t i = 1; i < order.size(); ++i) {
      if (members[order[i]].first != members[order[first]].first) {
        first = i;
        continue;
      }
      members[order[first]].second = std::move(members[order[i]].second);
      repeated[order[i]] = true;
    }
    size_t kept = 0;
    for (size_t i = 0; i < members.size(); ++i) {
      if (repeated[i]) continue;
      if (kept != i) members[kept] = std::move(members[i]);
      ++kept;
    }
    members.resize(kept);
  }

  std::string_view text_;
  size_t at_ = 0;
};

Result<Json> Json::parse(std::string_view text) {
  Json value;
  FLOWDB_RETURN_IF_ERROR(JsonReader(text).read(value));
  return value;
}

}  // namespace flowdb
