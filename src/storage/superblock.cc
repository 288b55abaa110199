// Encoding and decoding of superblocks.
#include "storage/superblock.h"

#include <cstring>

#include "util/coding.h"
#include "util/crc32c.h"

namespace flowdb {
namespace {

namespace field = superblock_field;

bool all_zero(std::string_view bytes) {
  return bytes.find_first_not_of('\0') == std::string_view::npos;
}

// What no writer makes: fields that contradict each other in a sector whose checksum holds.
const char* contradiction(const Superblock& s, uint32_t state, uint32_t changed) {
  if (state > 1) return "superblock: unknown state";
  if (changed > 1) return "superblock: the changed flag is neither 0 nor 1";
  if (s.generation >= kGenerationsMax) return "superblock: an impossible generation";
  if (s.committed_end < kFileHeaderBytes) return "superblock: committed end inside of the header";
  if (s.reused &&
      (s.reused_scan_begin < kFileHeaderBytes || s.reused_scan_begin > s.committed_end)) {
    return "superblock: records begin outside of the committed part";
  }
  if (s.checkpoint_offset == 0) {
    return s.checkpoint_length == 0 ? nullptr : "superblock: a length of no checkpoint";
  }
  if (s.checkpoint_offset < kFileHeaderBytes || s.checkpoint_offset > s.committed_end ||
      s.checkpoint_length > s.committed_end - s.checkpoint_offset) {
    return "superblock: checkpoint outside of the committed part";
  }
  return nullptr;
}

}  // namespace

std::string encode_superblock(const Superblock& superblock) {
  std::string sector(kSuperblockBytes, '\0');
  char* const p = sector.data();
  std::memcpy(p, kSuperblockMagic.data(), kSuperblockMagic.size());
  store_be32(p + field::kVersion, kSuperblockVersion);
  if (superblock.reused) {
    store_be32(p + field::kIncompatible, kReusedFeature);
    store_be64(p + field::kScanBegin, superblock.reused_scan_begin);
    store_be32(p + field::kClosed, superblock.closed ? 1 : 0);
  }
  store_be32(p + field::kCompatible, superblock.compatible);
  store_be32(p + field::kState, superblock.deleted ? 1 : 0);
  store_be64(p + field::kGeneration, superblock.generation);
  std::memcpy(p + field::kDatabaseId, superblock.database_id.data(), sizeof(DatabaseId));
  store_be64(p + field::kEpoch, superblock.epoch);
  store_be64(p + field::kCheckpointOffset, superblock.checkpoint_offset);
  store_be64(p + field::kCheckpointLength, superblock.checkpoint_length);
  store_be64(p + field::kCommittedEnd, superblock.committed_end);
  store_be32(p + field::kRecordsCrc, superblock.records_crc);
  store_be32(p + field::kChanged, superblock.changed ? 1 : 0);
  store_be32(p + field::kCrc, crc32c(std::string_view(sector).substr(0, field::kCrc)));
  return sector;
}

Result<SuperblockSlot> decode_superblock(std::string_view file, uint64_t offset,
                                         std::string_view sector) {
  SuperblockSlot slot;
  if (all_zero(sector)) return slot;
  const char* const p = sector.data();
  if (sector.substr(0, kSuperblockMagic.size()) != kSuperblockMagic ||
      load_be32(p + field::kCrc) != crc32c(sector.substr(0, field::kCrc))) {
    slot.state = SuperblockSlot::State::damaged;
    return slot;
  }
  const auto unsupported = [&](std::string what, uint32_t value) {
    return Status::unsupported(std::string(file) + " at " + std::to_string(offset) + ": " + what +
                               std::to_string(value));
  };
  if (const uint32_t version = load_be32(p + field::kVersion); version != kSuperblockVersion) {
    return unsupported("superblock version ", version);
  }
  const uint32_t features = load_be32(p + field::kIncompatible);
  if ((features & ~kReusedFeature) != 0) {
    return unsupported("superblock feature bits ", features);
  }
  slot.state = SuperblockSlot::State::whole;
  Superblock& s = slot.superblock;
  const uint32_t state = load_be32(p + field::kState);
  const uint32_t changed = load_be32(p + field::kChanged);
  s.reused = features != 0;
  if (s.reused) {
    s.reused_scan_begin = load_be64(p + field::kScanBegin);
    s.closed = load_be32(p + field::kClosed) != 0;
  }
  s.compatible = load_be32(p + field::kCompatible);
  s.deleted = state == 1;
  s.generation = load_be64(p + field::kGeneration);
  std::memcpy(s.database_id.data(), p + field::kDatabaseId, sizeof(DatabaseId));
  s.epoch = load_be64(p + field::kEpoch);
  s.checkpoint_offset = load_be64(p + field::kCheckpointOffset);
  s.checkpoint_length = load_be64(p + field::kCheckpointLength);
  s.committed_end = load_be64(p + field::kCommittedEnd);
  s.records_crc = load_be32(p + field::kRecordsCrc);
  s.changed = changed == 1;
  if (offset != superblock_offset(s.generation)) {
    return Status::corruption(file, offset, "superblock: its generation has the other place");
  }
  if (const char* what = contradiction(s, state, changed); what != nullptr) {
    return Status::corruption(file, offset, what);
  }
  return slot;
}

std::string encode_file_header(const Superblock& superblock) {
  std::string header(kFileHeaderBytes, '\0');
  header.replace(0, kContainerMagic.size(), kContainerMagic);
  store_be32(header.data() + kVersionOffset, kContainerVersion);
  header.replace(superblock_offset(superblock.generation), kSuperblockBytes,
                 encode_superblock(superblock));
  return header;
}

}  // namespace flowdb
