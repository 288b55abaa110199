// Every length is taken from bytes that may say anything, so each is checked before it is used.
#include "fuzz/reseal.h"

#include "sst/table_format.h"
#include "storage/record.h"
#include "util/coding.h"
#include "util/crc32c.h"
#include "wal/frame.h"

namespace flowdb {
namespace {

std::string_view piece(const std::string& bytes, uint64_t offset, uint64_t length) {
  if (offset > bytes.size() || length > bytes.size() - offset) return {};
  return std::string_view(bytes).substr(static_cast<size_t>(offset), static_cast<size_t>(length));
}

// The payload and its compression byte are followed by their checksum.
void reseal_block(std::string& raw, const BlockHandle& block) {
  if (block.length > raw.size()) return;
  const std::string_view checked = piece(raw, block.offset, block.length + 1);
  const uint64_t at = block.offset + block.length + 1;
  if (checked.empty() || piece(raw, at, 4).empty()) return;
  store_le(raw.data() + at, crc32c(checked));
}

// The blocks that the index names, when it is not compressed.
void reseal_data_blocks(std::string& raw, const BlockHandle& index) {
  if (index.length > raw.size()) return;
  const std::string payload(piece(raw, index.offset, index.length));
  const std::string_view compression = piece(raw, index.offset + index.length, 1);
  if (payload.size() < 4 || compression != std::string_view("\0", 1)) return;
  Reader in(payload);
  for (;;) {
    uint64_t shared = 0;
    uint64_t rest = 0;
    uint64_t value_length = 0;
    std::string_view key;
    std::string_view value;
    if (!in.varint(shared) || !in.varint(rest) || !in.varint(value_length)) return;
    if (!in.take(rest, key) || !in.take(value_length, value)) return;
    Reader fields(value);
    BlockHandle block;
    if (!block.decode(fields)) return;
    reseal_block(raw, block);
  }
}

// The superblock with the checkpoint that it names, which may be hidden from who follows the
// records, and the checksum of those that it vouches for.
void reseal_superblock(std::string& file, size_t slot) {
  namespace field = superblock_field;
  const std::string_view sector = piece(file, slot, kSuperblockBytes);
  if (sector.substr(0, kSuperblockMagic.size()) != kSuperblockMagic) return;
  char* const p = file.data() + slot;
  const uint64_t offset = load_be64(p + field::kCheckpointOffset);
  const uint64_t length = load_be64(p + field::kCheckpointLength);
  std::string checkpoint(offset < kFileHeaderBytes ? std::string_view()
                                                   : piece(file, offset, length));
  reseal_checkpoint(checkpoint);
  if (!checkpoint.empty()) file.replace(static_cast<size_t>(offset), checkpoint.size(), checkpoint);
  uint64_t at = offset == 0 ? kFileHeaderBytes : offset + length;
  if (load_be32(p + field::kIncompatible) != 0) at = load_be64(p + field::kScanBegin);
  const uint64_t end = load_be64(p + field::kCommittedEnd);
  uint32_t crc = 0;
  while (at < end && !piece(file, at, kRecordHeaderBytes).empty()) {
    const uint64_t record_length = load_be64(file.data() + at);
    if (record_length < kBodyBytesMin || record_length > file.size()) break;
    crc = extend_records_crc(crc, piece(file, at, kRecordHeaderBytes));
    at += kLengthBytes + record_length;
  }
  store_be32(p + field::kRecordsCrc, crc);
  store_be32(p + field::kCrc, crc32c(piece(file, slot, field::kCrc)));
}

}  // namespace

void reseal_checkpoint(std::string& record) {
  if (record.size() < kRecordHeaderBytes + 4) return;
  const size_t crc_at = record.size() - 4;
  const std::string_view checked = piece(record, kLengthBytes, crc_at - kLengthBytes);
  store_be32(record.data() + crc_at, crc32c(checked));
}

void reseal_container(std::string& file) {
  for (uint64_t at = kFileHeaderBytes; !piece(file, at, kRecordHeaderBytes).empty();) {
    const uint64_t length = load_be64(file.data() + at);
    if (length < kBodyBytesMin || length > file.size()) break;
    const std::string_view record = piece(file, at, kLengthBytes + length);
    if (record.empty()) break;
    if (record[kLengthBytes] == kCheckpointType) {
      std::string sealed(record);
      reseal_checkpoint(sealed);
      file.replace(static_cast<size_t>(at), sealed.size(), sealed);
    } else if (record[kLengthBytes] == kTombstoneType && record.size() == kTombstoneBytes) {
      const std::string_view checked = record.substr(kLengthBytes, kTombstoneBytes - 12);
      store_be32(file.data() + at + kTombstoneBytes - 4, crc32c(checked));
    }
    at += kLengthBytes + length;
  }
  for (const size_t slot : kSlotOffsets) reseal_superblock(file, slot);
}

void reseal_log(std::string& file, const DatabaseId& id) {
  if (file.size() < kLogHeaderBytes) return;
  const std::string_view header = piece(file, 0, log_header_field::kCrc);
  store_le(file.data() + log_header_field::kCrc, crc32c(header));
  // The position that a database without a checkpoint begins at.
  FrameChain chain{load_le<uint64_t>(reinterpret_cast<const char*>(id.data())), 0};
  uint64_t at = kLogHeaderBytes;
  // A jump may lead back to where it stands.
  for (int frames = 0; frames < 1000 && !piece(file, at, kFrameHeaderBytes).empty(); ++frames) {
    char* const frame = file.data() + at;
    const uint32_t length = load_le<uint32_t>(frame + frame_field::kLength);
    const std::string_view payload = piece(file, at + kFrameHeaderBytes, length);
    if (length > 0 && payload.empty()) return;
    std::string front;
    put_le(front, chain.salt);
    put_le(front, chain.crc);
    front += piece(file, at + frame_field::kLength, kFrameHeaderBytes - frame_field::kLength);
    chain.crc = crc32c(payload, crc32c(front));
    store_le(frame + frame_field::kCrc, chain.crc);
    at += frame_bytes(length);
    const auto type = static_cast<FrameType>(frame[frame_field::kType]);
    if (type == FrameType::batch) continue;
    if (payload.size() < kEpochPayloadBytes) return;
    chain.salt = load_le<uint64_t>(payload.data());
    if (type == FrameType::epoch) continue;
    if (type != FrameType::jump || payload.size() < kJumpPayloadBytes) return;
    at = load_le<uint64_t>(payload.data() + 8);
  }
}

void reseal_table(std::string& raw) {
  if (raw.size() < Footer::kBytes) return;
  char* const footer = raw.data() + raw.size() - Footer::kBytes;
  const auto handle = [&](size_t at) {
    return BlockHandle{load_le<uint64_t>(footer + at), load_le<uint32_t>(footer + at + 8)};
  };
  reseal_data_blocks(raw, handle(Footer::kIndexAt));
  for (const size_t at : {Footer::kPropertiesAt, Footer::kIndexAt, Footer::kFilterAt}) {
    reseal_block(raw, handle(at));
  }
  const std::string_view front(footer, Footer::kCrcAt);
  const std::string_view magic(footer + Footer::kMagicAt, kTableMagic.size());
  store_le(footer + Footer::kCrcAt, crc32c(magic, crc32c(front)));
}

}  // namespace flowdb
