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

// Whether a failed write has left the first half of a filler's header in front of the old one's
// second: its length is then of two numbers, and the records of either would lead on.
bool is_header_in_halves(std::string container, uint64_t vouched) {
  constexpr size_t kHalf = kRecordHeaderBytes / 2;
  const std::string filler = encode_filler_header(0, kRecordHeaderBytes);
  for (uint64_t page = kFileHeaderBytes; page < container.size(); page += kPageBytes) {
    const size_t at = static_cast<size_t>(page);
    const std::string found = container.substr(at, kRecordHeaderBytes);
    if (framed_up_to(container, page) != page) continue;
    if (found.substr(kLengthBytes) != filler.substr(kLengthBytes)) continue;
    for (uint64_t bytes = kRecordHeaderBytes; bytes < container.size(); bytes += 1 << 16) {
      const std::string other = encode_filler_header(0, bytes);
      container.replace(at, kHalf, other, 0, kHalf);
      if (framed_up_to(container, container.size()) >= vouched) return true;
    }
    container.replace(at, kRecordHeaderBytes, found);
  }
  return false;
}

}  // namespace

std::string check_found_frames(const std::string& container) {
  const uint64_t vouched = committed_end(container);
  const uint64_t framed = framed_up_to(container, container.size());
  if (framed >= vouched) return {};
  const std::string header = container.substr(static_cast<size_t>(framed), kRecordHeaderBytes);
  const std::string to_the_end = encode_filler_header(framed, container.size());
  if (header > to_the_end && header.substr(kLengthBytes) == to_the_end.substr(kLengthBytes))
    return {};
  if (is_header_in_halves(container, vouched)) return {};
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
