// ReplyWriter: the buffer of replies, one behind the other, and the fields of the one that is being
// written.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "document/record.h"
#include "protocol.h"
#include "util/coding.h"
#include "util/status.h"

namespace flowdb {

// A buffer that grew larger than this for one big answer is given back.
inline constexpr size_t kKeptBytesMax = 1 << 20;

// Whom a reply goes to.
struct ReplyAddress {
  uint32_t connection = 0;
  uint32_t transaction = 0;
};

class ReplyWriter {
 public:
  // Starts a reply. REQUIRES: the last one was ended or dropped.
  void begin(protocol::ReplyKind kind, ReplyAddress to, uint32_t request);
  void u32(uint32_t value) { put_le(buffer_, value); }
  void f64(double value) { put_le(buffer_, value); }
  void bytes(std::string_view value);
  void end();
  // Forgets the reply that was begun.
  void drop() { buffer_.resize(start_); }

  // Bytes whose length is not known yet: begin_bytes(), then appends to out(), then end_bytes()
  // with what begin_bytes() returned.
  size_t begin_bytes();
  void end_bytes(size_t begun);
  std::string& out() { return buffer_; }

  // Whole replies.
  void error(ReplyAddress to, uint32_t request, const Status& status);
  void committed(ReplyAddress to);
  // `status` is ok when the page asked for it.
  void aborted(ReplyAddress to, const Status& status);

  // All replies since clear(). Valid until the next change.
  std::string_view replies() const { return buffer_; }
  void clear();

 private:
  void pad();

  std::string buffer_;
  size_t start_ = 0;
};

}  // namespace flowdb
