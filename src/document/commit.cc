// The way from a transaction's own state to the engine: what is kept beside the overlay is written
// into it, the engine takes the overlays of a group as batches, and the changed schema becomes
// everyone's.
#include <algorithm>

#include "document/database.h"
#include "document/engine_key.h"

namespace flowdb {

namespace {

std::vector<uint32_t> data_ids(const Schema& schema) {
  std::vector<uint32_t> ids;
  for (const StoreSchema& store : schema.stores) {
    ids.push_back(store.data_id);
    for (const IndexSchema& index : store.indexes) ids.push_back(index.data_id);
  }
  return ids;
}

bool contains(const std::vector<uint32_t>& ids, uint32_t id) {
  return std::find(ids.begin(), ids.end(), id) != ids.end();
}

}  // namespace

void Transaction::stage() {
  if (mode_ == TransactionMode::readonly) return;
  if (pending_.data_id != 0) drop_pending();
  for (const Generator& state : generators_) {
    if (!state.changed || schema_->find_store(state.store_id) == nullptr) continue;
    record_buffer_.clear();
    put_le<double>(record_buffer_, state.next);
    write_record(generator_record_key(state.store_id), record_buffer_);
  }
  if (own_schema_ != nullptr) stage_schema();
  overlay_->order();
}

// Writes the records that differ from the committed ones, and removes those that are no more.
void Transaction::stage_schema() {
  const Schema& before = *database_->schema_;
  for (const StoreSchema& old : before.stores) {
    const StoreSchema* const now = schema_->find_store(old.id);
    if (now == nullptr) {
      remove_record(store_record_key(old.id));
      remove_record(generator_record_key(old.id));
    }
    for (const IndexSchema& index : old.indexes) {
      if (now != nullptr && now->find_index(index.id) != nullptr) continue;
      remove_record(index_record_key(old.id, index.id));
    }
  }
  for (const StoreSchema& now : schema_->stores) {
    const bool mine = mode_ == TransactionMode::upgrade || contains(cleared_, now.id);
    if (!mine) continue;
    const StoreSchema* const old = before.find_store(now.id);
    std::string record = encode_store_record(now);
    if (old == nullptr || encode_store_record(*old) != record) {
      write_record(store_record_key(now.id), record);
    }
    for (const IndexSchema& index : now.indexes) {
      const IndexSchema* const old_index = old == nullptr ? nullptr : old->find_index(index.id);
      record = encode_index_record(index);
      if (old_index == nullptr || encode_index_record(*old_index) != record) {
        write_record(index_record_key(now.id, index.id), record);
      }
    }
  }
  write_record(database_record_key(), encode_database_record(*schema_, database_->next_data_id_));
}

std::vector<Status> Database::commit(const std::vector<Transaction*>& group) {
  std::vector<Status> outcomes(group.size());
  std::vector<const Memtable*> overlays;
  bool one_by_one = false;
  Durability durability = Durability::relaxed;
  for (size_t i = 0; i < group.size(); ++i) {
    Transaction& transaction = *group[i];
    if (transaction.is_over()) {
      outcomes[i] = Status::aborted("the transaction is over");
      continue;
    }
    transaction.stage();
    if (!transaction.has_writes()) continue;
    overlays.push_back(transaction.overlay_.get());
    if (!transaction.spill_.runs.empty()) one_by_one = true;
    if (transaction.durability_ == Durability::strict) durability = Durability::strict;
  }
  Status written;
  if (!overlays.empty() && !one_by_one) {
    written = engine_->write_overlays(overlays, durability);
    // Some of them may fit. Where the engine has closed, the group's own failure is what counts.
    one_by_one =
        written.is(StatusCode::quota_exceeded) && overlays.size() > 1 && engine_->accepts_writes();
  }
  for (size_t i = 0; i < group.size(); ++i) {
    Transaction& transaction = *group[i];
    if (transaction.is_over()) continue;
    if (transaction.has_writes()) {
      outcomes[i] = one_by_one ? commit_alone(transaction, durability) : written;
    }
    for (const auto& [data_id, change] : transaction.written_) {
      counts_.change(data_id, transaction.number_, next_transaction_,
                     outcomes[i].is_ok() ? change : std::nullopt);
    }
    if (outcomes[i].is_ok()) {
      publish(transaction);
      close(transaction);
    } else {
      transaction.abort();
    }
  }
  return outcomes;
}

Status Database::commit_alone(Transaction& transaction, Durability durability) {
  if (transaction.spill_.runs.empty()) {
    return engine_->write_overlays({transaction.overlay_.get()}, durability);
  }
  FLOWDB_RETURN_IF_ERROR(engine_->spill(*transaction.overlay_, transaction.spill_));
  return engine_->write_spill(transaction.spill_);
}

void Database::publish(Transaction& transaction) {
  if (transaction.own_schema_ == nullptr) return;
  const std::vector<uint32_t> before = data_ids(*schema_);
  if (transaction.mode_ == TransactionMode::upgrade) {
    schema_ = transaction.schema_;
  } else {
    // Others may have cleared other stores since this one began.
    auto merged = std::make_shared<Schema>(*schema_);
    for (StoreSchema& store : merged->stores) {
      if (contains(transaction.cleared_, store.id)) {
        store = *transaction.schema_->find_store(store.id);
      }
    }
    schema_ = std::move(merged);
  }
  const std::vector<uint32_t> now = data_ids(*schema_);
  for (const uint32_t id : before) {
    if (contains(now, id)) continue;
    counts_.remove(id);
    live_.give_up(id, next_transaction_);
  }
  // Only the transaction itself ever saw these.
  for (const uint32_t id : transaction.taken_) {
    if (!contains(now, id)) forget(id);
  }
}

void Database::close(Transaction& transaction) {
  engine_->unpin_snapshot(transaction.snapshot_);
  transaction.iterators_.clear();
  transaction.overlay_.reset();
  transaction.spill_.runs.clear();
  transaction.database_ = nullptr;
  open_.erase(std::find(open_.begin(), open_.end(), &transaction));
  const uint64_t oldest = open_.empty() ? next_transaction_ : open_.front()->number_;
  if (live_.release(oldest)) engine_->drop_filter_changed();
}

}  // namespace flowdb
