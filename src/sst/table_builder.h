// TableBuilder: writes a sorted string table, block by block, into a TableWriter. Table reads it.
#pragma once

#include <memory>
#include <string>

#include "sst/block_builder.h"
#include "sst/bloom.h"
#include "sst/compressor.h"
#include "sst/properties.h"
#include "sst/table_format.h"
#include "storage/container.h"

namespace flowdb {

struct TableBuilderOptions {
  size_t block_bytes = 8 << 10;
  int bloom_bits_per_key = 10;  // 0: no filter
  BlockCompression compression = BlockCompression::lz4;
  uint8_t level = 0;
  DatabaseId database_id{};
};

class TableBuilder {
 public:
  // `writer` must hold until finish(); the table's id is the writer's.
  TableBuilder(TableWriter& writer, const TableBuilderOptions& options);

  // Adds a record behind the last one in record order. Errors: quota_exceeded, io_error; only
  // destruction is allowed then.
  Status add(const Record& record);
  // Bytes of the table so far, about.
  uint64_t size() const { return writer_.size() + data_.size(); }
  // The same with what finish() writes behind the blocks; rather more than less.
  uint64_t size_at_end() const { return size() + index_.size() + bloom_.size() + kEndBytes; }
  // REQUIRES: a record was added. The last added record's key.
  const std::string& last_key() const { return properties_.largest_key; }

  // The removals of ranges that the table holds. REQUIRES: no call but finish() follows.
  void set_range_removes(RangeRemoves removes) { range_removes_ = std::move(removes); }
  // Writes what follows the data blocks, and finishes the writer. REQUIRES: the table holds
  // something. Errors as add().
  Status finish();
  const TableProperties& properties() const { return properties_; }

 private:
  // More than properties, footer and padding take, with keys of a usual length, and the index
  // entry of the block that is being filled.
  static constexpr uint64_t kEndBytes = 4 << 10;

  Status write_data_block();
  Status write_range_removes();
  Status write_block(std::string_view payload, bool compress, BlockHandle& handle);

  TableWriter& writer_;
  const TableBuilderOptions options_;
  BlockBuilder data_;
  BlockBuilder index_;
  BloomBuilder bloom_;
  Compressor compressor_;
  TableProperties properties_;
  RangeRemoves range_removes_;
  // Of the data block that is being filled.
  std::string first_key_;
  int64_t block_min_ts_ = INT64_MAX;
  int64_t block_max_ts_ = INT64_MIN;
};

}  // namespace flowdb
