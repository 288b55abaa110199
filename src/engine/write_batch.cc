// Encodes a batch's operations as FORMAT.md has them.
#include "engine/write_batch.h"

#include "util/coding.h"

namespace flowdb {
namespace {

void put_head(std::string& payload, const Record& record) {
  put_u8(payload, record_flags(record));
  put_bytes(payload, record.key);
  if (record.ts != 0) put_varint(payload, zigzag(record.ts));
  if (record.expire_at != kNeverExpires) put_varint(payload, zigzag(record.expire_at));
}

}  // namespace

void WriteBatch::put(std::string_view key, std::string_view value, int64_t ts, int64_t expire_at) {
  put_head(payload_, {key, value, ts, expire_at, 0, RecordKind::put});
  put_bytes(payload_, value);
  store_le(payload_.data(), ++count_);
}

void WriteBatch::remove(std::string_view key, int64_t ts) {
  put_head(payload_, {key, {}, ts, kNeverExpires, 0, RecordKind::remove});
  store_le(payload_.data(), ++count_);
}

void WriteBatch::remove_range(std::string_view begin, std::string_view end) {
  if (begin >= end) return;
  removes_ranges_ = true;
  put_head(payload_, {begin, end, 0, kNeverExpires, 0, RecordKind::remove_range});
  put_bytes(payload_, end);
  store_le(payload_.data(), ++count_);
}

void WriteBatch::clear() {
  count_ = 0;
  removes_ranges_ = false;
  ttl_us_.reset();
  payload_.assign(4, '\0');
}

}  // namespace flowdb
