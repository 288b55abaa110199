// Reads a table's parts, each for itself.
#include "sst/table_survey.h"

#include <algorithm>

#include "sst/block_cursor.h"
#include "sst/compressor.h"
#include "util/crc32c.h"

namespace flowdb {

TableSurvey::TableSurvey(const StoredTable& table, Findings& findings)
    : table_(table), findings_(findings) {
  read_footer();
  if (!footer_) {
    use_found_blocks();
    return;
  }
  read_properties(footer_->properties);
  const bool has_records = footer_->index.length != 0;
  if (has_records && !read_index(footer_->index)) use_found_blocks();
}

void TableSurvey::report(uint64_t offset, std::string what, std::string expected, std::string found,
                         StatusCode code) {
  if (silent_) return;
  findings_.push_back({code, std::string(table_.file->name()), table_.location.offset + offset,
                       table_.id, std::move(what), std::move(expected), std::move(found)});
}

bool TableSurvey::is_zero(uint64_t offset, uint64_t end) {
  std::string bytes(static_cast<size_t>(end - offset), '\0');
  const Status status =
      read_exactly(*table_.file, table_.location.offset + offset, bytes.data(), bytes.size());
  return status.is_ok() && bytes.find_first_not_of('\0') == std::string::npos;
}

void TableSurvey::read_footer() {
  if (table_.location.length < Footer::kBytes) return report(0, "too short to be a table of ours");
  const uint64_t at = table_.location.length - Footer::kBytes;
  char bytes[Footer::kBytes];
  const Status status =
      read_exactly(*table_.file, table_.location.offset + at, bytes, sizeof bytes);
  if (!status.is_ok()) return report(at, status.message(), {}, {}, status.code());
  Footer footer;
  switch (footer.decode({bytes, sizeof bytes})) {
    case Footer::Decoded::ok:
      break;
    case Footer::Decoded::not_a_table:
      return report(at, "no footer of FlowDB's tables; these bytes are not ours, or damaged");
    case Footer::Decoded::damaged:
      return report(at, "the footer's checksum does not hold");
  }
  if (footer.version != kTableVersion || (footer.incompatible & ~kFeatureRangeRemoves) != 0) {
    return report(at, "the footer's version or features",
                  "version " + std::to_string(kTableVersion),
                  "version " + std::to_string(footer.version) + ", features " +
                      std::to_string(footer.incompatible),
                  StatusCode::unsupported);
  }
  if (footer.table_id != table_.id) {
    report(at, "the footer's table id", std::to_string(table_.id), std::to_string(footer.table_id));
  }
  footer_ = footer;
}

std::optional<ByteBuffer> TableSurvey::read_payload(const BlockHandle& handle) {
  const uint64_t end = table_.location.length;
  const auto fail = [&](std::string what, std::string expected = {}, std::string found = {},
                        StatusCode code = StatusCode::corruption) {
    report(handle.offset, std::move(what), std::move(expected), std::move(found), code);
    return std::nullopt;
  };
  if (handle.offset > end || end - handle.offset < kBlockTrailerBytes ||
      handle.length > end - handle.offset - kBlockTrailerBytes) {
    return fail("a block reaches beyond the table");
  }
  const size_t length = static_cast<size_t>(handle.length);
  ByteBuffer bytes(length + kBlockTrailerBytes);
  const Status status = read_exactly(*table_.file, table_.location.offset + handle.offset,
                                     bytes.data(), length + kBlockTrailerBytes);
  if (!status.is_ok()) return fail(status.message(), {}, {}, status.code());
  const uint32_t expected = load_le<uint32_t>(bytes.data() + length + 1);
  const uint32_t found = crc32c(bytes.view().substr(0, length + 1));
  if (found != expected) {
    return fail("a block's checksum", std::to_string(expected), std::to_string(found));
  }
  const auto compression = static_cast<BlockCompression>(bytes.data()[length]);
  bytes.shrink(length);
  if (compression == BlockCompression::none) return bytes;
  ByteBuffer raw;
  bool whole = false;
  if (compression == BlockCompression::lz4) {
    whole = decompress_lz4(bytes.view(), raw);
  } else if (kHasZstd && compression == BlockCompression::zstd) {
    whole = decompress_zstd(bytes.view(), raw);
  } else {
    return fail("a block of a compression that this build lacks", {},
                std::to_string(static_cast<int>(compression)), StatusCode::unsupported);
  }
  if (!whole) return fail("a block's compressed bytes are broken");
  return raw;
}

std::unique_ptr<Block> TableSurvey::read_data_block(const DataBlock& data, BlockKind kind) {
  std::optional<ByteBuffer> payload = read_payload(data.handle);
  if (!payload) return nullptr;
  auto block = std::make_unique<Block>(*std::move(payload), kind);
  if (block->parse()) return block;
  report(data.handle.offset, "a block's restarts are malformed");
  return nullptr;
}

void TableSurvey::read_properties(const BlockHandle& handle) {
  const std::optional<ByteBuffer> payload = read_payload(handle);
  if (!payload) return;
  TableProperties properties;
  switch (properties.decode(payload->view())) {
    case TableProperties::Decoded::ok:
      properties_ = std::move(properties);
      return;
    case TableProperties::Decoded::malformed:
      return report(handle.offset, "the properties are malformed");
    case TableProperties::Decoded::unknown_tag:
      return report(handle.offset, "an unknown property", {}, {}, StatusCode::unsupported);
  }
}

bool TableSurvey::read_index(const BlockHandle& handle) {
  const std::unique_ptr<Block> index =
      read_data_block({handle, false, {}, {}, 0, 0}, BlockKind::index);
  if (index == nullptr) return false;
  std::vector<DataBlock> blocks;
  BlockCursor cursor(*index);
  for (cursor.seek_to_first(); cursor.valid(); cursor.next()) {
    DataBlock block;
    block.is_described = true;
    Reader in(cursor.record().value);
    uint8_t flags = 0;
    uint64_t min_ts = 0;
    uint64_t max_ts = 0;
    std::string_view first_key;
    const bool whole = block.handle.decode(in) && in.u8(flags) &&
                       (flags & ~kIndexEntryHasTimes) == 0 &&
                       (flags == 0 || (in.varint(min_ts) && in.varint(max_ts))) &&
                       in.bytes(first_key) && in.at_end();
    if (!whole) {
      report(handle.offset, "an entry of the index is malformed");
      return false;
    }
    block.min_ts = unzigzag(min_ts);
    block.max_ts = unzigzag(max_ts);
    block.first_key.assign(first_key);
    block.last_key.assign(cursor.record().key);
    blocks.push_back(std::move(block));
  }
  if (cursor.error() != EntryError::none) {
    report(handle.offset, "an entry of the index is malformed");
    return false;
  }
  blocks_ = std::move(blocks);
  return true;
}

RangeRemoves TableSurvey::read_range_removes() {
  RangeRemoves removes;
  if (!properties_ || properties_->range_removes.length == 0) return removes;
  const BlockHandle& handle = properties_->range_removes;
  const std::optional<ByteBuffer> payload = read_payload(handle);
  if (!payload) return removes;
  for (Reader in(payload->view()); !in.at_end();) {
    std::string_view begin;
    std::string_view end;
    uint64_t sequence = 0;
    if (!in.bytes(begin) || !in.bytes(end) || !in.varint(sequence) || sequence == 0 ||
        begin >= end) {
      report(handle.offset, "the removals of ranges are malformed");
      break;
    }
    removes.add(begin, end, sequence);
  }
  return removes;
}

std::optional<BlockHandle> TableSurvey::find_block(uint64_t begin) {
  // The checksum of all that may be the payload, prolonged byte by byte; where the four bytes
  // behind it say the same, the block ends.
  const uint64_t end = table_.location.length;
  std::string buffer;
  uint32_t crc = 0;
  for (uint64_t at = begin; at + kBlockTrailerBytes <= end;) {
    const size_t piece = static_cast<size_t>(std::min<uint64_t>(end - at, 64 << 10));
    buffer.resize(piece);
    const Result<size_t> read =
        table_.file->read_at(table_.location.offset + at, buffer.data(), piece);
    if (!read.is_ok() || read.value() < kBlockTrailerBytes) return std::nullopt;
    const size_t tried = read.value() - 4;
    for (size_t i = 0; i < tried; ++i) {
      const auto compression = static_cast<uint8_t>(buffer[i]);
      crc = crc32c({buffer.data() + i, 1}, crc);
      if (compression > static_cast<uint8_t>(BlockCompression::zstd)) continue;
      if (load_le<uint32_t>(buffer.data() + i + 1) == crc) {
        return BlockHandle{begin, at + i - begin};
      }
    }
    at += tried;
  }
  return std::nullopt;
}

std::vector<BlockHandle> TableSurvey::find_blocks() {
  std::vector<BlockHandle> found;
  for (uint64_t at = 0; at + kBlockTrailerBytes < table_.location.length;) {
    const std::optional<BlockHandle> block = find_block(at);
    if (!block) break;
    found.push_back(*block);
    at = block->offset + block->length + kBlockTrailerBytes;
  }
  return found;
}

bool TableSurvey::is_data(const BlockHandle& handle) {
  const std::unique_ptr<Block> block = read_data_block({handle, false, {}, {}, 0, 0});
  if (block == nullptr) return false;
  BlockCursor cursor(*block);
  for (cursor.seek_to_first(); cursor.valid(); cursor.next()) {
  }
  return cursor.error() == EntryError::none;
}

// (1) With a footer, what it names is known not to be data. (2) Without, the index is the last of
// the blocks but for the properties; if it can be read, it says which ones are data. (3) Otherwise
// the data blocks are those at the front that look like some.
void TableSurvey::use_found_blocks() {
  const std::vector<BlockHandle> found = find_blocks();
  silent_ = true;
  if (!footer_ && found.size() >= 2) {
    read_properties(found.back());
    if (properties_ && properties_->records > 0) {
      if (read_index(found[found.size() - 2])) {
        silent_ = false;
        return;
      }
    }
  }
  uint64_t data_end = table_.location.length;
  if (footer_) {
    data_end = footer_->filter.length != 0 ? footer_->filter.offset : footer_->index.offset;
    if (properties_ && properties_->range_removes.length != 0) {
      data_end = std::min(data_end, properties_->range_removes.offset);
    }
  }
  uint64_t reached = 0;
  for (const BlockHandle& handle : found) {
    if (handle.offset >= data_end || !is_data(handle)) break;
    blocks_.push_back({handle, false, {}, {}, 0, 0});
    reached = handle.offset + handle.length + kBlockTrailerBytes;
  }
  silent_ = false;
  if (footer_ && reached < data_end) {
    report(reached, "without the index, the blocks from here on can't be found");
  }
}

}  // namespace flowdb
