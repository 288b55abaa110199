// Opening by the rules of FORMAT.md: what a file without records is, and which passes over the
// records a container's superblocks ask for.
#include "storage/container_scan.h"

#include <algorithm>

#include "storage/record_scan.h"
#include "storage/superblock_slots.h"
#include "util/coding.h"

namespace flowdb {
namespace {

Status check_file_header(File& file, std::string_view header) {
  if (header.substr(0, kContainerMagic.size()) != kContainerMagic) {
    return Status::corruption(file.name(), 0, "no container: the magic FLOWDB01 is missing");
  }
  if (const uint32_t version = load_be32(header.data() + kVersionOffset);
      version != kContainerVersion) {
    return Status::unsupported(std::string(file.name()) + " at " + std::to_string(kVersionOffset) +
                               ": container version " + std::to_string(version));
  }
  return Status::ok();
}

// Every record, when the newest superblock is lost, or both: `superblock` is what there is, or
// null. Result: the generation of the checkpoint found. Errors: corruption when it is newer and it
// is not certain what counts behind it.
Result<uint64_t> read_all(File& file, uint64_t file_bytes, const Superblock* superblock,
                          ContainerContent& content) {
  const uint64_t known = superblock != nullptr ? superblock->generation : 0;
  const uint64_t vouched_end = superblock != nullptr ? superblock->committed_end : UINT64_MAX;
  const ContainerContent before = content;
  const auto walk = [&](uint64_t lost_headers_of, Status& uncertain) -> Result<uint64_t> {
    content = before;
    RecordScan scan(file, file_bytes, superblock != nullptr, content);
    scan.expect_lost_headers(lost_headers_of);
    FLOWDB_RETURN_IF_ERROR(scan.read_all(vouched_end));
    uncertain = scan.generation() > known ? scan.refuse_uncertain() : Status::ok();
    return scan.generation();
  };
  // First as the headers say, which tells the newest checkpoint. Another one that the walk meets
  // before must lead it nowhere else.
  Status uncertain;
  FLOWDB_ASSIGN_OR_RETURN(uint64_t generation, walk(0, uncertain));
  if (uncertain.is_ok()) return generation;
  FLOWDB_ASSIGN_OR_RETURN(generation, walk(generation, uncertain));
  FLOWDB_RETURN_IF_ERROR(std::move(uncertain));
  return generation;
}

// What counts, by the superblocks and by the records.
Result<ContainerContent> find_content(File& file, uint64_t file_bytes, const DatabaseId& new_id) {
  std::string header(kFileHeaderBytes, '\0');
  FLOWDB_RETURN_IF_ERROR(read_exactly(file, 0, header.data(), header.size()));
  FLOWDB_RETURN_IF_ERROR(check_file_header(file, header));
  FLOWDB_ASSIGN_OR_RETURN(const SuperblockSlots slots, decode_slots(file.name(), header));
  ContainerContent content;
  const Superblock* const superblock = newest(slots);
  if (superblock != nullptr) {
    content.superblock = *superblock;
  } else {
    content.superblock.database_id = new_id;
  }
  RecordScan scan(file, file_bytes, superblock != nullptr, content);
  if (superblock != nullptr) {
    const bool newer_lost = newer_may_be_lost(slots, *superblock);
    const Status committed = scan.read_committed(newer_lost);
    if (!newer_lost) FLOWDB_RETURN_IF_ERROR(committed);
    for (const SuperblockSlot& slot : slots) {
      const bool is_other = &slot.superblock != superblock;
      if (is_other && slot.state == SuperblockSlot::State::whole) content.older = slot.superblock;
    }
    if (newer_lost) {
      // What it named may stand anywhere, also upon what only this one refers to.
      ContainerContent newer;
      newer.superblock = *superblock;
      FLOWDB_ASSIGN_OR_RETURN(const uint64_t generation,
                              read_all(file, file_bytes, superblock, newer));
      if (generation > superblock->generation) {
        newer.superblock.generation = superblock->generation;
        newer.superblock.committed_end = newer.end;
        newer.beyond_superblock = true;
        newer.older = *superblock;
        return newer;
      }
      FLOWDB_RETURN_IF_ERROR(committed);
    }
    if (!superblock->reused) {
      FLOWDB_RETURN_IF_ERROR(scan.read_tail(newer_lost, !newer_lost));
    } else if (newer_lost || superblock->closed) {
      scan.begin_tail();
      FLOWDB_RETURN_IF_ERROR(scan.read_tail(false, false));
      if (newer_lost) FLOWDB_RETURN_IF_ERROR(scan.refuse_uncertain());
    }
  } else {
    FLOWDB_RETURN_IF_ERROR(read_all(file, file_bytes, nullptr, content).status());
    content.superblock.committed_end = content.end;
  }
  content.beyond_superblock = superblock == nullptr || content.end > superblock->committed_end;
  const bool is_newer_found = superblock != nullptr &&
                              superblock->checkpoint_offset != content.superblock.checkpoint_offset;
  if (is_newer_found) content.older = *superblock;
  return content;
}

}  // namespace

Result<ContainerPresence> find_container(File& file, uint64_t file_bytes) {
  if (file_bytes == 0) return ContainerPresence::absent;
  std::string header(static_cast<size_t>(std::min<uint64_t>(file_bytes, kFileHeaderBytes)), '\0');
  FLOWDB_RETURN_IF_ERROR(read_exactly(file, 0, header.data(), header.size()));
  if (header.size() == kFileHeaderBytes) return ContainerPresence::present;

  // Too short: a creation that was cut off, unless it is something else or the rest of a container
  // with data.
  const std::string_view magic = std::string_view(header).substr(0, kContainerMagic.size());
  const bool zeros = magic.find_first_not_of('\0') == std::string_view::npos;
  if (!zeros && magic != kContainerMagic.substr(0, magic.size())) {
    return Status::corruption(file.name(), 0, "no container: the magic FLOWDB01 is missing");
  }
  FLOWDB_ASSIGN_OR_RETURN(const SuperblockSlots slots, decode_slots(file.name(), header));
  const Superblock* const superblock = newest(slots);
  // A copy's first superblock, unlike a creation's, names data that it was written behind.
  if (superblock != nullptr &&
      (superblock->generation > 1 || superblock->committed_end > kFileHeaderBytes)) {
    return Status::corruption(file.name(), file_bytes, "the file ends inside of its header");
  }
  return ContainerPresence::absent;
}

Result<ContainerContent> scan_container(File& file, uint64_t file_bytes, const DatabaseId& new_id) {
  FLOWDB_ASSIGN_OR_RETURN(ContainerContent content, find_content(file, file_bytes, new_id));
  FLOWDB_RETURN_IF_ERROR(read_older_references(file, file_bytes, content));
  FLOWDB_RETURN_IF_ERROR(check_layout(file, file_bytes, content));
  return content;
}

}  // namespace flowdb
