// Whether what an opening has arrived at can stand in the file. The first commit writes headers
// where it says that tables and gaps begin: with a checkpoint that is not true, though its checksum
// holds, that would change records which count.
#include "storage/container_scan.h"
#include "storage/record.h"

namespace flowdb {
namespace {

class LayoutCheck {
 public:
  LayoutCheck(File& file, uint64_t file_bytes, const ContainerContent& content)
      : file_(file), size_(file_bytes), content_(content) {}

  Status run() {
    for (const auto& [id, location] : content_.tables) {
      if (location.offset < kFileHeaderBytes + kRecordHeaderBytes ||
          location.offset > content_.end || location.length > content_.end - location.offset) {
        return corrupt(location.offset, name_of(id, location) + " is not in the file");
      }
      used_.push_back(table_region(location));
    }
    const Region checkpoint = checkpoint_region(content_.superblock);
    const Region lead = {checkpoint.begin, content_.superblock.checkpoint_offset};
    add_region(used_, checkpoint);
    FLOWDB_RETURN_IF_ERROR(check_places());
    for (const auto& [id, location] : content_.tables) {
      if (!content_.is_new(id, location)) continue;
      FLOWDB_RETURN_IF_ERROR(check_header(table_region(location), id, name_of(id, location)));
    }
    if (lead.is_empty()) return Status::ok();
    return check_header(lead, kFillerId, "the filler that leads to the checkpoint");
  }

 private:
  Status corrupt(uint64_t offset, std::string_view what) const {
    return Status::corruption(file_.name(), offset, what);
  }
  static std::string name_of(uint32_t id, const TableLocation& location) {
    return "table " + std::to_string(id) + " of " + std::to_string(location.length) + " bytes";
  }

  // Apart from each other; and the checksum of the records that are newer than the checkpoint holds
  // their headers as they are.
  Status check_places() {
    const uint64_t scan_begin = content_.superblock.scan_begin();
    sort_by_begin(used_);
    uint64_t end = 0;
    for (const Region& region : used_) {
      if (region.begin < end) {
        return corrupt(region.begin, "two tables, or one and the checkpoint, in one place");
      }
      end = region.end;
      if (region.begin < scan_begin && end > scan_begin) {
        return corrupt(region.begin, "a table or the checkpoint reaches into newer records");
      }
    }
    return Status::ok();
  }

  // The region is a record of its own, the table `id` or a filler. Or a longer filler hides it
  // still, the free region in which it was written; of whose length a failed write may have left
  // only a part.
  Status check_header(const Region& region, uint32_t id, const std::string& what) const {
    std::string header(kRecordHeaderBytes, '\0');
    FLOWDB_RETURN_IF_ERROR(read_exactly(file_, region.begin, header.data(), header.size()));
    const std::string filler = encode_filler_header(region.begin, region.end);
    if (header.compare(0, kLengthBytes, filler, 0, kLengthBytes) == 0 && is_name_of(id, header)) {
      return Status::ok();
    }
    bool is_framed = false;
    if (content_.superblock.reused &&
        header.compare(kLengthBytes, std::string::npos, filler, kLengthBytes) == 0) {
      FLOWDB_ASSIGN_OR_RETURN(is_framed, is_followed(region.end));
    }
    return is_framed ? Status::ok() : corrupt(region.begin, what + " has no record of its length");
  }

  // Whether records lead from there to what is in use next, or to a page whose header a failed
  // write may have spoilt; the first commit frames what is free from there on.
  Result<bool> is_followed(uint64_t at) const {
    while (at < content_.end && !is_used_from(at)) {
      FLOWDB_ASSIGN_OR_RETURN(const ContainerRecord record, read_record(file_, at, size_));
      if (!record.is_whole()) return at % kPageBytes == 0;
      at = record.end;
    }
    return true;
  }

  bool is_used_from(uint64_t at) const {
    for (const Region& region : used_) {
      if (region.begin == at) return true;
    }
    return false;
  }

  File& file_;
  const uint64_t size_;
  const ContainerContent& content_;
  Regions used_;
};

}  // namespace

Status check_layout(File& file, uint64_t file_bytes, const ContainerContent& content) {
  return LayoutCheck(file, file_bytes, content).run();
}

}  // namespace flowdb
