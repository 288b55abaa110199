// How the survey decides what is live, when the rules of an ordinary opening refuse the file.
#include "storage/container_survey.h"

#include <algorithm>
#include <array>
#include <set>

#include "storage/container_scan.h"
#include "storage/container_state.h"
#include "storage/framing_survey.h"
#include "storage/superblock.h"
#include "util/coding.h"

namespace flowdb {
namespace {

// A superblock, and what it names.
struct Named {
  Superblock superblock;
  std::optional<Checkpoint> checkpoint;
};

// Whether type and id are a live table's, or a filler's as they were before it was named, or what a
// kill between the two has left.
bool is_name_of(uint32_t id, const std::array<char, kRecordHeaderBytes>& header) {
  const std::string named = encode_table_header(id, 0);
  const std::string hidden = encode_table_header(kFillerId, 0);
  size_t at = kLengthBytes;
  while (at < header.size() && header[at] == named[at]) ++at;
  return std::equal(header.begin() + static_cast<ptrdiff_t>(at), header.end(),
                    hidden.begin() + static_cast<ptrdiff_t>(at));
}

class Surveyor {
 public:
  Surveyor(File& file, uint64_t file_bytes, Findings& findings)
      : file_(file), size_(file_bytes), findings_(findings) {}

  ContainerSurvey run() {
    read_header();
    Result<ContainerContent> content = scan_container(file_, size_, {});
    if (content.is_ok()) {
      survey_.tables = content->tables;
      survey_.manifest = std::move(content->manifest);
      survey_.changed = content->changed;
      if (content->superblock.generation != 0 || content->superblock.checkpoint_offset != 0) {
        survey_.database_id = content->superblock.database_id;
      }
    } else {
      rescue();
    }
    check_framing();
    if (named_.size() == 2 && named_.back().checkpoint) {
      survey_.older_manifest = std::move(named_.back().checkpoint->manifest);
    }
    // It is refused for a reason that nothing of the above has met.
    if (!content.is_ok() && findings_.empty()) {
      findings_.push_back(finding_of(content.status(), file_.name(), 0));
    }
    return std::move(survey_);
  }

 private:
  void report(uint64_t offset, std::string what, std::string expected = {},
              std::string found = {}) {
    findings_.push_back({StatusCode::corruption, std::string(file_.name()), offset, std::nullopt,
                         std::move(what), std::move(expected), std::move(found)});
  }
  const Named* newest() const { return named_.empty() ? nullptr : &named_.front(); }
  uint64_t committed_end() const {
    return named_.empty() ? 0 : named_.front().superblock.committed_end;
  }

  void read_header();
  std::optional<Checkpoint> read_named(const Superblock& superblock);
  void rescue();
  void rescue_from(const Named& named, bool is_newest);
  void rescue_without_superblock();
  void take(const ContainerRecord& record);
  void check_framing();
  bool leads_beyond(uint64_t offset);
  void check_header_of(uint32_t id, const TableLocation& location);

