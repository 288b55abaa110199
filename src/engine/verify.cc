// From the container's survey to the tables it knows of, to the log.
#include "engine/verify.h"

#include <algorithm>
#include <functional>

#include "engine/batch_reader.h"
#include "engine/engine_state.h"
#include "engine/manifest.h"
#include "engine/table_output.h"
#include "sst/table_verify.h"
#include "storage/container_survey.h"
#include "storage/memory_file.h"
#include "storage/multi_file_storage.h"
#include "wal/log_survey.h"

namespace flowdb {
namespace {

// The file in which a live table stands.
using FileOfTable = std::function<Result<std::shared_ptr<File>>(uint32_t id)>;

class Verification {
 public:
  // `name`: of the container, or what stands for it.
  Verification(std::string_view name, ContainerSurvey survey, Findings& findings)
      : name_(name), findings_(findings), survey_(std::move(survey)) {}

  void run(const FileOfTable& file_of, File& log, std::optional<uint64_t> log_end) {
    read_manifest();
    for (const auto& [id, location] : survey_.tables) {
      const Result<std::shared_ptr<File>> file = file_of(id);
      if (!file.is_ok()) {
        findings_.push_back(finding_of(file.status(), name_, 0));
        continue;
      }
      const auto properties = verify_table({file->get(), id, location}, findings_);
      if (properties) check_meta(id, location, *properties);
    }
    if (manifest_ && !survey_.changed) {
      check_tables_known();
      check_levels();
    }
    verify_log(log, log_end);
  }

 private:
  void report(uint64_t offset, std::optional<uint32_t> table, std::string what,
              std::string expected = {}, std::string found = {}) {
    findings_.push_back({StatusCode::corruption, name_, offset, table, std::move(what),
                         std::move(expected), std::move(found)});
  }
  uint64_t offset_of(uint32_t id) const {
    const auto at = survey_.tables.find(id);
    return at == survey_.tables.end() ? 0 : at->second.offset;
  }

  void read_manifest() {
    if (survey_.manifest.empty()) return;
    Result<Manifest> manifest = Manifest::decode(survey_.manifest, name_);
    if (manifest.is_ok()) {
      manifest_ = std::move(manifest).value();
    } else {
      findings_.push_back(finding_of(manifest.status(), name_, 0));
    }
  }

  void check_meta(uint32_t id, const TableLocation& location, const TableProperties& properties) {
    if (!manifest_ || survey_.changed) return;
    const TableMeta meta = meta_of(id, properties);
    if (survey_.database_id && properties.database_id != *survey_.database_id) {
      report(location.offset, id, "a table of another database");
    }
    for (const TableMeta& said : manifest_->tables) {
      if (said.id != id) continue;
      const bool same_sequences =
          said.assigned_sequence != 0 || (said.smallest_sequence == meta.smallest_sequence &&
                                          said.largest_sequence == meta.largest_sequence);
      if (said.records != meta.records || !same_sequences || said.min_ts != meta.min_ts ||
          said.max_ts != meta.max_ts || said.has_range_removes != meta.has_range_removes ||
          said.smallest_key != meta.smallest_key || said.largest_key != meta.largest_key) {
        report(location.offset, id, "the manifest describes another table");
      }
      // Manifests from before the field was there say of no table that it expires.
      if (said.max_expire_at < meta.max_expire_at) {
        report(location.offset, id, "the manifest's largest expire_at",
               std::to_string(said.max_expire_at), std::to_string(meta.max_expire_at));
      }
      if (said.largest_sequence > manifest_->last_sequence) {
        report(location.offset, id, "a sequence number above the manifest's last",
               "at most " + std::to_string(manifest_->last_sequence),
               std::to_string(said.largest_sequence));
      }
    }
    if (id >= manifest_->next_table_id) {
      report(location.offset, id, "an id that the manifest says is not used yet",
             "below " + std::to_string(manifest_->next_table_id), std::to_string(id));
    }
  }

