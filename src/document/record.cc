// See record.h.
#include "document/record.h"

#include "document/key.h"
#include "util/coding.h"

namespace flowdb {

namespace {

constexpr uint8_t kLarge = 0x80;  // beside the kind

Status damaged(const char* what) {
  return {StatusCode::corruption, std::string("flow.db: a stored record: ") + what};
}

// Reads up to the value; `keys` may be null.
Status decode(std::string_view stored, Value& value, std::vector<IndexKey>* keys) {
  Reader in(stored);
  uint8_t kind;
  uint32_t count;
  if (!in.u8(kind) || !in.varint32(count)) return damaged("it is too short");
  if ((kind & ~kLarge) > static_cast<uint8_t>(ValueKind::tagged)) {
    return Status::unsupported("flow.db: a stored record has value kind " + std::to_string(kind));
  }
  for (uint32_t i = 0; i < count; ++i) {
    IndexKey entry;
    if (!in.varint32(entry.index_id) || !in.bytes(entry.key)) {
      return damaged("its index keys are cut off");
    }
    if (keys == nullptr) continue;
    if (!is_key(entry.key)) return damaged("an index key is none");
    keys->push_back(entry);
  }
  value.kind = static_cast<ValueKind>(kind & ~kLarge);
  value.bytes = stored.substr(in.position());
  value.is_large = (kind & kLarge) != 0;
  return Status::ok();
}

}  // namespace

bool may_repeat(const std::vector<IndexKey>& keys) {
  constexpr size_t kComparedMax = 16;
  if (keys.size() > kComparedMax) return true;
  for (size_t i = 0; i < keys.size(); ++i) {
    for (size_t k = 0; k < i; ++k) {
      if (keys[i].index_id == keys[k].index_id && keys[i].key == keys[k].key) return true;
    }
  }
  return false;
}

void encode_record(std::string& out, const Value& value, const std::vector<IndexKey>& index_keys) {
  out.clear();
  const int large = value.is_large ? kLarge : 0;
  put_u8(out, static_cast<uint8_t>(static_cast<int>(value.kind) | large));
  put_varint(out, index_keys.size());
  for (const IndexKey& entry : index_keys) {
    put_varint(out, entry.index_id);
    put_bytes(out, entry.key);
  }
  out.append(value.bytes);
}

Status decode_value(std::string_view stored, Value& value) {
  return decode(stored, value, nullptr);
}

Status decode_record(std::string_view stored, Value& value, std::vector<IndexKey>& index_keys) {
  index_keys.clear();
  return decode(stored, value, &index_keys);
}

}  // namespace flowdb
