// SuperblockSlots: the two superblocks of a file header, and which of them counts (FORMAT.md).
#pragma once

#include <array>
#include <string_view>

#include "storage/file.h"
#include "storage/superblock.h"

namespace flowdb {

using SuperblockSlots = std::array<SuperblockSlot, 2>;

// The slots as far as `header`, the file's first bytes, holds them. Errors as decode_superblock().
Result<SuperblockSlots> decode_slots(std::string_view file, std::string_view header);

// The whole one of the larger generation; null when there is none. Valid as long as `slots`.
const Superblock* newest(const SuperblockSlots& slots);

// Whether a superblock newer than `found` may have been lost. Only a container of the first
// generation has a slot that was never written.
bool newer_may_be_lost(const SuperblockSlots& slots, const Superblock& found);

}  // namespace flowdb
