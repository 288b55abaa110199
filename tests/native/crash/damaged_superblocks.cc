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

namespace {

// Whether a failed write has left, at one of these offsets, the first half of a filler's new length
// in front of the second half of the old one, and records lead on behind the old filler.
bool is_header_in_halves(std::string container, const std::vector<size_t>& halves,
                         uint64_t vouched) {
  for (const size_t at : halves) {
    if (framed_up_to(container, at) != at) continue;
    const std::string found = container.substr(at, kHalfHeaderBytes);
    for (uint64_t old = kRecordHeaderBytes; old < container.size(); old += 1 << 16) {
      container.replace(at, kHalfHeaderBytes, encode_filler_header(0, old), 0, kHalfHeaderBytes);
      if (framed_up_to(container, container.size()) >= vouched) return true;
    }
    container.replace(at, kHalfHeaderBytes, found);
  }
  return false;
}

}  // namespace

std::string check_found_frames(const std::string& container, const std::vector<size_t>& halves) {
  const uint64_t vouched = committed_end(container);
  const uint64_t framed = framed_up_to(container, container.size());
  if (framed >= vouched) return {};
  const std::string header = container.substr(static_cast<size_t>(framed), kRecordHeaderBytes);
  const std::string to_the_end = encode_filler_header(framed, container.size());
  if (header > to_the_end && header.substr(kLengthBytes) == to_the_end.substr(kLengthBytes))
    return {};
  if (is_header_in_halves(container, halves, vouched)) return {};
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
