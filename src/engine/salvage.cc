// Tables and log, as far as they can be read, merged in record order.
#include "engine/salvage.h"

#include <algorithm>
#include <queue>

#include "engine/batch_reader.h"
#include "engine/engine.h"
#include "sst/block_cursor.h"
#include "sst/table_survey.h"
#include "storage/container_survey.h"
#include "wal/log_survey.h"

namespace flowdb {
namespace {

// What a walk over all sources meets one of.
class Source {
 public:
  virtual ~Source() = default;
  // To the next record. False at the end.
  virtual bool advance() = 0;
  const Record& record() const { return record_; }

 protected:
  Record record_;
};

// The records of a table's readable blocks. In a table whose blocks are out of order, which only
// damage can bring about, records come out of order, too.
class TableSource final : public Source {
 public:
  TableSource(const StoredTable& table, uint64_t assigned, Findings& findings)
      : survey_(table, findings), assigned_(assigned) {}

  TableSurvey& survey() { return survey_; }

  bool advance() override {
    if (block_ != nullptr) cursor_.next();
    while (block_ == nullptr || !cursor_.valid()) {
      if (block_ != nullptr && cursor_.error() != EntryError::none) {
        survey_.report(survey_.blocks()[next_ - 1].handle.offset,
                       "a block's entry is malformed; those behind it are lost");
      }
      if (next_ == survey_.blocks().size()) return false;
      block_ = survey_.read_data_block(survey_.blocks()[next_++]);
      if (block_ == nullptr) continue;
      cursor_.open(*block_);
      cursor_.seek_to_first();
    }
    record_ = cursor_.record();
    if (assigned_ != 0) record_.sequence = assigned_;
    return true;
  }

 private:
  TableSurvey survey_;
  const uint64_t assigned_;
  size_t next_ = 0;
  std::unique_ptr<Block> block_;
  BlockCursor cursor_;
};

class MemtableSource final : public Source {
 public:
  explicit MemtableSource(const Memtable& memtable) : cursor_(memtable) {}

  bool advance() override {
    if (!begun_) {
      cursor_.seek_to_first();
    } else {
      cursor_.next();
    }
    begun_ = true;
    if (cursor_.valid()) record_ = cursor_.record();
    return cursor_.valid();
  }

 private:
  Memtable::Cursor cursor_;
  bool begun_ = false;
};

struct ComesLater {
  bool operator()(const Source* a, const Source* b) const {
    return compare_records(a->record(), b->record()) > 0;
  }
};

constexpr size_t kBatchBytes = 256 << 10;

}  // namespace

struct Salvage::State {
  File* container = nullptr;
  Findings findings;
  ContainerSurvey survey;
  Manifest manifest;
  bool has_manifest = false;
  std::vector<uint32_t> tables;
  Memtable log;
  RangeRemoves removes;
  uint64_t records_met = 0;

