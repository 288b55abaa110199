// TableWriter: a table goes to the file in pieces, framed as a filler. Its header is written last,
// so that a table that is cut off is a record of no length, where every scan ends.
#include <algorithm>

#include "storage/container_state.h"
#include "storage/record.h"

namespace flowdb {
namespace {

constexpr size_t kBufferBytes = 64 << 10;

}  // namespace

Result<std::unique_ptr<TableWriter>> Container::begin_table(uint32_t id) {
  State& s = *state_;
  FLOWDB_RETURN_IF_ERROR(s.check_no_writer());
  if (id == kFillerId || s.tables.count(id) != 0 || s.finished.count(id) != 0) {
    return Status::invalid_argument("table id " + std::to_string(id) + " is taken");
  }
  FLOWDB_RETURN_IF_ERROR(s.cut_tail());
  s.tail = true;
  s.writing = true;
  return std::unique_ptr<TableWriter>(new TableWriter(*this, id, s.end, next_record_offset(s.end)));
}

TableWriter::TableWriter(Container& container, uint32_t id, uint64_t gap_offset,
                         uint64_t record_offset)
    : container_(container),
      id_(id),
      gap_offset_(gap_offset),
      record_offset_(record_offset),
      buffer_offset_(gap_offset),
      buffer_(encode_gap(gap_offset, record_offset)) {
  buffer_.append(kRecordHeaderBytes, '\0');
}

TableWriter::~TableWriter() {
  container_.state_->writing = false;
  if (!finished_) container_.state_->drop_tail();
}

Status TableWriter::write_buffer() {
  FLOWDB_RETURN_IF_ERROR(container_.state_->file->write_at(buffer_offset_, buffer_));
  buffer_offset_ += buffer_.size();
  buffer_.clear();
  return Status::ok();
}

Status TableWriter::append(std::string_view bytes) {
  size_ += bytes.size();
  while (!bytes.empty()) {
    const size_t taken = std::min(bytes.size(), kBufferBytes - buffer_.size());
    buffer_ += bytes.substr(0, taken);
    bytes.remove_prefix(taken);
    if (buffer_.size() >= kBufferBytes) FLOWDB_RETURN_IF_ERROR(write_buffer());
  }
  return Status::ok();
}

Status TableWriter::finish() {
  Container::State& s = *container_.state_;
  const std::string header = encode_table_header(kFillerId, size_);
  if (buffer_offset_ <= record_offset_) {  // all of it is still in the buffer
    buffer_.replace(static_cast<size_t>(record_offset_ - buffer_offset_), header.size(), header);
    FLOWDB_RETURN_IF_ERROR(write_buffer());
  } else {
    if (!buffer_.empty()) FLOWDB_RETURN_IF_ERROR(write_buffer());
    FLOWDB_RETURN_IF_ERROR(s.file->write_at(record_offset_, header));
  }
  const TableLocation location{record_offset_ + kRecordHeaderBytes, size_};
  s.accept(encode_gap(gap_offset_, record_offset_), header, location.offset + location.length);
  s.tail = false;
  s.finished[id_] = location;
  finished_ = true;
  return Status::ok();
}

}  // namespace flowdb
