// See reply_writer.h.
#include "reply_writer.h"

namespace flowdb {

void ReplyWriter::begin(protocol::ReplyKind kind, ReplyAddress to, uint32_t request) {
  start_ = buffer_.size();
  to_ = to;
  request_ = request;
  header(buffer_, static_cast<uint32_t>(kind), 0);  // the length is known at the end
}

void ReplyWriter::header(std::string& out, uint32_t kind, size_t length) const {
  for (const uint32_t word :
       {kind, static_cast<uint32_t>(length), to_.connection, to_.transaction, request_}) {
    put_le(out, word);
  }
}

void ReplyWriter::end() {
  store_le(buffer_.data() + start_ + 4, static_cast<uint32_t>(buffer_.size() - start_));
  if (pieces_.empty()) return;
  if (sink_ != nullptr) return send_pieces();
  buffer_.insert(start_, pieces_);
  pieces_.clear();
}

void ReplyWriter::drop() {
  buffer_.resize(start_);
  pieces_.clear();
}

void ReplyWriter::piece(std::string_view bytes, bool more) {
  const size_t padding = (4 - bytes.size() % 4) % 4;
  const uint32_t kind = static_cast<uint32_t>(protocol::ReplyKind::piece);
  header(pieces_, kind | (more ? protocol::kMoreFollows : 0),
         protocol::kReplyHeaderBytes + 4 + bytes.size() + padding);
  put_le(pieces_, static_cast<uint32_t>(bytes.size()));
  pieces_.append(bytes);
  pieces_.append(padding, '\0');
  if (sink_ != nullptr && pieces_.size() >= kMessageBytes) send_pieces();
}

void ReplyWriter::values(uint32_t count, std::string_view values) {
  header(pieces_, static_cast<uint32_t>(protocol::ReplyKind::values),
         protocol::kReplyHeaderBytes + 4 + values.size());
  put_le(pieces_, count);
  pieces_.append(values);
  if (sink_ != nullptr) send_pieces();
}

void ReplyWriter::send_pieces() {
  if (sent_ < start_) sink_(std::string_view(buffer_).substr(sent_, start_ - sent_));
  sent_ = start_;
  sink_(pieces_);
  pieces_.clear();
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
  start_ = sent_ = 0;
}

}  // namespace flowdb