  void check_tables_known() {
    for (const TableMeta& meta : manifest_->tables) {
      if (survey_.tables.count(meta.id) != 0) continue;
      report(0, meta.id, "a table of the manifest is not in the checkpoint");
    }
    for (const auto& [id, location] : survey_.tables) {
      const uint32_t wanted = id;
      const bool known = std::any_of(manifest_->tables.begin(), manifest_->tables.end(),
                                     [&](const TableMeta& meta) { return meta.id == wanted; });
      if (!known) report(location.offset, id, "a live table is not in the manifest");
    }
  }

  void check_levels() {
    std::vector<const TableMeta*> sorted;
    for (const TableMeta& meta : manifest_->tables) {
      if (meta.level > 0) sorted.push_back(&meta);
    }
    std::sort(sorted.begin(), sorted.end(), [](const TableMeta* a, const TableMeta* b) {
      return a->level != b->level ? a->level < b->level : a->smallest_key < b->smallest_key;
    });
    for (size_t i = 1; i < sorted.size(); ++i) {
      const TableMeta& before = *sorted[i - 1];
      const TableMeta& after = *sorted[i];
      if (before.level != after.level || before.largest_key < after.smallest_key) continue;
      report(offset_of(after.id), after.id,
             "overlaps table " + std::to_string(before.id) + " of level " +
                 std::to_string(after.level));
    }
  }

  void verify_log(File& log, std::optional<uint64_t> end) {
    LogSurvey survey;
    survey.id = survey_.database_id;
    survey.end = end;
    if (manifest_) {
      survey.from = manifest_->log;
      survey.after_sequence = manifest_->last_sequence;
    } else if (survey_.manifest.empty()) {
      survey.after_sequence = 0;
    }
    survey_log(
        log, survey,
        [&](const LogBatch& batch) {
          const std::string place =
              std::string(log.name()) + ", batch " + std::to_string(batch.sequence);
          BatchReader reader(batch.payload);
          for (Record record;;) {
            const Result<bool> more = reader.next(record, place);
            if (!more.is_ok()) findings_.push_back(finding_of(more.status(), log.name(), 0));
            if (!more.is_ok() || !more.value()) return;
          }
        },
        findings_);
  }

  const std::string name_;
  Findings& findings_;
  ContainerSurvey survey_;
  std::optional<Manifest> manifest_;
};

}  // namespace

Findings verify_database(File& container, File& log) {
  Findings findings;
  Verification verification(container.name(), survey_container(container, false, findings),
                            findings);
  const std::shared_ptr<File> file(std::shared_ptr<File>(), &container);
  verification.run([&](uint32_t) { return file; }, log, std::nullopt);
  return findings;
}

Findings verify_database(Directory& root, Directory& tables) {
  Findings findings;
  Verification verification(root.name(), survey_files(root, tables, findings), findings);
  MemoryFile no_log(std::make_shared<std::string>(), std::string(kLogName));
  Result<std::unique_ptr<File>> log = root.open_file(std::string(kLogName));
  if (!log.is_ok() && !log.status().is(StatusCode::not_found)) {
    findings.push_back(finding_of(log.status(), kLogName, 0));
  }
  const auto file_of = [&](uint32_t id) -> Result<std::shared_ptr<File>> {
    FLOWDB_ASSIGN_OR_RETURN(std::shared_ptr<File> file, tables.open_file(sst_name(id)));
    return file;
  };
  verification.run(file_of, log.is_ok() ? *log.value() : no_log, std::nullopt);
  return findings;
}

Findings Engine::verify() {
  State& s = *state_;
  Findings findings;
  Verification verification(s.storage->file_name(), s.storage->survey(findings), findings);
  verification.run([&](uint32_t id) { return s.storage->file_of(id); }, *s.log_file,
                   s.log->position().offset);
  return findings;
}

}  // namespace flowdb
