// The walk over all records, and what live tables' headers may look like.
#include "storage/container_frames.h"

#include <algorithm>
#include <set>

#include "storage/framing_survey.h"

namespace flowdb {
namespace {

class FrameCheck {
 public:
  FrameCheck(File& file, uint64_t file_bytes, const std::vector<SurveyedSuperblock>& superblocks,
             const ContainerSurvey& survey, bool recovered, Findings& findings)
      : file_(file),
        size_(file_bytes),
        superblocks_(superblocks),
        survey_(survey),
        recovered_(recovered),
        findings_(findings) {}

  void run();

 private:
  void report(uint64_t offset, std::string what, std::string expected = {},
              std::string found = {}) {
    findings_.push_back({StatusCode::corruption, std::string(file_.name()), offset, std::nullopt,
                         std::move(what), std::move(expected), std::move(found)});
  }
  const SurveyedSuperblock* newest() const {
    return superblocks_.empty() ? nullptr : &superblocks_.front();
  }
  uint64_t committed_end() const {
    return superblocks_.empty() ? 0 : superblocks_.front().superblock.committed_end;
  }
  void check_header_of(uint32_t id, const TableLocation& location);
  bool may_be_hidden(uint32_t id, const TableLocation& location) const;

  File& file_;
  const uint64_t size_;
  const std::vector<SurveyedSuperblock>& superblocks_;
  const ContainerSurvey& survey_;
  const bool recovered_;
  Findings& findings_;
};

void FrameCheck::run() {
  const SurveyedSuperblock* const named = newest();
  LiveTables known = survey_.tables;
  known.insert(survey_.candidates.begin(), survey_.candidates.end());
  const FramingSurvey framing(file_, size_, std::move(known));
  // Behind the committed end a crash may have left anything.
  const uint64_t strict_end = named != nullptr ? std::min(committed_end(), size_) : size_;
  const bool reused = named != nullptr && named->superblock.reused;
  const FramingSurvey::Stopped stopped = [&](uint64_t offset, const Status& status) {
    const bool is_tail = offset >= strict_end || (named == nullptr && framing.is_torn_end(offset));
    if (is_tail && !status.is(StatusCode::unsupported)) return;
    findings_.push_back(finding_of(status, file_.name(), offset));
  };
  std::set<uint64_t> begins;
  framing.walk(kFileHeaderBytes, reused ? size_ : strict_end, &stopped,
               [&](const ContainerRecord& record) {
                 begins.insert(record.offset);
                 if (record.kind != ContainerRecord::Kind::checkpoint) return;
                 const Result<Checkpoint> checkpoint = read_checkpoint(file_, record);
                 if (!checkpoint.is_ok()) stopped(record.offset, checkpoint.status());
               });
  if (named == nullptr) return;
  if (!reused) framing.walk(strict_end, size_, &stopped, [](const ContainerRecord&) {});
  uint32_t crc = 0;
  bool whole = true;
  const Superblock& superblock = named->superblock;
  const FramingSurvey::Stopped broken = [&](uint64_t, const Status&) { whole = false; };
  framing.walk(superblock.scan_begin(), strict_end, &broken, [&](const ContainerRecord& record) {
    crc = extend_records_crc(crc, {record.header.data(), record.header.size()});
  });
  if (whole && strict_end == committed_end() && crc != superblock.records_crc) {
    report(superblock.scan_begin(), "the checksum of the records before the committed end",
           std::to_string(superblock.records_crc), std::to_string(crc));
  }
  for (const auto& [id, location] : survey_.tables) {
    check_header_of(id, location);
    if (may_be_hidden(id, location)) continue;
    if (begins.count(location.offset - kRecordHeaderBytes) != 0) continue;
    report(location.offset - kRecordHeaderBytes, "the records in front do not lead to this table");
    findings_.back().table = id;
  }
}

// The header of a region that was used again is rewritten with the superblock that makes the table
// live: a crash may have taken back only the former.
bool FrameCheck::may_be_hidden(uint32_t id, const TableLocation& location) const {
  if (recovered_ || newest() == nullptr || !newest()->superblock.reused) return false;
  if (superblocks_.size() < 2 || !superblocks_.back().checkpoint) return true;
  const LiveTables& before = superblocks_.back().checkpoint->tables;
  const auto found = before.find(id);
  return found == before.end() || found->second.offset != location.offset;
}

void FrameCheck::check_header_of(uint32_t id, const TableLocation& location) {
  const uint64_t end = location.offset + location.length;
  const auto fail = [&](uint64_t offset, std::string what, std::string expected,
                        std::string found) {
    report(offset, std::move(what), std::move(expected), std::move(found));
    findings_.back().table = id;
  };
  if (location.offset < kFileHeaderBytes + kRecordHeaderBytes || end < location.offset ||
      end > size_) {
    return fail(location.offset, "the table is not in the file",
                std::to_string(location.length) + " bytes",
                std::to_string(size_ - std::min(size_, location.offset)));
  }
  const uint64_t offset = location.offset - kRecordHeaderBytes;
  const Result<ContainerRecord> record = read_record(file_, offset, size_);
  if (!record.is_ok()) {
    findings_.push_back(finding_of(record.status(), file_.name(), offset));
    return;
  }
  if (record->end == end && is_name_of(id, {record->header.data(), record->header.size()})) return;
  const bool is_larger = record->kind == ContainerRecord::Kind::filler && record->end > end;
  if (is_larger && may_be_hidden(id, location)) return;
  fail(offset, "the record's header is not that of the live table",
       "length " + std::to_string(end - offset - kLengthBytes),
       record->problem.empty() ? "length " + std::to_string(record->end - offset - kLengthBytes) +
                                     ", id " + std::to_string(record->id)
                               : record->problem);
}

}  // namespace

void check_frames(File& file, uint64_t file_bytes,
                  const std::vector<SurveyedSuperblock>& superblocks, const ContainerSurvey& survey,
                  bool recovered, Findings& findings) {
  FrameCheck(file, file_bytes, superblocks, survey, recovered, findings).run();
}

}  // namespace flowdb
