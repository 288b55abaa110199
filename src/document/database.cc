// Opening a database, and beginning transactions on it.
#include "document/database.h"

#include <cassert>

#include "document/json.h"

namespace flowdb {

Result<std::unique_ptr<Database>> Database::open(std::unique_ptr<Engine> engine, std::string name) {
  if (!is_json_string(name)) return Status::invalid_argument("the name is no JSON string");
  SchemaLoader loader;
  ReadOptions options;
  options.lower = kSchemaKeysFirst;
  options.upper = kSchemaKeysLast;
  {
    const std::unique_ptr<Iterator> it = engine->new_iterator(options);
    for (it->seek_to_first(); it->valid(); it->next()) {
      FLOWDB_RETURN_IF_ERROR(loader.add(it->key(), it->value()));
    }
    FLOWDB_RETURN_IF_ERROR(it->status());
  }
  auto schema = std::make_shared<Schema>();
  schema->name = std::move(name);
  uint32_t next_data_id = 1;
  FLOWDB_RETURN_IF_ERROR(loader.finish(*schema, next_data_id));
  std::unique_ptr<Database> database(
      new Database(std::move(engine), std::move(schema), next_data_id));
  FLOWDB_RETURN_IF_ERROR(database->load_large_values());
  return database;
}

Database::Database(std::unique_ptr<Engine> engine, std::shared_ptr<const Schema> schema,
                   uint32_t next_data_id)
    : engine_(std::move(engine)), schema_(std::move(schema)), next_data_id_(next_data_id) {
  for (const StoreSchema& store : schema_->stores) {
    live_.add(store.data_id);
    for (const IndexSchema& index : store.indexes) live_.add(index.data_id);
  }
  engine_->set_drop_filter([this](std::string_view key) { return live_.fate(key); });
  engine_->set_table_split(kPieceKeysFirst, kPieceGroupBytes);
}

Database::~Database() { assert(open_.empty()); }

size_t Database::overlay_bytes() const {
  size_t bytes = 0;
  for (const Transaction* transaction : open_) {
    if (transaction->overlay_ != nullptr) bytes += transaction->overlay_->memory_bytes();
  }
  return bytes;
}

uint32_t Database::take_data_id() {
  const uint32_t data_id = next_data_id_++;
  live_.add(data_id);
  counts_.begin(data_id);
  return data_id;
}

void Database::forget(uint32_t data_id) {
  counts_.remove(data_id);
  live_.remove(data_id);
}

std::unique_ptr<Transaction> Database::begin(TransactionMode mode, Durability durability) {
  assert(mode != TransactionMode::upgrade);
  std::unique_ptr<Transaction> begun(
      new Transaction(*this, next_transaction_++, mode, durability, schema_));
  open_.push_back(begun.get());
  return begun;
}

Result<std::unique_ptr<Transaction>> Database::begin_upgrade(uint64_t version) {
  if (!open_.empty()) return Status::invalid_argument("an upgrade while transactions are open");
  if (version <= schema_->version) {
    return Status::invalid_argument("the version " + std::to_string(version) +
                                    " is not above the present one");
  }
  std::unique_ptr<Transaction> begun(new Transaction(
      *this, next_transaction_++, TransactionMode::upgrade, Durability::relaxed, schema_));
  open_.push_back(begun.get());
  begun->edit().version = version;
  return begun;
}

}  // namespace flowdb
