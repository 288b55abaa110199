// Which of the two superblocks counts.
#include "storage/superblock_slots.h"

#include <algorithm>

namespace flowdb {

Result<SuperblockSlots> decode_slots(std::string_view file, std::string_view header) {
  SuperblockSlots slots;
  for (size_t i = 0; i < slots.size(); ++i) {
    if (header.size() < kSlotOffsets[i] + kSuperblockBytes) continue;
    const std::string_view sector = header.substr(kSlotOffsets[i], kSuperblockBytes);
    FLOWDB_ASSIGN_OR_RETURN(slots[i], decode_superblock(file, kSlotOffsets[i], sector));
  }
  return slots;
}

const Superblock* newest(const SuperblockSlots& slots) {
  const Superblock* found = nullptr;
  for (const SuperblockSlot& slot : slots) {
    if (slot.state != SuperblockSlot::State::whole) continue;
    if (found == nullptr || slot.superblock.generation > found->generation) {
      found = &slot.superblock;
    }
  }
  return found;
}

bool newer_may_be_lost(const SuperblockSlots& slots, const Superblock& found) {
  return std::any_of(slots.begin(), slots.end(), [&](const SuperblockSlot& slot) {
    return slot.state == SuperblockSlot::State::damaged ||
           (slot.state == SuperblockSlot::State::empty && found.generation > 1);
  });
}

}  // namespace flowdb
