// Storing a record: check first, write then, so that a failure leaves nothing behind.
#include <algorithm>

#include "document/database.h"
#include "document/engine_key.h"
#include "document/transaction.h"

namespace flowdb {

namespace {

// Up to this many comparisons, old and new index keys are matched one by one; above, all are
// written anew.
constexpr size_t kMatchesMax = 256;

bool contains(const std::vector<IndexKey>& keys, const IndexKey& wanted) {
  return std::any_of(keys.begin(), keys.end(), [&](const IndexKey& entry) {
    return entry.index_id == wanted.index_id && entry.key == wanted.key;
  });
}

}  // namespace

Status Transaction::put(const PutRequest& request) {
  return request.pieces == 0 ? put_record(request) : put_large(request);
}

// (1) The generator and the keys are checked. (2) The old record is read where it matters: for
// `add`, and for the index entries and the pieces that it leaves behind. (3) Unique indexes are
// checked. (4) Everything is written.
Status Transaction::put_record(const PutRequest& request) {
  FLOWDB_RETURN_IF_ERROR(check_writable());
  FLOWDB_ASSIGN_OR_RETURN(const StoreSchema* const target, store(request.store));
  if (!is_key(request.key)) return Status::invalid_argument("the primary key is no key");
  const std::vector<IndexKey>& keys = *request.index_keys;

  Generator* moved = nullptr;
  if (target->auto_increment && request.key[0] == kNumberTag) {
    FLOWDB_ASSIGN_OR_RETURN(moved, generator(target->id));
  }

  FLOWDB_RETURN_IF_ERROR(make_room());
  const std::vector<IndexKey>* kept = nullptr;
  Before before = Before::unknown;
  if (!request.overwrite || !target->indexes.empty() ||
      database_->has_large_values(target->data_id)) {
    set_record_key(key_buffer_, *target, request.key);
    FLOWDB_ASSIGN_OR_RETURN(const bool found, read(key_buffer_, old_record_));
    if (found && !request.overwrite) return Status::constraint("the key exists already");
    before = found ? Before::present : Before::absent;
  }
  const bool has_old = before == Before::present;
  Value old_value;
  if (has_old) {
    FLOWDB_RETURN_IF_ERROR(decode_record(old_record_, old_value, old_keys_));
    if (old_keys_.size() * keys.size() <= kMatchesMax) kept = &keys;
  }
  FLOWDB_RETURN_IF_ERROR(check_index_keys(*target, request.key, keys));

  if (has_old) remove_pieces(*target, old_value);
  if (has_old) remove_entries(*target, request.key, old_keys_, kept);
  const Before entry_before = may_repeat(keys) ? Before::unknown : Before::absent;
  for (const IndexKey& entry : keys) {
    if (has_old && kept != nullptr && contains(old_keys_, entry)) continue;
    set_index_entry_key(key_buffer_, *target, *target->find_index(entry.index_id), entry.key,
                        request.key);
    write_record(key_buffer_, {}, entry_before);
  }
  encode_record(record_buffer_, request.value, keys);
  set_record_key(key_buffer_, *target, request.key);
  write_record(key_buffer_, record_buffer_, before);
  if (moved != nullptr) move_generator(*moved, load_key_number(request.key.data() + 1));
  return Status::ok();
}

Status Transaction::check_index_keys(const StoreSchema& target, std::string_view primary_key,
                                     const std::vector<IndexKey>& keys) {
  for (const IndexKey& entry : keys) {
    const IndexSchema* const index = target.find_index(entry.index_id);
    if (index == nullptr) {
      return Status::invalid_argument("the store has no index with the id " +
                                      std::to_string(entry.index_id));
    }
    if (!is_key(entry.key)) return Status::invalid_argument("an index key is no key");
    if (index->unique) {
      FLOWDB_RETURN_IF_ERROR(check_unique(target, *index, entry.key, primary_key));
    }
  }
  return Status::ok();
}

Status Transaction::check_unique(const StoreSchema& target, const IndexSchema& index,
                                 std::string_view key, std::string_view primary_key) {
  set_index_entry_key(key_buffer_, target, index, key, {});
  Iterator& it = iterator({&target, &index});
  for (it.seek(key_buffer_); it.valid(); it.next()) {
    const std::string_view found = it.key();
    if (found.substr(0, key_buffer_.size()) != key_buffer_) break;
    if (found.substr(key_buffer_.size()) != primary_key) {
      return Status::constraint("the unique index " + index.name + " has the key already");
    }
  }
  return it.status();
}

// Index entries of an index that was deleted since are dead, and passed over.
void Transaction::remove_entries(const StoreSchema& target, std::string_view primary_key,
                                 const std::vector<IndexKey>& keys,
                                 const std::vector<IndexKey>* but) {
  const Before before = may_repeat(keys) ? Before::unknown : Before::present;
  for (const IndexKey& entry : keys) {
    const IndexSchema* const index = target.find_index(entry.index_id);
    if (index == nullptr || (but != nullptr && contains(*but, entry))) continue;
    set_index_entry_key(key_buffer_, target, *index, entry.key, primary_key);
    remove_record(key_buffer_, before);
  }
}

// The record is written anew with the added keys: it carries all that an overwrite has to remove.
Status Transaction::backfill(uint32_t index_id, std::string_view primary_key,
                             const std::vector<std::string_view>& keys) {
  FLOWDB_RETURN_IF_ERROR(check_upgrade());
  FLOWDB_ASSIGN_OR_RETURN(const Source target, source(index_id));
  if (target.index == nullptr) return Status::invalid_argument("a backfill of a store");
  if (!is_key(primary_key)) return Status::invalid_argument("the primary key is no key");
  FLOWDB_RETURN_IF_ERROR(make_room());
  set_record_key(key_buffer_, *target.store, primary_key);
  FLOWDB_ASSIGN_OR_RETURN(const bool exists, read(key_buffer_, old_record_));
  if (!exists) return Status::invalid_argument("a backfill of a record that is not there");
  Value value;
  FLOWDB_RETURN_IF_ERROR(decode_record(old_record_, value, old_keys_));
  const bool again = std::any_of(old_keys_.begin(), old_keys_.end(),
                                 [&](const IndexKey& k) { return k.index_id == index_id; });
  if (again) return Status::invalid_argument("a second backfill of a record");

  std::vector<IndexKey> added;
  added.reserve(keys.size());
  for (const std::string_view key : keys) added.push_back({index_id, key});
  FLOWDB_RETURN_IF_ERROR(check_index_keys(*target.store, primary_key, added));
  const Before before = may_repeat(added) ? Before::unknown : Before::absent;
  for (const IndexKey& entry : added) {
    set_index_entry_key(key_buffer_, *target.store, *target.index, entry.key, primary_key);
    write_record(key_buffer_, {}, before);
    old_keys_.push_back(entry);
  }
  encode_record(record_buffer_, value, old_keys_);
  set_record_key(key_buffer_, *target.store, primary_key);
  write_record(key_buffer_, record_buffer_, Before::present);
  return Status::ok();
}

}  // namespace flowdb
