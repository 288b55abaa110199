// See value_list.h.
#include "value_list.h"

#include "protocol.h"
#include "util/coding.h"

namespace flowdb {

namespace {

constexpr size_t kArrayStart = 9;  // behind the format, the length and the bracket

}  // namespace

ValueList::ValueList(std::string& out) : out_(out), start_(out.size()) { restart(); }

void ValueList::restart() {
  out_.resize(start_);
  all_json_ = true;
  count_ = 0;
  value_bytes_ = 0;
  lengths_.clear();
  put_le(out_, static_cast<uint32_t>(protocol::ValuesFormat::json));
  put_le<uint32_t>(out_, 0);  // the length, known at the end
  out_ += '[';
}

void ValueList::add(const Value& value) {
  ++count_;
  value_bytes_ += value.bytes.size();
  if (all_json_ && value.kind != ValueKind::json) change_format();
  if (!all_json_) return add_single(static_cast<uint32_t>(value.kind), value.bytes);
  if (!lengths_.empty()) out_ += ',';
  out_ += value.bytes;
  lengths_.push_back(static_cast<uint32_t>(value.bytes.size()));
}

void ValueList::change_format() {
  all_json_ = false;
  const std::string joined = out_.substr(start_ + kArrayStart);
  out_.resize(start_);
  put_le(out_, static_cast<uint32_t>(protocol::ValuesFormat::each));
  size_t at = 0;
  for (const uint32_t length : lengths_) {
    add_single(static_cast<uint32_t>(ValueKind::json), std::string_view(joined).substr(at, length));
    at += length + 1;
  }
}

void ValueList::add_in_pieces(ValueKind kind) {
  ++count_;
  if (all_json_) change_format();
  add_single(static_cast<uint32_t>(kind) | protocol::kValueInPieces, {});
}

void ValueList::add_single(uint32_t kind, std::string_view bytes) {
  put_le(out_, kind);
  put_le(out_, static_cast<uint32_t>(bytes.size()));
  out_ += bytes;
  pad();
}

void ValueList::pad() { out_.append((4 - (out_.size() - start_) % 4) % 4, '\0'); }

void ValueList::finish() {
  if (!all_json_) return;
  out_ += ']';
  store_le(out_.data() + start_ + 4, static_cast<uint32_t>(out_.size() - start_ - 8));
  pad();
}

}  // namespace flowdb
