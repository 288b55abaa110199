// Command buffers and replies for tests, built and taken apart as PROTOCOL.md says, independently
// of the code under test.
#pragma once

#include <gtest/gtest.h>

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace flowdb {

class Body {
 public:
  Body& u32(uint32_t value) {
    for (int shift = 0; shift < 32; shift += 8) bytes_ += static_cast<char>(value >> shift & 0xff);
    return *this;
  }
  Body& bytes(std::string_view value) {
    u32(static_cast<uint32_t>(value.size()));
    bytes_ += value;
    while (bytes_.size() % 4 != 0) bytes_ += '\0';
    return *this;
  }
  Body& everything() { return u32(0); }
  Body& only(std::string_view key) { return u32(16).bytes(key); }
  const std::string& str() const { return bytes_; }

 private:
  std::string bytes_;
};

inline std::string command(uint32_t operation, uint32_t flags, uint32_t request, uint32_t source,
                           const Body& body = Body()) {
  const uint32_t length = static_cast<uint32_t>(16 + body.str().size());
  return Body().u32(operation | flags << 8).u32(length).u32(request).u32(source).str() + body.str();
}

struct ReplyParts {
  uint32_t kind = 0;
  uint32_t connection = 0;
  uint32_t transaction = 0;
  uint32_t request = 0;
  std::string body;
};

// Reads a body from front to back. A field that is not there fails the test.
class BodyReader {
 public:
  explicit BodyReader(std::string_view body) : rest_(body) {}
  uint32_t u32() {
    uint32_t value = 0;
    EXPECT_GE(rest_.size(), 4u);
    if (rest_.size() < 4) return 0;
    for (int i = 3; i >= 0; --i)
      value = value << 8 | static_cast<uint8_t>(rest_[static_cast<size_t>(i)]);
    rest_.remove_prefix(4);
    return value;
  }
  double f64() {
    const uint64_t low = u32();
    const uint64_t bits = static_cast<uint64_t>(u32()) << 32 | low;
    double value;
    std::memcpy(&value, &bits, sizeof value);
    return value;
  }
  std::string bytes() {
    const uint32_t length = u32();
    EXPECT_LE(length, rest_.size());
    if (length > rest_.size()) return {};
    std::string value(rest_.substr(0, length));
    rest_.remove_prefix((length + 3) / 4 * 4);
    return value;
  }
  bool at_end() const { return rest_.empty(); }

 private:
  std::string_view rest_;
};

inline std::vector<ReplyParts> split_replies(std::string_view buffer) {
  std::vector<ReplyParts> replies;
  while (!buffer.empty()) {
    EXPECT_GE(buffer.size(), 20u);
    if (buffer.size() < 20) break;
    BodyReader header(buffer);
    ReplyParts reply;
    reply.kind = header.u32();
    const uint32_t length = header.u32();
    reply.connection = header.u32();
    reply.transaction = header.u32();
    reply.request = header.u32();
    EXPECT_TRUE(length >= 20 && length % 4 == 0 && length <= buffer.size()) << length;
    if (length < 20 || length > buffer.size()) break;
    reply.body = buffer.substr(20, length - 20);
    replies.push_back(std::move(reply));
    buffer.remove_prefix(length);
  }
  return replies;
}

}  // namespace flowdb