  File& file_;
  const uint64_t size_;
  Findings& findings_;
  ContainerSurvey survey_;
  std::vector<Named> named_;  // the newest first
  bool slot_damaged_ = false;
};

void Surveyor::read_header() {
  std::string header(static_cast<size_t>(std::min<uint64_t>(size_, kFileHeaderBytes)), '\0');
  if (const Status status = read_exactly(file_, 0, header.data(), header.size()); !status.is_ok()) {
    findings_.push_back(finding_of(status, file_.name(), 0));
    return;
  }
  if (header.size() < kFileHeaderBytes) {
    report(size_, "the file ends inside of its header", std::to_string(kFileHeaderBytes),
           std::to_string(size_));
    header.resize(kFileHeaderBytes, '\0');
  }
  if (std::string_view(header).substr(0, kContainerMagic.size()) != kContainerMagic) {
    report(0, "the magic FLOWDB01 is missing");
  }
  if (const uint32_t version = load_be32(header.data() + kVersionOffset);
      version != kContainerVersion) {
    report(kVersionOffset, "the container's version", std::to_string(kContainerVersion),
           std::to_string(version));
    findings_.back().code = StatusCode::unsupported;
  }
  std::array<bool, kSlotOffsets.size()> empty{};
  for (size_t i = 0; i < kSlotOffsets.size(); ++i) {
    const std::string_view sector =
        std::string_view(header).substr(kSlotOffsets[i], kSuperblockBytes);
    Result<SuperblockSlot> slot = decode_superblock(file_.name(), kSlotOffsets[i], sector);
    if (!slot.is_ok()) {
      findings_.push_back(finding_of(slot.status(), file_.name(), kSlotOffsets[i]));
      slot_damaged_ = true;
    } else if (slot->state == SuperblockSlot::State::damaged) {
      report(kSlotOffsets[i], "a superblock's magic or checksum does not hold");
      slot_damaged_ = true;
    } else if (slot->state == SuperblockSlot::State::whole) {
      named_.push_back({slot->superblock, std::nullopt});
    } else {
      empty[i] = true;
    }
  }
  std::sort(named_.begin(), named_.end(), [](const Named& a, const Named& b) {
    return a.superblock.generation > b.superblock.generation;
  });
  for (size_t i = 0; i < empty.size(); ++i) {
    if (!empty[i] || named_.empty() || named_.front().superblock.generation == 1) continue;
    report(kSlotOffsets[i], "a superblock is missing beside one of a later generation");
  }
  for (Named& named : named_) named.checkpoint = read_named(named.superblock);
  if (const Named* named = newest(); named != nullptr && committed_end() > size_) {
    report(size_, "the file ends before its committed end", std::to_string(committed_end()),
           std::to_string(size_));
  }
}

std::optional<Checkpoint> Surveyor::read_named(const Superblock& superblock) {
  if (superblock.checkpoint_offset == 0) return std::nullopt;
  const uint64_t offset = superblock.checkpoint_offset;
  const auto fail = [&](const Status& status) {
    findings_.push_back(finding_of(status, file_.name(), offset));
    return std::nullopt;
  };
  if (superblock.checkpoint_end() > size_) {
    report(offset, "a superblock's checkpoint is not in the file");
    return std::nullopt;
  }
  const Result<ContainerRecord> record = read_record(file_, offset, size_);
  if (!record.is_ok()) return fail(record.status());
  if (record->kind != ContainerRecord::Kind::checkpoint ||
      record->end != superblock.checkpoint_end()) {
    report(offset, "no checkpoint where a superblock says that one is");
    return std::nullopt;
  }
  Result<Checkpoint> checkpoint = read_checkpoint(file_, record.value());
  if (!checkpoint.is_ok()) return fail(checkpoint.status());
  if (!checkpoint->own || checkpoint->database_id != superblock.database_id) {
    report(offset, "a checkpoint of another database");
    return std::nullopt;
  }
  return std::move(checkpoint).value();
}

// The newest superblock whose checkpoint is whole (or that has none) says what to begin with.
void Surveyor::rescue() {
  for (const Named& named : named_) {
    if (named.superblock.checkpoint_offset != 0 && !named.checkpoint) continue;
    const bool is_newest = &named == newest() && !slot_damaged_;
    rescue_from(named, is_newest);
    return;
  }
  rescue_without_superblock();
}

void Surveyor::rescue_from(const Named& named, bool is_newest) {
  const Superblock& superblock = named.superblock;
  survey_.database_id = superblock.database_id;
  if (named.checkpoint) {
    survey_.tables = named.checkpoint->tables;
    survey_.manifest = named.checkpoint->manifest;
  }
  survey_.changed = superblock.changed;
  const FramingSurvey framing(file_, size_, survey_.tables);
  const uint64_t end = std::min(superblock.committed_end, size_);
  framing.walk(superblock.scan_begin(), end, nullptr,
               [&](const ContainerRecord& record) { take(record); });
  if (!superblock.reused || superblock.closed) {
    framing.walk(end, size_, nullptr, [&](const ContainerRecord& record) { take(record); });
  }
  if (is_newest) return;
  framing.walk(kFileHeaderBytes, size_, nullptr, [&](const ContainerRecord& record) {
    if (record.kind != ContainerRecord::Kind::table || survey_.tables.count(record.id) != 0) return;
    survey_.candidates[record.id] = {record.offset + kRecordHeaderBytes,
                                     record.end - record.offset - kRecordHeaderBytes};
  });
}

void Surveyor::rescue_without_superblock() {
  const FramingSurvey framing(file_, size_, {});
  uint64_t generation = 0;
  framing.walk(kFileHeaderBytes, size_, nullptr, [&](const ContainerRecord& record) {
    if (record.kind != ContainerRecord::Kind::checkpoint) return take(record);
    Result<Checkpoint> checkpoint = read_checkpoint(file_, record);
    if (!checkpoint.is_ok() || !checkpoint->own) return take(record);
    if (checkpoint->order.generation < generation) return;
    generation = checkpoint->order.generation;
    // What was found before may be newer where regions were used again.
    if (generation != 0) survey_.candidates.insert(survey_.tables.begin(), survey_.tables.end());
    survey_.database_id = checkpoint->database_id;
    survey_.manifest = std::move(checkpoint->manifest);
    survey_.tables = std::move(checkpoint->tables);
    survey_.changed = false;
  });
  if (generation == 0) return;
  // Those behind the checkpoint as well.
  framing.walk(kFileHeaderBytes, size_, nullptr, [&](const ContainerRecord& record) {
    if (record.kind != ContainerRecord::Kind::table || survey_.tables.count(record.id) != 0) return;
    survey_.candidates[record.id] = {record.offset + kRecordHeaderBytes,
                                     record.end - record.offset - kRecordHeaderBytes};
  });
}

// A record that counts beside the checkpoint.
void Surveyor::take(const ContainerRecord& record) {
  if (record.kind == ContainerRecord::Kind::table) {
    survey_.tables[record.id] = {record.offset + kRecordHeaderBytes,
                                 record.end - record.offset - kRecordHeaderBytes};
    survey_.changed = true;
  } else if (record.kind == ContainerRecord::Kind::tombstone) {
    if (survey_.tables.erase(record.id) != 0) survey_.changed = true;
  } else if (record.kind == ContainerRecord::Kind::checkpoint) {
    Result<Checkpoint> checkpoint = read_checkpoint(file_, record);
    if (!checkpoint.is_ok() || checkpoint->own) return;
    survey_.tables = std::move(checkpoint->tables);
    survey_.changed = true;
  }
}

void Surveyor::check_framing() {
  const Named* const named = newest();
  LiveTables known = survey_.tables;
  known.insert(survey_.candidates.begin(), survey_.candidates.end());
  const FramingSurvey framing(file_, size_, std::move(known));
  // Behind the committed end a crash may have left anything.
  const uint64_t strict_end = named != nullptr ? std::min(committed_end(), size_) : size_;
  const bool reused = named != nullptr && named->superblock.reused;
  const FramingSurvey::Stopped stopped = [&](uint64_t offset, const Status& status) {
    const bool is_tail = offset >= strict_end || (reused && leads_beyond(offset)) ||
                         (named == nullptr && framing.is_torn_end(offset));
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
    // Where regions are used again, a larger filler may have hidden it.
    if (reused || begins.count(location.offset - kRecordHeaderBytes) != 0) continue;
    report(location.offset - kRecordHeaderBytes, "the records in front do not lead to this table");
    findings_.back().table = id;
  }
}

// Whether a filler stands there that is longer than the file. Where regions are used again, a crash
// may have left it, from when the file had not been cut yet.
bool Surveyor::leads_beyond(uint64_t offset) {
  std::array<char, kRecordHeaderBytes> header;
  if (!read_exactly(file_, offset, header.data(), header.size()).is_ok()) return false;
  return load_be64(header.data()) > size_ - offset - kLengthBytes && is_name_of(kFillerId, header);
}

void Surveyor::check_header_of(uint32_t id, const TableLocation& location) {
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
  // In a region that was used again a crash may have left the larger filler that has hidden it.
  const bool is_larger = record->kind == ContainerRecord::Kind::filler && record->end > end;
  const bool hides = newest()->superblock.reused && (is_larger || leads_beyond(offset));
  if (hides || (record->end == end && is_name_of(id, record->header))) return;
  fail(offset, "the record's header is not that of the live table",
       "length " + std::to_string(end - offset - kLengthBytes),
       record->problem.empty() ? "length " + std::to_string(record->end - offset - kLengthBytes) +
                                     ", id " + std::to_string(record->id)
                               : record->problem);
}

}  // namespace

ContainerSurvey survey_container(File& file, Findings& findings) {
  const Result<uint64_t> size = file.size();
  if (!size.is_ok()) {
    findings.push_back(finding_of(size.status(), file.name(), 0));
    return {};
  }
  return Surveyor(file, size.value(), findings).run();
}

Findings Container::verify() const {
  Findings findings;
  survey_container(*state_->file, findings);
  return findings;
}

}  // namespace flowdb
