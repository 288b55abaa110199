// Encodes the entries.
#include "sst/block_builder.h"

#include <algorithm>

#include "sst/table_format.h"

namespace flowdb {

void BlockBuilder::begin_entry(std::string_view key, std::string_view& rest) {
  size_t shared = 0;
  if (count_ % kRestartInterval == 0) {
    restarts_.push_back(static_cast<uint32_t>(payload_.size()));
  } else {
    const size_t most = std::min(key.size(), last_key_.size());
    while (shared < most && key[shared] == last_key_[shared]) ++shared;
  }
  ++count_;
  rest = key.substr(shared);
  last_key_.resize(shared);
  last_key_.append(rest);
  put_varint(payload_, shared);
  put_varint(payload_, rest.size());
}

void BlockBuilder::add_record(const Record& record) {
  std::string_view rest;
  begin_entry(record.key, rest);
  put_u8(payload_, record_flags(record));
  put_varint(payload_, record.sequence);
  if (record.ts != 0) put_varint(payload_, zigzag(record.ts));
  if (record.expire_at != kNeverExpires) put_varint(payload_, zigzag(record.expire_at));
  const bool has_value = record.kind == RecordKind::put;
  if (has_value) put_varint(payload_, record.value.size());
  payload_.append(rest);
  if (has_value) payload_.append(record.value);
}

void BlockBuilder::add_index_entry(std::string_view key, std::string_view value) {
  std::string_view rest;
  begin_entry(key, rest);
  put_varint(payload_, value.size());
  payload_.append(rest);
  payload_.append(value);
}

std::string_view BlockBuilder::finish() {
  for (const uint32_t restart : restarts_) put_le(payload_, restart);
  put_le(payload_, static_cast<uint32_t>(restarts_.size()));
  return payload_;
}

void BlockBuilder::reset() {
  payload_.clear();
  restarts_.clear();
  last_key_.clear();
  count_ = 0;
}

}  // namespace flowdb
