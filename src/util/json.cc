// What a tree is asked for, its text, and the merge.
#include "util/json.h"

#include <algorithm>
#include <cassert>
#include <cstdlib>

namespace flowdb {
namespace {

uint32_t hex4(std::string_view digits) {
  uint32_t value = 0;
  for (const char c : digits) {
    const int digit = c <= '9' ? c - '0' : (c | 0x20) - 'a' + 10;
    value = value << 4 | static_cast<uint32_t>(digit);
  }
  return value;
}

void put_utf8(std::string& out, uint32_t code) {
  const auto put = [&out](uint32_t byte) { out.push_back(static_cast<char>(byte)); };
  if (code < 0x80) return put(code);
  if (code < 0x800) {
    put(0xc0 | code >> 6);
  } else {
    if (code < 0x10000) {
      put(0xe0 | code >> 12);
    } else {
      put(0xf0 | code >> 18);
      put(0x80 | (code >> 12 & 0x3f));
    }
    put(0x80 | (code >> 6 & 0x3f));
  }
  put(0x80 | (code & 0x3f));
}

bool is_high(uint32_t unit) { return unit >> 10 == 0xd800 >> 10; }
bool is_low(uint32_t unit) { return unit >> 10 == 0xdc00 >> 10; }

void put_string(std::string& out, std::string_view bytes) {
  static const char* const kHex = "0123456789abcdef";
  out.push_back('"');
  for (size_t i = 0; i < bytes.size(); ++i) {
    const char c = bytes[i];
    const auto byte = static_cast<unsigned char>(c);
    // A surrogate that is alone stands in no UTF-8: it becomes an escape again.
    const bool alone =
        byte == 0xed && i + 2 < bytes.size() && static_cast<unsigned char>(bytes[i + 1]) >= 0xa0;
    if (c == '"' || c == '\\') {
      out += {'\\', c};
    } else if (byte < 0x20) {
      out += {'\\', 'u', '0', '0', kHex[byte >> 4], kHex[byte & 15]};
    } else if (alone) {
      const uint32_t unit = 0xd000u | (static_cast<uint32_t>(bytes[i + 1]) & 0x3f) << 6 |
                            (static_cast<uint32_t>(bytes[i + 2]) & 0x3f);
      out += {'\\',           'u', kHex[unit >> 12], kHex[unit >> 8 & 15], kHex[unit >> 4 & 15],
              kHex[unit & 15]};
      i += 2;
    } else {
      out.push_back(c);
    }
  }
  out.push_back('"');
}

}  // namespace

double Json::number() const {
  assert(kind_ == Kind::number);
  // strtod rounds correctly; it needs an end, which a view does not have.
  return std::strtod(std::string(token_).c_str(), nullptr);
}

std::string Json::string() const {
  assert(kind_ == Kind::string);
  std::string out;
  const std::string_view text = token_.substr(1, token_.size() - 2);
  for (size_t i = 0; i < text.size(); ++i) {
    if (text[i] != '\\') {
      out.push_back(text[i]);
      continue;
    }
    const char escape = text[++i];
    if (escape != 'u') {
      static const std::string_view from = "bfnrt";
      const size_t at = from.find(escape);
      out.push_back(at == from.npos ? escape : "\b\f\n\r\t"[at]);
      continue;
    }
    uint32_t code = hex4(text.substr(i + 1, 4));
    i += 4;
    if (is_high(code) && text.substr(i + 1, 2) == "\\u") {
      const uint32_t low = hex4(text.substr(i + 3, 4));
      if (is_low(low)) {
        code = 0x10000 + ((code & 0x3ff) << 10 | (low & 0x3ff));
        i += 6;
      }
    }
    put_utf8(out, code);
  }
  return out;
}

Json* Json::find(std::string_view name) {
  for (auto& [known, value] : members_) {
    if (known == name) return &value;
  }
  return nullptr;
}

void Json::set(std::string name, Json value) {
  assert(kind_ == Kind::object);
  if (Json* const known = find(name)) {
    *known = std::move(value);
  } else {
    members_.emplace_back(std::move(name), std::move(value));
  }
}

void Json::erase(std::string_view name) {
  const auto is_it = [&](const auto& member) { return member.first == name; };
  members_.erase(std::remove_if(members_.begin(), members_.end(), is_it), members_.end());
}

Json Json::empty_object() {
  Json object;
  object.kind_ = Kind::object;
  return object;
}

void Json::append_to(std::string& text) const {
  bool first = true;
  const auto separate = [&] {
    if (!first) text.push_back(',');
    first = false;
  };
  if (kind_ == Kind::array) {
    text.push_back('[');
    for (const Json& element : elements_) {
      separate();
      element.append_to(text);
    }
    text.push_back(']');
  } else if (kind_ == Kind::object) {
    text.push_back('{');
    for (const auto& [name, value] : members_) {
      separate();
      put_string(text, name);
      text.push_back(':');
      value.append_to(text);
    }
    text.push_back('}');
  } else {
    text += kind_ == Kind::null ? "null" : token_;
  }
}

void merge_patch(Json& target, const Json& patch) {
  if (!patch.is_object()) {
    target = patch;
    return;
  }
  if (!target.is_object()) target = Json::empty_object();
  for (const auto& [name, value] : patch.members()) {
    if (value.is_null()) {
      target.erase(name);
      continue;
    }
    Json* const known = target.find(name);
    Json merged = known != nullptr ? std::move(*known) : Json();
    merge_patch(merged, value);
    target.set(name, std::move(merged));
  }
}

}  // namespace flowdb
