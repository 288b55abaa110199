// How the survey decides what is live, when the rules of an ordinary opening refuse the file.
#include "storage/container_survey.h"

#include <algorithm>
#include <array>

#include "storage/container_frames.h"
#include "storage/container_scan.h"
#include "storage/container_state.h"
#include "storage/framing_survey.h"
#include "storage/superblock.h"
#include "util/coding.h"

namespace flowdb {
namespace {

class Surveyor {
 public:
  Surveyor(File& file, uint64_t file_bytes, bool recovered, Findings& findings)
      : file_(file), size_(file_bytes), recovered_(recovered), findings_(findings) {}

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
    check_frames(file_, size_, named_, survey_, recovered_, findings_);
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
  const SurveyedSuperblock* newest() const { return named_.empty() ? nullptr : &named_.front(); }
  uint64_t committed_end() const {
    return named_.empty() ? 0 : named_.front().superblock.committed_end;
  }

  void read_header();
  std::optional<Checkpoint> read_named(const Superblock& superblock);
  void rescue();
  void rescue_from(const SurveyedSuperblock& named, bool is_newest);
  void rescue_without_superblock();
  void take(const ContainerRecord& record);

  File& file_;
  const uint64_t size_;
  const bool recovered_;
  Findings& findings_;
  ContainerSurvey survey_;
  std::vector<SurveyedSuperblock> named_;  // the newest first
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
  std::sort(named_.begin(), named_.end(),
            [](const SurveyedSuperblock& a, const SurveyedSuperblock& b) {
              return a.superblock.generation > b.superblock.generation;
            });
  for (size_t i = 0; i < empty.size(); ++i) {
    if (!empty[i] || named_.empty() || named_.front().superblock.generation == 1) continue;
    report(kSlotOffsets[i], "a superblock is missing beside one of a later generation");
  }
  for (SurveyedSuperblock& named : named_) named.checkpoint = read_named(named.superblock);
  if (const SurveyedSuperblock* named = newest(); named != nullptr && committed_end() > size_) {
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
  for (const SurveyedSuperblock& named : named_) {
    if (named.superblock.checkpoint_offset != 0 && !named.checkpoint) continue;
    const bool is_newest = &named == newest() && !slot_damaged_;
    rescue_from(named, is_newest);
    return;
  }
  rescue_without_superblock();
}

void Surveyor::rescue_from(const SurveyedSuperblock& named, bool is_newest) {
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

}  // namespace

ContainerSurvey survey_container(File& file, bool recovered, Findings& findings) {
  const Result<uint64_t> size = file.size();
  if (!size.is_ok()) {
    findings.push_back(finding_of(size.status(), file.name(), 0));
    return {};
  }
  return Surveyor(file, size.value(), recovered, findings).run();
}

ContainerSurvey Container::survey(Findings& findings) const {
  return survey_container(*state_->file, !state_->framing_unknown, findings);
}

Findings Container::verify() const {
  Findings findings;
  survey(findings);
  return findings;
}

Result<std::shared_ptr<File>> Container::file_of(uint32_t) const {
  return std::shared_ptr<File>(std::shared_ptr<File>(), state_->file.get());
}

}  // namespace flowdb
