// The damage, and the walk, which shares nothing with the code under test but for the superblock.
#include "crash/damaged_superblocks.h"

#include "storage/framing.h"
#include "storage/record.h"

namespace flowdb {

std::string check_frames(const std::string& container) {
  const uint64_t framed = framed_up_to(container, container.size());
  if (framed == container.size()) return {};
  return "framed up to " + std::to_string(framed) + " of " + std::to_string(container.size());
}

std::string check_found_frames(const std::string& container) {
  const uint64_t vouched = committed_end(container);
  const uint64_t framed = framed_up_to(container, container.size());
  if (framed >= vouched) return {};
  const std::string header = container.substr(static_cast<size_t>(framed), kRecordHeaderBytes);
  const std::string to_the_end = encode_filler_header(framed, container.size());
  if (header > to_the_end && header.substr(kLengthBytes) == to_the_end.substr(kLengthBytes))
    return {};
  return "found framed up to " + std::to_string(framed) + " of " + std::to_string(vouched);
}

std::optional<Disk> with_damaged(Disk disk, DamagedSuperblocks which) {
  std::string& container = disk[kContainerFile];
  const Superblock newest = newest_superblock(container);
  if (newest.checkpoint_offset == 0) return std::nullopt;
  for (const size_t offset : kSlotOffsets) {
    if (which == DamagedSuperblocks::newest && offset != superblock_offset(newest.generation)) {
      continue;
    }
    container.replace(offset, kSuperblockBytes, kSuperblockBytes, 'x');
  }
  return disk;
}

}  // namespace flowdb
