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

// Replies larger than this leave the heap in several messages.
inline constexpr size_t kMessageBytes = 1 << 20;

// Takes whole replies, in their order. The bytes hold during the call.
using ReplySink = void (*)(std::string_view replies);

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
  // Forgets the reply that was begun, and its pieces as far as they are still here.
  void drop();
  // A piece of a value that the reply which was begun refers to: it goes out before that.
  void piece(std::string_view bytes, bool more);
  // Values of the reply that was begun, in front of its own: they go out at once. `values`: a
  // ValueList's bytes.
  void values(uint32_t count, std::string_view values);
  void set_sink(ReplySink sink) { sink_ = sink; }

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
  std::string_view replies() const { return std::string_view(buffer_).substr(sent_); }
  void clear();

 private:
  void header(std::string& out, uint32_t kind, size_t length) const;
  void pad();
  // Hands over the replies before the one that was begun, and the pieces.
  void send_pieces();

  std::string buffer_;
  size_t sent_ = 0;   // the front of buffer_ that the sink has taken
  size_t start_ = 0;  // of the reply that was begun
  ReplyAddress to_;
  uint32_t request_ = 0;
  std::string pieces_;  // PIECE and VALUES replies that go before it
  ReplySink sink_ = nullptr;
};

}  // namespace flowdb
