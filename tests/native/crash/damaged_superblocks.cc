// The damage, and the walk, which shares nothing with the code under test but for the superblock.
#include "crash/damaged_superblocks.h"

#include "storage/framing.h"

namespace flowdb {

std::string check_frames(const std::string& container) {
  const uint64_t framed = framed_up_to(container, container.size());
  if (framed == container.size()) return {};
  return "framed up to " + std::to_string(framed) + " of " + std::to_string(container.size());
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
