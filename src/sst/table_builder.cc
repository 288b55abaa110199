// Streams data blocks; what describes them is kept until the end.
#include "sst/table_builder.h"

#include <algorithm>
#include <cassert>

#include "util/crc32c.h"
#include "util/features.h"

namespace flowdb {

TableBuilder::TableBuilder(TableWriter& writer, const TableBuilderOptions& options)
    : writer_(writer), options_(options), bloom_(options.bloom_bits_per_key) {
  properties_.level = options.level;
  properties_.database_id = options.database_id;
}

Status TableBuilder::add(const Record& record) {
  if (options_.bloom_bits_per_key > 0 &&
      (properties_.records == 0 || record.key != properties_.largest_key)) {
    bloom_.add(record.key);
  }
  properties_.add(record);
  if (data_.empty()) first_key_.assign(record.key);
  block_min_ts_ = std::min(block_min_ts_, record.ts);
  block_max_ts_ = std::max(block_max_ts_, record.ts);
  data_.add_record(record);
  return data_.size() >= options_.block_bytes ? write_data_block() : Status::ok();
}

Status TableBuilder::write_data_block() {
  BlockHandle handle;
  FLOWDB_RETURN_IF_ERROR(write_block(data_.finish(), true, handle));
  std::string value;
  handle.encode(value);
  if (block_min_ts_ != 0 || block_max_ts_ != 0) {
    put_u8(value, kIndexEntryHasTimes);
    put_varint(value, zigzag(block_min_ts_));
    put_varint(value, zigzag(block_max_ts_));
  } else {
    put_u8(value, 0);
  }
  put_bytes(value, first_key_);
  index_.add_index_entry(properties_.largest_key, value);
  data_.reset();
  block_min_ts_ = INT64_MAX;
  block_max_ts_ = INT64_MIN;
  return Status::ok();
}

Status TableBuilder::write_block(std::string_view payload, bool compress, BlockHandle& handle) {
  BlockCompression compression = BlockCompression::none;
  if (compress && options_.compression != BlockCompression::none) {
    const bool zstd = kHasZstd && options_.compression == BlockCompression::zstd;
    const std::string_view smaller = zstd ? compressor_.zstd(payload) : compressor_.lz4(payload);
    if (!smaller.empty()) {
      compression = options_.compression;
      payload = smaller;
    }
  }
  handle = {writer_.size(), payload.size()};
  char trailer[kBlockTrailerBytes] = {static_cast<char>(compression)};
  store_le(trailer + 1, crc32c({trailer, 1}, crc32c(payload)));
  FLOWDB_RETURN_IF_ERROR(writer_.append(payload));
  return writer_.append({trailer, sizeof trailer});
}

Status TableBuilder::write_range_removes() {
  std::string payload;
  range_removes_.each(
      [&](std::string_view begin, std::string_view end, const std::vector<uint64_t>& sequences) {
        for (const uint64_t sequence : sequences) {
          put_bytes(payload, begin);
          put_bytes(payload, end);
          put_varint(payload, sequence);
        }
      });
  properties_.add(range_removes_);
  return write_block(payload, true, properties_.range_removes);
}

Status TableBuilder::finish() {
  assert(properties_.records > 0 || !range_removes_.empty());
  if (!data_.empty()) FLOWDB_RETURN_IF_ERROR(write_data_block());
  Footer footer;
  footer.table_id = writer_.id();
  const bool has_records = properties_.records > 0;
  if (has_records && options_.bloom_bits_per_key > 0) {
    FLOWDB_RETURN_IF_ERROR(write_block(bloom_.finish(), false, footer.filter));
  }
  if (kFullEngine && !range_removes_.empty()) {
    FLOWDB_RETURN_IF_ERROR(write_range_removes());
    footer.incompatible = kFeatureRangeRemoves;
  }
  if (has_records) FLOWDB_RETURN_IF_ERROR(write_block(index_.finish(), true, footer.index));
  FLOWDB_RETURN_IF_ERROR(write_block(properties_.encode(), false, footer.properties));
  FLOWDB_RETURN_IF_ERROR(
      writer_.append(std::string(padding_bytes(writer_.size()), '\0') + footer.encode()));
  return writer_.finish();
}

}  // namespace flowdb