  uint64_t assigned(uint32_t id) const {
    if (survey.changed) return 0;
    for (const TableMeta& meta : manifest.tables) {
      if (meta.id == id) return meta.assigned_sequence;
    }
    return 0;
  }
  StoredTable stored(uint32_t id) const { return {container, id, survey.tables.at(id)}; }
  void choose_tables();
  void read_log(File& file);
};

// A table that the manifest does not know counts when it holds what is newer than the manifest.
void Salvage::State::choose_tables() {
  for (const auto& [id, location] : survey.candidates) {
    Findings ignored;
    TableSurvey table({container, id, location}, ignored);
    const bool is_ours =
        table.footer() && table.properties() &&
        (!survey.database_id || table.properties()->database_id == *survey.database_id);
    if (!is_ours || table.properties()->largest_sequence <= manifest.last_sequence) continue;
    survey.tables[id] = location;
  }
  for (const auto& entry : survey.tables) {
    const uint32_t id = entry.first;
    tables.push_back(id);
    Findings told_later;
    TableSurvey table(stored(id), told_later);
    const RangeRemoves found = table.read_range_removes();
    const uint64_t sequence = assigned(id);
    found.each(
        [&](std::string_view begin, std::string_view end, const std::vector<uint64_t>& sequences) {
          for (const uint64_t own : sequences) {
            removes.add(begin, end, sequence != 0 ? sequence : own);
          }
        });
  }
}

void Salvage::State::read_log(File& file) {
  LogSurvey wanted;
  wanted.id = survey.database_id;
  if (has_manifest) {
    wanted.from = manifest.log;
    wanted.after_sequence = manifest.last_sequence;
  } else if (survey.manifest.empty() && survey.database_id && survey.tables.empty()) {
    wanted.after_sequence = 0;
  }
  survey_log(
      file, wanted,
      [&](const LogBatch& batch) {
        const std::string place =
            std::string(file.name()) + ", batch " + std::to_string(batch.sequence);
        // All of it or nothing.
        for (const bool inserts : {false, true}) {
          BatchReader reader(batch.payload);
          for (Record record;;) {
            const Result<bool> more = reader.next(record, place);
            if (!more.is_ok()) {
              findings.push_back(finding_of(more.status(), file.name(), 0));
              return;
            }
            if (!more.value()) break;
            record.sequence = batch.sequence;
            if (inserts) log.insert(record);
          }
        }
      },
      findings);
  if (!log.has_range_removes()) return;
  log.range_removes()->each(
      [&](std::string_view begin, std::string_view end, const std::vector<uint64_t>& sequences) {
        for (const uint64_t sequence : sequences) removes.add(begin, end, sequence);
      });
}

Salvage::Salvage(std::unique_ptr<State> state) : state_(std::move(state)) {}
Salvage::~Salvage() = default;
Salvage::Salvage(Salvage&&) noexcept = default;

Salvage Salvage::open(File& container, File& log) {
  auto state = std::make_unique<State>();
  state->container = &container;
  state->survey = survey_container(container, false, state->findings);
  // An older manifest knows most of the tables, and an earlier place in the log.
  for (const std::string* bytes : {&state->survey.manifest, &state->survey.older_manifest}) {
    if (bytes->empty() || state->has_manifest) continue;
    Result<Manifest> manifest = Manifest::decode(*bytes, container.name());
    state->has_manifest = manifest.is_ok();
    if (manifest.is_ok()) {
      state->manifest = std::move(manifest).value();
    } else {
      state->findings.push_back(finding_of(manifest.status(), container.name(), 0));
    }
  }
  state->choose_tables();
  state->read_log(log);
  return Salvage(std::move(state));
}

Status Salvage::each_record(const std::function<Status(const Record&)>& use) {
  State& s = *state_;
  s.records_met = 0;
  std::vector<std::unique_ptr<Source>> sources;
  for (const uint32_t id : s.tables) {
    sources.push_back(std::make_unique<TableSource>(s.stored(id), s.assigned(id), s.findings));
  }
  sources.push_back(std::make_unique<MemtableSource>(s.log));
  std::priority_queue<Source*, std::vector<Source*>, ComesLater> next;
  for (const auto& source : sources) {
    if (source->advance()) next.push(source.get());
  }
  std::string last_key;
  int64_t last_ts = 0;
  bool any = false;
  while (!next.empty()) {
    Source* const source = next.top();
    next.pop();
    const Record& record = source->record();
    ++s.records_met;
    // Of versions with the same key and ts the newest one comes first.
    if (!any || record.ts != last_ts || record.key != last_key) {
      any = true;
      last_key.assign(record.key);
      last_ts = record.ts;
      if (record.kind == RecordKind::put &&
          !s.removes.removes(record.key, record.sequence, UINT64_MAX)) {
        FLOWDB_RETURN_IF_ERROR(use(record));
      }
    }
    if (source->advance()) next.push(source);
  }
  return Status::ok();
}

Status Salvage::copy_to(Engine& target) {
  const uint64_t last_sequence = target.pin_snapshot();
  target.unpin_snapshot(last_sequence);
  if (target.stats().tables != 0 || last_sequence != 0) {
    return Status::invalid_argument("the target of a salvage is not empty");
  }
  WriteBatch batch;
  batch.set_ttl(0);
  const auto write = [&] {
    const Status status = target.write(batch, Durability::relaxed);
    batch.clear();
    batch.set_ttl(0);
    return status;
  };
  FLOWDB_RETURN_IF_ERROR(each_record([&](const Record& record) {
    batch.put(record.key, record.value, record.ts, record.expire_at);
    return batch.payload().size() < kBatchBytes ? Status::ok() : write();
  }));
  if (batch.count() > 0) FLOWDB_RETURN_IF_ERROR(write());
  return target.flush();
}

const Findings& Salvage::findings() const { return state_->findings; }
const std::vector<uint32_t>& Salvage::tables() const { return state_->tables; }
uint64_t Salvage::records_met() const { return state_->records_met; }

}  // namespace flowdb
