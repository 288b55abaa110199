// See reply_writer.h.
#include "reply_writer.h"

namespace flowdb {

void ReplyWriter::begin(protocol::ReplyKind kind, ReplyAddress to, uint32_t request) {
  start_ = buffer_.size();
  u32(static_cast<uint32_t>(kind));
  u32(0);  // the length, known at the end
  u32(to.connection);
  u32(to.transaction);
  u32(request);
}

void ReplyWriter::end() {
  store_le(buffer_.data() + start_ + 4, static_cast<uint32_t>(buffer_.size() - start_));
}

void ReplyWriter::bytes(std::string_view value) {
  u32(static_cast<uint32_t>(value.size()));
  buffer_.append(value);
  pad();
}

size_t ReplyWriter::begin_bytes() {
  u32(0);
  return buffer_.size();
}

void ReplyWriter::end_bytes(size_t begun) {
  store_le(buffer_.data() + begun - 4, static_cast<uint32_t>(buffer_.size() - begun));
  pad();
}

void ReplyWriter::pad() { buffer_.append((4 - buffer_.size() % 4) % 4, '\0'); }

void ReplyWriter::error(ReplyAddress to, uint32_t request, const Status& status) {
  begin(protocol::ReplyKind::error, to, request);
  u32(static_cast<uint32_t>(status.code()));
  bytes(status.message());
  end();
}

void ReplyWriter::committed(ReplyAddress to) {
  begin(protocol::ReplyKind::committed, to, 0);
  end();
}

void ReplyWriter::aborted(ReplyAddress to, const Status& status) {
  begin(protocol::ReplyKind::aborted, to, 0);
  u32(static_cast<uint32_t>(status.code()));
  bytes(status.message());
  end();
}

void ReplyWriter::clear() {
  buffer_.clear();
  if (buffer_.capacity() > kKeptBytesMax) buffer_.shrink_to_fit();
  start_ = 0;
}

}  // namespace flowdb
