// Reads and checks a table's parts.
#include "sst/table.h"

#include <algorithm>
#include <cassert>
#include <string>

#include "sst/compressor.h"
#include "util/crc32c.h"
#include "util/features.h"

namespace flowdb {

Table::Table(const Storage& storage, uint32_t id, const TableLocation& location, BlockCache& cache)
    : storage_(storage),
      id_(id),
      location_(location),
      cache_(cache),
      cache_owner_(cache.new_owner()) {}

Table::~Table() { cache_.erase_owner(cache_owner_); }

Result<std::shared_ptr<Table>> Table::open(const Storage& storage, uint32_t id,
                                           const TableLocation& location, BlockCache& cache) {
  std::shared_ptr<Table> table(new Table(storage, id, location, cache));
  FLOWDB_RETURN_IF_ERROR(table->read_footer_and_properties());
  return table;
}

Status Table::corrupt(uint64_t offset, std::string_view what) const {
  std::string message =
      "table " + std::to_string(id_) + ", offset " + std::to_string(offset) + ": ";
  message += what;
  return Status::corruption(storage_.table_file_name(id_), location_.offset + offset, message);
}

Status Table::unsupported(uint64_t offset, std::string_view what) const {
  std::string message(storage_.table_file_name(id_));
  message += " at " + std::to_string(location_.offset + offset) + ": table " + std::to_string(id_) +
             ", offset " + std::to_string(offset) + ": ";
  message += what;
  return Status::unsupported(std::move(message));
}

Status Table::read_footer_and_properties() {
  if (location_.length < Footer::kBytes) return corrupt(0, "too short to be a table of FlowDB");
  const uint64_t footer_at = location_.length - Footer::kBytes;
  char bytes[Footer::kBytes];
  FLOWDB_RETURN_IF_ERROR(storage_.read_table(id_, location_, footer_at, bytes, sizeof bytes));
  switch (footer_.decode({bytes, sizeof bytes})) {
    case Footer::Decoded::ok:
      break;
    case Footer::Decoded::not_a_table:
      return corrupt(footer_at, "no footer of FlowDB's tables; these bytes are not ours");
    case Footer::Decoded::damaged:
      return corrupt(footer_at, "the footer's checksum does not hold");
  }
  if (footer_.version != kTableVersion) {
    return unsupported(footer_at, "version " + std::to_string(footer_.version));
  }
  if ((footer_.incompatible & ~(kFullEngine ? kFeatureRangeRemoves : 0)) != 0) {
    return unsupported(footer_at, "feature bits " + std::to_string(footer_.incompatible));
  }
  if (footer_.table_id != id_) {
    return corrupt(footer_at, "the footer says table " + std::to_string(footer_.table_id));
  }
  FLOWDB_ASSIGN_OR_RETURN(const auto block, load_block(footer_.properties, BlockKind::bytes));
  switch (properties_.decode(block->payload())) {
    case TableProperties::Decoded::ok:
      break;
    case TableProperties::Decoded::malformed:
      return corrupt(footer_.properties.offset, "the properties are malformed");
    case TableProperties::Decoded::unknown_tag:
      return unsupported(footer_.properties.offset, "an unknown property");
  }
  if ((properties_.range_removes.length > 0) != (footer_.incompatible != 0)) {
    return corrupt(footer_at, "footer and properties differ in whether ranges are removed");
  }
  return Status::ok();
}

Status Table::add_range_removes(RangeRemoves& removes, uint64_t assigned) const {
  const BlockHandle& handle = properties_.range_removes;
  if (handle.length == 0) return Status::ok();
  // Kept by who asks, and not read again.
  FLOWDB_ASSIGN_OR_RETURN(const auto block, load_block(handle, BlockKind::bytes));
  for (Reader in(block->payload()); !in.at_end();) {
    std::string_view begin;
    std::string_view end;
    uint64_t sequence;
    if (!in.bytes(begin) || !in.bytes(end) || !in.varint(sequence) || sequence == 0 ||
        sequence > properties_.largest_sequence || begin >= end) {
      return corrupt(handle.offset, "the removals of ranges are malformed");
    }
    removes.add(begin, end, assigned != 0 ? assigned : sequence);
  }
  return Status::ok();
}

uint64_t Table::dead_bytes(const DropFilter& filter) const {
  uint64_t bytes = 0;
  const Result<BlockRef> block =
      has_records() ? read_index(CacheUse::pass) : Result<BlockRef>(BlockRef());
  if (!block.is_ok() || block.value() == nullptr) return bytes;
  BlockCursor index;
  index.open(*block.value());
  IndexEntry entry;
  KeyFate fate;
  // No key of a block is below the first one of its entry, or above the entry's own.
  for (index.seek_to_first(); index.valid(); index.next()) {
    if (!decode_index_entry(index, entry).is_ok()) break;
    if (!fate.holds_for(entry.first_key)) fate = filter(entry.first_key);
    if (fate.is_dead && fate.holds_for(index.record().key)) bytes += entry.handle.length;
  }
  return bytes;
}

Result<BlockRef> Table::read_block(const BlockHandle& handle, BlockKind kind,
                                   CacheUse cache) const {
  BlockRef block = cache_.find(cache_owner_, handle.offset, cache);
  if (block == nullptr) {
    FLOWDB_ASSIGN_OR_RETURN(block, load_block(handle, kind));
    cache_.insert(cache_owner_, handle.offset, block, cache);
  }
  // Two handles of a forged table can name one place as blocks of two kinds.
  if (block->kind() != kind) return corrupt(handle.offset, "a block of another kind");
  return block;
}

Result<BlockRef> Table::load_block(const BlockHandle& handle, BlockKind kind) const {
  const uint64_t end = location_.length - Footer::kBytes;
  if (handle.offset > end || end - handle.offset < kBlockTrailerBytes ||
      handle.length > end - handle.offset - kBlockTrailerBytes) {
    return corrupt(handle.offset, "a block reaches beyond the table");
  }
  const auto length = static_cast<size_t>(handle.length);
  ByteBuffer payload(length + kBlockTrailerBytes);
  FLOWDB_RETURN_IF_ERROR(storage_.read_table(id_, location_, handle.offset, payload.data(),
                                             length + kBlockTrailerBytes));
  const uint32_t expected = load_le<uint32_t>(payload.data() + length + 1);
  const uint32_t found = crc32c(payload.view().substr(0, length + 1));
  if (expected != found) {
    return corrupt(handle.offset, "a block's checksum is " + std::to_string(found) + ", not " +
                                      std::to_string(expected));
  }
  const auto compression = static_cast<BlockCompression>(payload.data()[length]);
  payload.shrink(length);
  if (compression == BlockCompression::lz4) {
    ByteBuffer raw;
    if (!decompress_lz4(payload.view(), raw))
      return corrupt(handle.offset, "a block of broken LZ4");
    payload = std::move(raw);
  } else if (kHasZstd && compression == BlockCompression::zstd) {
    ByteBuffer raw;
    if (!decompress_zstd(payload.view(), raw))
      return corrupt(handle.offset, "a block of broken zstd");
    payload = std::move(raw);
  } else if (compression == BlockCompression::zstd) {
    return unsupported(handle.offset, "a block compressed with zstd, which this build lacks");
  } else if (compression != BlockCompression::none) {
    return unsupported(handle.offset, "a block of unknown compression");
  }
  auto block = std::make_unique<Block>(std::move(payload), kind);
  if (kind != BlockKind::bytes && !block->parse()) {
    return corrupt(handle.offset, "a block's restarts are malformed");
  }
  return BlockRef(block.release());
}

Status Table::entry_error(EntryError error, const BlockHandle& block) const {
  switch (error) {
    case EntryError::none:
      return Status::ok();
    case EntryError::malformed:
      return corrupt(block.offset, "a block's entry is malformed");
    case EntryError::unknown_flags:
      return unsupported(block.offset, "a record of an unknown kind");
  }
  return Status::ok();
}

Status Table::decode_index_entry(const BlockCursor& index, IndexEntry& entry) const {
  Reader in(index.record().value);
  uint8_t flags;
  uint64_t min_ts = 0;
  uint64_t max_ts = 0;
  if (!entry.handle.decode(in) || !in.u8(flags)) {
    return corrupt(footer_.index.offset, "an entry of the index is malformed");
  }
  if ((flags & ~kIndexEntryHasTimes) != 0) {
    return unsupported(footer_.index.offset, "an entry of the index with unknown flags");
  }
  const bool times = (flags & kIndexEntryHasTimes) != 0;
  if ((times && (!in.varint(min_ts) || !in.varint(max_ts))) || !in.bytes(entry.first_key) ||
      !in.at_end()) {
    return corrupt(footer_.index.offset, "an entry of the index is malformed");
  }
  entry.min_ts = unzigzag(min_ts);
  entry.max_ts = unzigzag(max_ts);
  return Status::ok();
}

}  // namespace flowdb
