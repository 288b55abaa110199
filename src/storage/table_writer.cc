// ContainerWriter: a table goes to the file in pieces. In a free region it is hidden behind the
// header of the filler that frames the region. Behind everything else its header is written last,
// as that of a filler: a table that is cut off is a record of no length there, where every scan
// ends.
#include <algorithm>

#include "storage/container_state.h"
#include "storage/record.h"
#include "util/rules.h"

namespace flowdb {
namespace {

constexpr size_t kBufferBytes = 64 << 10;

}  // namespace

Result<std::unique_ptr<TableWriter>> Container::begin_table(uint32_t id, uint64_t expected_bytes) {
  State& s = *state_;
  FLOWDB_RETURN_IF_ERROR(s.check_no_writer());
  if (id == kFillerId || s.tables.count(id) != 0 || s.finished.count(id) != 0) {
    return Status::invalid_argument("table id " + std::to_string(id) + " is taken");
  }
  FLOWDB_ASSIGN_OR_RETURN(const Region region, s.find_region(expected_bytes));
  if (region.is_empty()) FLOWDB_RETURN_IF_ERROR(s.cut_tail());
  return std::unique_ptr<TableWriter>(new ContainerWriter(*this, id, region));
}

ContainerWriter::ContainerWriter(Container& container, uint32_t id, const Region& region)
    : Base(id), container_(container), region_(region) {
  container_.state_->writing = true;
  if (is_in_region()) {
    room_ = table_room(region_);
    record_offset_ = region_.begin;
    buffer_offset_ = region_.begin + kRecordHeaderBytes;
  } else {
    begin_at_end();
  }
}

ContainerWriter::~ContainerWriter() {
  Container::State& s = *container_.state_;
  s.writing = false;
  if (finished_) return;
  if (is_in_region()) {
    s.free.push_back(region_);
  } else {
    s.drop_tail();
  }
}

void ContainerWriter::begin_at_end() {
  Container::State& s = *container_.state_;
  room_ = UINT64_MAX;
  s.tail = true;
  gap_offset_ = s.end;
  record_offset_ = next_record_offset(s.end);
  // Then the type ends one sector, and the id begins the next one.
  if (!holds(Rule::headers_in_one_sector)) record_offset_ += kPageBytes - kLengthBytes - 1;
  buffer_offset_ = gap_offset_;
  buffer_ = encode_gap(gap_offset_, record_offset_);
  buffer_.append(kRecordHeaderBytes, '\0');
}

Status ContainerWriter::move_to_end() {
  Container::State& s = *container_.state_;
  const Region region = region_;
  const std::string unwritten = std::move(buffer_);
  const uint64_t written = buffer_offset_ - region.begin - kRecordHeaderBytes;
  FLOWDB_RETURN_IF_ERROR(s.cut_tail());
  region_ = Region();
  begin_at_end();
  for (uint64_t done = 0; done < written;) {
    const size_t piece = static_cast<size_t>(std::min<uint64_t>(written - done, kBufferBytes));
    const size_t front = buffer_.size();
    buffer_.resize(front + piece);
    FLOWDB_RETURN_IF_ERROR(read_exactly(*s.file, region.begin + kRecordHeaderBytes + done,
                                        buffer_.data() + front, piece));
    FLOWDB_RETURN_IF_ERROR(write_buffer());
    done += piece;
  }
  s.free.push_back(region);
  buffer_ += unwritten;
  return Status::ok();
}

Status ContainerWriter::write_buffer() {
  FLOWDB_RETURN_IF_ERROR(container_.state_->file->write_at(buffer_offset_, buffer_));
  buffer_offset_ += buffer_.size();
  buffer_.clear();
  return Status::ok();
}

Status ContainerWriter::append(std::string_view bytes) {
  size_ += bytes.size();
  if (size_ > room_) FLOWDB_RETURN_IF_ERROR(move_to_end());
  while (!bytes.empty()) {
    if (buffer_.size() >= kBufferBytes) FLOWDB_RETURN_IF_ERROR(write_buffer());
    if (buffer_.empty() && bytes.size() >= kBufferBytes) {
      FLOWDB_RETURN_IF_ERROR(container_.state_->file->write_at(buffer_offset_, bytes));
      buffer_offset_ += bytes.size();
      return Status::ok();
    }
    const size_t taken = std::min(bytes.size(), kBufferBytes - buffer_.size());
    buffer_ += bytes.substr(0, taken);
    bytes.remove_prefix(taken);
  }
  return Status::ok();
}

Status ContainerWriter::finish() {
  FLOWDB_RETURN_IF_ERROR(is_in_region() ? finish_in_region() : finish_at_end());
  Container::State& s = *container_.state_;
  s.finished[id_] = {record_offset_ + kRecordHeaderBytes, size_};
  finished_ = true;
  return Status::ok();
}

Status ContainerWriter::finish_in_region() {
  Container::State& s = *container_.state_;
  buffer_ += s.frame_rest(record_offset_ + kRecordHeaderBytes + size_, region_.end);
  if (Status status = write_buffer(); !status.is_ok()) {
    s.forget_free();
    return status;
  }
  s.covers.push_back({record_offset_, record_offset_ + kRecordHeaderBytes + size_});
  s.unflushed = true;
  return Status::ok();
}

Status ContainerWriter::finish_at_end() {
  Container::State& s = *container_.state_;
  const std::string header = encode_table_header(kFillerId, size_);
  if (buffer_offset_ <= record_offset_) {  // all of it is still in the buffer
    buffer_.replace(static_cast<size_t>(record_offset_ - buffer_offset_), header.size(), header);
    FLOWDB_RETURN_IF_ERROR(write_buffer());
  } else {
    if (!buffer_.empty()) FLOWDB_RETURN_IF_ERROR(write_buffer());
    FLOWDB_RETURN_IF_ERROR(s.file->write_at(record_offset_, header));
  }
  s.accept(encode_gap(gap_offset_, record_offset_), header,
           record_offset_ + kRecordHeaderBytes + size_);
  s.tail = false;
  return Status::ok();
}

}  // namespace flowdb
