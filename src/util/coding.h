// Integers to bytes and back: fixed width in both byte orders, and varints. Decoding goes through Reader, which
// checks every length, so that no decoder can run past its input.
#pragma once

#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace flowdb {

inline void put_u8(std::string& out, uint8_t v) { out.push_back(static_cast<char>(v)); }

template <typename T>
inline void store_le(char* p, T v) {
  static_assert(__BYTE_ORDER__ == __ORDER_LITTLE_ENDIAN__);
  std::memcpy(p, &v, sizeof v);
}

template <typename T>
inline T load_le(const char* p) {
  T v;
  std::memcpy(&v, p, sizeof v);
  return v;
}

inline void store_be32(char* p, uint32_t v) { store_le<uint32_t>(p, __builtin_bswap32(v)); }
inline void store_be64(char* p, uint64_t v) { store_le<uint64_t>(p, __builtin_bswap64(v)); }
inline uint32_t load_be32(const char* p) { return __builtin_bswap32(load_le<uint32_t>(p)); }
inline uint64_t load_be64(const char* p) { return __builtin_bswap64(load_le<uint64_t>(p)); }

template <typename T>
inline void put_le(std::string& out, T v) {
  char bytes[sizeof v];
  store_le(bytes, v);
  out.append(bytes, sizeof v);
}

inline void put_be32(std::string& out, uint32_t v) {
  char bytes[4];
  store_be32(bytes, v);
  out.append(bytes, 4);
}

inline void put_be64(std::string& out, uint64_t v) {
  char bytes[8];
  store_be64(bytes, v);
  out.append(bytes, 8);
}

inline constexpr int kMaxVarint = 10;

// Writes v at p, which has room for kMaxVarint bytes; returns the end.
inline char* store_varint(char* p, uint64_t v) {
  while (v >= 0x80) {
    *p++ = static_cast<char>(static_cast<uint8_t>(v) | 0x80);
    v >>= 7;
  }
  *p++ = static_cast<char>(v);
  return p;
}

inline void put_varint(std::string& out, uint64_t v) {
  char bytes[kMaxVarint];
  out.append(bytes, static_cast<size_t>(store_varint(bytes, v) - bytes));
}

inline size_t varint_size(uint64_t v) {
  size_t n = 1;
  for (; v >= 0x80; v >>= 7) ++n;
  return n;
}

// Signed numbers as varints, small magnitudes short.
inline uint64_t zigzag(int64_t v) {
  return (static_cast<uint64_t>(v) << 1) ^ static_cast<uint64_t>(v >> 63);
}
inline int64_t unzigzag(uint64_t v) {
  return static_cast<int64_t>((v >> 1) ^ (~(v & 1) + 1));
}

inline void put_bytes(std::string& out, std::string_view bytes) {
  put_varint(out, bytes.size());
  out.append(bytes);
}

// Reads the varint at p. Returns its end, or null when it is malformed or longer than the input. Not
// inlined: it would stand wherever a varint is read.
[[gnu::noinline]] inline const char* long_varint(const char* p, const char* end, uint64_t& v) {
  uint64_t result = 0;
  for (int shift = 0; shift < 64 && p != end; shift += 7) {
    const uint8_t byte = static_cast<uint8_t>(*p++);
    if (shift == 63 && byte > 1) return nullptr;  // would not fit in 64 bits
    result |= static_cast<uint64_t>(byte & 0x7f) << shift;
    if (byte < 0x80) {
      v = result;
      return p;
    }
  }
  return nullptr;
}

// Reads from front to back. Each call returns false, and leaves the position alone, when the input is too short
// or malformed. The views it hands out point into the input.
class Reader {
 public:
  explicit Reader(std::string_view input) : begin_(input.data()), p_(begin_), end_(begin_ + input.size()) {}

  size_t position() const { return static_cast<size_t>(p_ - begin_); }
  size_t remaining() const { return static_cast<size_t>(end_ - p_); }
  bool at_end() const { return p_ == end_; }

  bool u8(uint8_t& v) {
    if (p_ == end_) return false;
    v = static_cast<uint8_t>(*p_++);
    return true;
  }

  template <typename T>
  bool le(T& v) {
    if (remaining() < sizeof(T)) return false;
    v = load_le<T>(p_);
    p_ += sizeof(T);
    return true;
  }

  bool be32(uint32_t& v) {
    if (remaining() < 4) return false;
    v = load_be32(p_);
    p_ += 4;
    return true;
  }

  bool be64(uint64_t& v) {
    if (remaining() < 8) return false;
    v = load_be64(p_);
    p_ += 8;
    return true;
  }

  bool varint(uint64_t& v) {
    // Most take one byte.
    if (p_ != end_ && static_cast<uint8_t>(*p_) < 0x80) {
      v = static_cast<uint8_t>(*p_++);
      return true;
    }
    uint64_t result;
    const char* const behind = long_varint(p_, end_, result);
    if (behind == nullptr) return false;
    v = result;
    p_ = behind;
    return true;
  }

  bool varint32(uint32_t& v) {
    const char* const before = p_;
    uint64_t wide;
    if (!varint(wide)) return false;
    if (wide > UINT32_MAX) {
      p_ = before;
      return false;
    }
    v = static_cast<uint32_t>(wide);
    return true;
  }

  bool take(uint64_t length, std::string_view& v) {
    if (length > remaining()) return false;
    v = std::string_view(p_, static_cast<size_t>(length));
    p_ += length;
    return true;
  }

  // A varint length and that many bytes.
  bool bytes(std::string_view& v) {
    const char* const before = p_;
    uint64_t length;
    if (varint(length) && take(length, v)) return true;
    p_ = before;
    return false;
  }

 private:
  const char* begin_;
  const char* p_;
  const char* end_;
};

}  // namespace flowdb
