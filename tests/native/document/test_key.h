// Keys for tests: values as the specification has them, their encoding, written from FORMAT.md and
// not by the code under test, and their order as the specification defines it.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstdint>
#include <cstring>
#include <random>
#include <string>
#include <vector>

namespace flowdb {

struct TestKey {
  enum class Kind { number, date, string, binary, array };

  Kind kind = Kind::number;
  double number = 0;     // of a number or a date
  std::u16string units;  // of a string
  std::string bytes;     // of a binary key
  std::vector<TestKey> elements;

  static TestKey of(double number) { return {Kind::number, number, {}, {}, {}}; }
  static TestKey date(double time) { return {Kind::date, time, {}, {}, {}}; }
  static TestKey of(std::u16string units) { return {Kind::string, 0, std::move(units), {}, {}}; }
  static TestKey binary(std::string bytes) { return {Kind::binary, 0, {}, std::move(bytes), {}}; }
  static TestKey array(std::vector<TestKey> elements) {
    return {Kind::array, 0, {}, {}, std::move(elements)};
  }
};

inline std::string encode(const TestKey& key) {
  std::string out;
  const auto put = [&](unsigned byte) { out.push_back(static_cast<char>(byte)); };
  switch (key.kind) {
    case TestKey::Kind::number:
    case TestKey::Kind::date: {
      put(key.kind == TestKey::Kind::number ? 0x10 : 0x20);
      const double number = key.number == 0 ? 0 : key.number;
      uint64_t bits;
      std::memcpy(&bits, &number, sizeof bits);
      bits = number < 0 ? ~bits : bits ^ (uint64_t{1} << 63);
      for (int shift = 56; shift >= 0; shift -= 8) put(static_cast<unsigned>(bits >> shift) & 0xff);
      break;
    }
    case TestKey::Kind::string:
      put(0x30);
      for (const unsigned unit : key.units) {
        if (unit < 2) {
          put(1);
          put(unit + 1);
        } else if (unit < 0x80) {
          put(unit);
        } else if (unit <= 0x407f) {
          put(0x80 + ((unit - 0x80) >> 8));
          put((unit - 0x80) & 0xff);
        } else {
          put(0xc0);
          put(unit >> 8);
          put(unit & 0xff);
        }
      }
      put(0);
      break;
    case TestKey::Kind::binary:
      put(0x40);
      for (const char byte : key.bytes) {
        out.push_back(byte);
        if (byte == 0) put(0xff);
      }
      put(0);
      put(0);
      break;
    case TestKey::Kind::array:
      put(0x50);
      for (const TestKey& element : key.elements) out += encode(element);
      put(0);
      break;
  }
  return out;
}

// https://w3c.github.io/IndexedDB/#compare-two-keys
inline int compare(const TestKey& a, const TestKey& b) {
  const auto order = [](auto x, auto y) { return x < y ? -1 : x > y ? 1 : 0; };
  if (a.kind != b.kind) return order(static_cast<int>(a.kind), static_cast<int>(b.kind));
  switch (a.kind) {
    case TestKey::Kind::number:
    case TestKey::Kind::date:
      return order(a.number, b.number);
    case TestKey::Kind::string:
      return order(a.units.compare(b.units), 0);
    case TestKey::Kind::binary:
      return order(a.bytes.compare(b.bytes), 0);
    case TestKey::Kind::array:
      break;
  }
  for (size_t i = 0; i < std::min(a.elements.size(), b.elements.size()); ++i) {
    if (const int c = compare(a.elements[i], b.elements[i]); c != 0) return c;
  }
  return order(a.elements.size(), b.elements.size());
}

// From a small set of awkward parts, so that equal keys and common beginnings are frequent.
inline TestKey random_key(std::mt19937& random, int depth = 0) {
  const auto below = [&](unsigned n) { return static_cast<unsigned>(random() % n); };
  const double numbers[] = {
      0,       1,      -1,    0.5,    -0.5,     2147483648.0, 9007199254740992.0,
      -5e-324, 5e-324, 1e308, -1e308, HUGE_VAL, -HUGE_VAL};
  switch (below(depth < 3 ? 5 : 4)) {
    case 0:
      return TestKey::of(numbers[below(std::size(numbers))]);
    case 1:
      return TestKey::date(static_cast<double>(below(5)) * 1e12 - 2e12);
    case 2: {
      const char16_t units[] = {0,     1,     2,      'a',    'b',    0x7f,   0x80,  0xff,
                                0x17f, 0x180, 0x407f, 0x4080, 0xd83d, 0xde00, 0xffff};
      std::u16string text;
      for (unsigned left = below(4); left > 0; --left) text += units[below(std::size(units))];
      return TestKey::of(text);
    }
    case 3: {
      const char bytes[] = {0, 1, 'a', static_cast<char>(0xff)};
      std::string data;
      for (unsigned left = below(4); left > 0; --left) data += bytes[below(std::size(bytes))];
      return TestKey::binary(data);
    }
    default: {
      std::vector<TestKey> elements;
      for (unsigned left = below(4); left > 0; --left) {
        elements.push_back(random_key(random, depth + 1));
      }
      return TestKey::array(std::move(elements));
    }
  }
}

// Encoded keys in short.
inline std::string number(double value) { return encode(TestKey::of(value)); }
inline std::string text(const std::string& ascii) {
  return encode(TestKey::of(std::u16string(ascii.begin(), ascii.end())));
}

}  // namespace flowdb
