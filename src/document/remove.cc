// Removing records, some or all.
#include "document/database.h"
#include "document/transaction.h"
#include "document/walk.h"

namespace flowdb {
namespace {

// Engine keys, of records and index entries.
constexpr size_t kRemovedAtOnce = 16 << 10;

// Keys, one behind the other in one piece of memory.
class KeyList {
 public:
  void add(std::string_view key) {
    bytes_ += key;
    ends_.push_back(bytes_.size());
  }
  size_t count() const { return ends_.size(); }
  template <typename Use>
  void each(Use use) const {
    size_t begin = 0;
    for (const size_t end : ends_) {
      use(std::string_view(bytes_).substr(begin, end - begin));
      begin = end;
    }
  }

 private:
  std::string bytes_;
  std::vector<size_t> ends_;
};

}  // namespace

Status Transaction::remove(uint32_t store_id, const KeyRange& range) {
  FLOWDB_RETURN_IF_ERROR(check_writable());
  FLOWDB_ASSIGN_OR_RETURN(const StoreSchema* const target, store(store_id));
  FLOWDB_RETURN_IF_ERROR(check_range(range));
  FLOWDB_RETURN_IF_ERROR(make_room());
  if (range.is_single()) return remove_one(*target, *range.lower);

  // A range of very many goes in parts; a failure behind the first would leave a trace, and so it
  // ends the transaction.
  WalkBounds bounds = range_bounds({target, nullptr}, range);
  FLOWDB_ASSIGN_OR_RETURN(bool more, remove_some(*target, bounds));
  while (more) {
    const Status room = make_room();
    const Result<bool> removed = room.is_ok() ? remove_some(*target, bounds) : Result<bool>(room);
    if (!removed.is_ok()) abort();
    FLOWDB_RETURN_IF_ERROR(removed.status());
    more = removed.value();
  }
  return Status::ok();
}

bool Transaction::leaves_more_behind(const StoreSchema& target) const {
  return !target.indexes.empty() || database_->has_large_values(target.data_id);
}

// All is collected before anything is written: a read that fails half-way must leave no trace, and
// a write would make the iterator's next step a new search.
Result<bool> Transaction::remove_some(const StoreSchema& target, WalkBounds& bounds) {
  const bool must_read = leaves_more_behind(target);
  KeyList doomed;
  Before before = Before::present;
  Value value;
  Iterator& it = iterator({&target, nullptr});
  for (it.seek(bounds.begin); it.valid() && it.key() < bounds.end; it.next()) {
    if (doomed.count() >= kRemovedAtOnce) break;
    const std::string_view primary_key = behind_prefix(it.key());
    doomed.add(it.key());
    if (!must_read) continue;
    FLOWDB_RETURN_IF_ERROR(decode_record(it.value(), value, old_keys_));
    if (const auto large = large_value_of(value); large.has_value()) {
      for (uint32_t piece = 0; piece < large->pieces; ++piece) {
        set_piece_key(key_buffer_, target.data_id, large->id, piece);
        doomed.add(key_buffer_);
      }
    }
    if (may_repeat(old_keys_)) before = Before::unknown;
    for (const IndexKey& entry : old_keys_) {
      const IndexSchema* const index = target.find_index(entry.index_id);
      if (index == nullptr) continue;
      set_index_entry_key(key_buffer_, target, *index, entry.key, primary_key);
      doomed.add(key_buffer_);
    }
  }
  FLOWDB_RETURN_IF_ERROR(it.status());
  const bool more = it.valid() && it.key() < bounds.end;
  if (more) bounds.begin = it.key();
  doomed.each([&](std::string_view key) { remove_record(key, before); });
  return more;
}

Status Transaction::remove_one(const StoreSchema& target, std::string_view primary_key) {
  set_record_key(key_buffer_, target, primary_key);
  if (!leaves_more_behind(target)) {
    remove_record(key_buffer_);
    return Status::ok();
  }
  FLOWDB_ASSIGN_OR_RETURN(const bool found, read(key_buffer_, old_record_));
  if (!found) return Status::ok();
  Value value;
  FLOWDB_RETURN_IF_ERROR(decode_record(old_record_, value, old_keys_));
  remove_record(key_buffer_, Before::present);
  remove_pieces(target, value);
  remove_entries(target, primary_key, old_keys_, nullptr);
  return Status::ok();
}

// New data ids: what is under the old ones is out of sight at once, and dead after the commit.
Status Transaction::clear(uint32_t store_id) {
  FLOWDB_RETURN_IF_ERROR(check_writable());
  FLOWDB_ASSIGN_OR_RETURN(const StoreSchema* const target, store(store_id));
  FLOWDB_ASSIGN_OR_RETURN(const bool empty, is_empty({target, nullptr}));
  if (empty) return Status::ok();
  StoreSchema& changed = edit_store(store_id);
  changed.data_id = take_data_id();
  for (IndexSchema& index : changed.indexes) index.data_id = take_data_id();
  cleared_.push_back(store_id);
  return Status::ok();
}

}  // namespace flowdb
