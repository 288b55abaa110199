// Life and death of a transaction, and what all its operations use.
#include "document/transaction.h"

#include <algorithm>
#include <cassert>

#include "document/database.h"
#include "document/engine_key.h"

namespace flowdb {

namespace {

// Above every sequence number of an engine. One for all: a later write to a key replaces the one
// before.
constexpr uint64_t kOverlaySequence = uint64_t{1} << 56;

}  // namespace

Transaction::Transaction(Database& database, uint64_t number, TransactionMode mode,
                         Durability durability, std::shared_ptr<const Schema> schema)
    : database_(&database),
      number_(number),
      mode_(mode),
      durability_(durability),
      snapshot_(database.engine().pin_snapshot()),
      schema_(std::move(schema)) {
  if (mode != TransactionMode::readonly) overlay_ = std::make_unique<Memtable>();
}

Transaction::~Transaction() { abort(); }

void Transaction::abort() {
  if (is_over()) return;
  for (const uint32_t data_id : taken_) database_->forget(data_id);
  database_->close(*this);
}

Status Transaction::check_readable() const {
  return is_over() ? Status::aborted("the transaction is over") : Status::ok();
}

Status Transaction::check_writable() const {
  FLOWDB_RETURN_IF_ERROR(check_readable());
  if (mode_ != TransactionMode::readonly) return Status::ok();
  return Status::invalid_argument("a write in a readonly transaction");
}

Status Transaction::check_upgrade() const {
  FLOWDB_RETURN_IF_ERROR(check_readable());
  if (mode_ == TransactionMode::upgrade) return Status::ok();
  return Status::invalid_argument("a change of the schema outside of an upgrade transaction");
}

Result<const StoreSchema*> Transaction::store(uint32_t id) const {
  const StoreSchema* const found = schema_->find_store(id);
  if (found == nullptr) return Status::not_found("no store has the id " + std::to_string(id));
  return found;
}

Result<Source> Transaction::source(uint32_t id) const {
  const Source found = schema_->find(id);
  if (found.store == nullptr) {
    return Status::not_found("no store or index has the id " + std::to_string(id));
  }
  return found;
}

ReadOptions Transaction::read_options() const {
  ReadOptions options;
  options.snapshot = snapshot_;
  options.overlay = overlay_.get();
  options.spill = &spill_;
  return options;
}

Result<bool> Transaction::read(std::string_view engine_key, std::string& value) {
  Status status = database_->engine().get(engine_key, read_options(), value);
  if (status.is_ok()) return true;
  if (status.is(StatusCode::not_found)) return false;
  return status;
}

Iterator& Transaction::iterator(const Source& target) {
  if (target.index != nullptr && overlay_ != nullptr) overlay_->order();
  for (const auto& known : iterators_) {
    if (known->data_id == target.data_id()) return *known->iterator;
  }
  auto made = std::make_unique<SourceIterator>();
  made->data_id = target.data_id();
  set_data_prefix(made->first, target);
  made->last = made->first + kAfterKey;
  ReadOptions options = read_options();
  options.lower = made->first;
  options.upper = made->last;
  made->iterator = database_->engine().new_iterator(options);
  iterators_.push_back(std::move(made));
  return *iterators_.back()->iterator;
}

Result<bool> Transaction::is_empty(const Source& target) {
  Iterator& it = iterator(target);
  it.seek_to_first();
  FLOWDB_RETURN_IF_ERROR(it.status());
  return !it.valid();
}

Status Transaction::make_room() {
  // A smaller one would not be worth a table.
  constexpr size_t kSpillBytesMin = 256 << 10;
  const size_t limit = database_->overlay_bytes_max();
  if (overlay_->memory_bytes() < std::min(kSpillBytesMin, limit)) return Status::ok();
  if (database_->overlay_bytes() < limit) return Status::ok();
  // These refer to the overlay.
  iterators_.clear();
  overlay_->order();
  FLOWDB_RETURN_IF_ERROR(database_->engine().spill(*overlay_, spill_));
  overlay_ = std::make_unique<Memtable>();
  return Status::ok();
}

bool Transaction::has_writes() const {
  return (overlay_ != nullptr && overlay_->count() > 0) || !spill_.runs.empty();
}

void Transaction::note_written(std::string_view engine_key, Before before, bool is_there) {
  if (engine_key[0] != kRecordSpace && engine_key[0] != kIndexSpace) return;
  const uint32_t data_id = load_be32(engine_key.data() + 1);
  std::optional<int64_t> change;
  if (before != Before::unknown) change = int64_t{is_there} - int64_t{before == Before::present};
  for (Written& written : written_) {
    if (written.data_id != data_id) continue;
    if (change && written.change) {
      *written.change += *change;
    } else {
      written.change = std::nullopt;
    }
    return;
  }
  written_.push_back({data_id, change});
}

bool Transaction::has_written_to(uint32_t data_id) const {
  return std::any_of(written_.begin(), written_.end(),
                     [&](const Written& w) { return w.data_id == data_id; });
}

void Transaction::write_record(std::string_view engine_key, std::string_view value, Before before) {
  note_written(engine_key, before, true);
  Record record;
  record.key = engine_key;
  record.value = value;
  record.sequence = kOverlaySequence;
  put_into_overlay(record);
}

void Transaction::remove_record(std::string_view engine_key, Before before) {
  note_written(engine_key, before, false);
  Record record;
  record.key = engine_key;
  record.sequence = kOverlaySequence;
  record.kind = RecordKind::remove;
  put_into_overlay(record);
}

// An index's entries come in the order of other keys, and few transactions read them.
void Transaction::put_into_overlay(const Record& record) {
  if (record.key[0] == kIndexSpace) {
    overlay_->insert_unordered(record);
  } else {
    overlay_->insert(record);
  }
}

Schema& Transaction::edit() {
  if (own_schema_ == nullptr) {
    own_schema_ = std::make_shared<Schema>(*schema_);
    schema_ = own_schema_;
  }
  return *own_schema_;
}

StoreSchema& Transaction::edit_store(uint32_t id) {
  for (StoreSchema& candidate : edit().stores) {
    if (candidate.id == id) return candidate;
  }
  assert(false);
  return own_schema_->stores.front();
}

uint32_t Transaction::take_data_id() {
  const uint32_t data_id = database_->take_data_id();
  taken_.push_back(data_id);
  return data_id;
}

}  // namespace flowdb
