// Transaction: reads and writes of one unit of work. Its writes stand in an overlay of their own,
// which its reads see first and others never; commit (Database::commit) hands the overlay to the
// engine as one batch, abort drops it. An overlay that grows too large is spilled to tables, which
// the commit makes live.
#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "document/large_value.h"
#include "document/range.h"
#include "document/record.h"
#include "document/schema.h"
#include "engine/engine.h"
#include "engine/spill.h"
#include "memtable/memtable.h"
#include "util/status.h"

namespace flowdb {

class Database;
struct WalkBounds;

enum class TransactionMode : uint8_t { readonly = 0, readwrite = 1, upgrade = 2 };

struct PutRequest {
  uint32_t store = 0;
  std::string_view key;
  Value value;
  const std::vector<IndexKey>* index_keys = nullptr;  // of this store's indexes; not null
  bool overwrite = true;                              // false: an existing record is `constraint`
  // Not 0: the value has so many pieces; its bytes here are the one numbered `piece`, add_piece()
  // gave the others.
  uint32_t pieces = 0;
  uint32_t piece = 0;
};

// Takes the pieces of a large value.
class PieceSink {
 public:
  virtual ~PieceSink() = default;
  // The bytes hold during the call.
  virtual void piece(std::string_view bytes, bool more) = 0;
};

// Where a scan begins, "behind" in its direction. The unique directions know no primary keys.
enum class Position : uint8_t {
  start = 0,
  behind_pair = 1,  // behind (key, primary key)
  at_key = 2,       // at the key or behind it
  at_pair = 3,      // at (key, primary key) or behind it
};

struct ScanRequest {
  uint32_t source = 0;  // a store's or an index's id
  KeyRange range;
  Direction direction = Direction::next;
  Position position = Position::start;
  std::string_view key;          // of the position; unused at the start
  std::string_view primary_key;  // of the position; empty for a store
  uint64_t skip = 0;             // entries to pass over first
  bool values = true;            // whether entries carry values
};

// The views hold until ScanSink::entry returns. For a store, key and primary key are the same.
struct Entry {
  std::string_view key;
  std::string_view primary_key;
  Value value;
};

// Takes the entries of a scan as they come.
class ScanSink {
 public:
  virtual ~ScanSink() = default;
  // Result: whether there should be another one.
  virtual bool entry(const Entry& entry) = 0;
};

// Every call reads the transaction's own writes. A call that fails leaves no trace of itself, and
// the transaction goes on. Common errors: aborted (it is over), not_found (no such store or index),
// invalid_argument (a write in a readonly transaction, bytes that are no key), corruption,
// io_error.
class Transaction {
 public:
  // Aborts, unless it is over.
  ~Transaction();
  Transaction(const Transaction&) = delete;
  Transaction& operator=(const Transaction&) = delete;

  TransactionMode mode() const { return mode_; }
  bool is_over() const { return database_ == nullptr; }
  // With this transaction's changes. Valid until the next change.
  const Schema& schema() const { return *schema_; }
  // Drops all writes; nothing of them was ever visible.
  void abort();

  // Stores a record and its index entries. A number key in an auto-increment store moves the key
  // generator. Errors: constraint (the key exists and may not; a unique index has one of the keys
  // for another record).
  Status put(const PutRequest& request);
  // Takes a piece of a value that is too large to be given as a whole, ahead of its put(): all of
  // them in order, but for one at most, which the put() brings. The last value's pieces are dropped
  // when another one's come without a put(). Errors: invalid_argument (it does not follow the piece
  // before), quota_exceeded.
  Status add_piece(uint32_t store_id, uint32_t piece, std::string_view bytes);
  // Hands out the pieces of a value that a get() or a scan() has yielded, is_large, from this
  // source.
  Status read_pieces(uint32_t source_id, const Value& value, PieceSink& sink);
  // The key generator's next number. It moves when a record is stored under that key.
  // Errors: constraint (it is above 2^53), invalid_argument (the store has none).
  Result<double> generated_key(uint32_t store_id);

  // Finds the first record of a range by the source's keys. The views in `entry` hold until the
  // next call. Result: whether there is one.
  Result<bool> get(uint32_t source_id, const KeyRange& range, bool with_value, Entry& entry);
  // Of all entries it takes no time when nothing was written to the source since it was counted.
  Result<uint64_t> count(uint32_t source_id, const KeyRange& range);
  // Hands entries to `sink` until it has enough. Result: whether nothing comes behind the last one.
  Result<bool> scan(const ScanRequest& request, ScanSink& sink);

  // Removes the records of a range of primary keys, with their index entries.
  Status remove(uint32_t store_id, const KeyRange& range);
  // Removes all records at once, whatever their number.
  Status clear(uint32_t store_id);

  // Changes of the schema, in an upgrade transaction only (else invalid_argument). `id` is at least
  // schema().next_id; names and key paths are JSON text. A name that is taken is `constraint`.
  Status create_store(uint32_t id, std::string_view name, std::string_view key_path,
                      bool auto_increment);
  Status delete_store(uint32_t id);
  // Of a store or of an index.
  Status rename(uint32_t source_id, std::string_view name);
  // Result: whether the store has records, for each of which backfill() is to be called before
  // anything else is written.
  Result<bool> create_index(uint32_t store_id, uint32_t id, std::string_view name,
                            std::string_view key_path, bool unique, bool multi_entry);
  Status delete_index(uint32_t id);
  // Adds a stored record's keys to an index that was created after it.
  // Errors: constraint (as put), invalid_argument (no such record, or it has keys there already).
  Status backfill(uint32_t index_id, std::string_view primary_key,
                  const std::vector<std::string_view>& keys);

 private:
  friend class Database;

  struct Generator {
    uint32_t store_id;
    double next;  // a whole number
    bool changed;
  };

  // The bounds keep it from wading through what was removed next door.
  struct SourceIterator {
    uint32_t data_id;
    std::string first;
    std::string last;
    std::unique_ptr<Iterator> iterator;
  };

  Transaction(Database& database, uint64_t number, TransactionMode mode, Durability durability,
              std::shared_ptr<const Schema> schema);

  Status check_readable() const;
  Status check_writable() const;
  Status check_upgrade() const;
  Result<const StoreSchema*> store(uint32_t id) const;
  Result<Source> source(uint32_t id) const;
  ReadOptions read_options() const;
  Result<bool> read(std::string_view engine_key, std::string& value);
  // One a source for all reads: it sees later writes of this transaction, and nobody else writes to
  // its stores.
  Iterator& iterator(const Source& source);
  Result<bool> is_empty(const Source& source);
  Status walk_entries(const Source& source, const ScanRequest& request, ScanSink& sink, bool* done);
  Status read_indexed(const Source& source, std::string_view primary_key);
  // Removes the first records within the bounds, and narrows these to the rest. Result: whether
  // there is any.
  Result<bool> remove_some(const StoreSchema& store, WalkBounds& bounds);
  // Whether a record may have index entries or pieces.
  bool leaves_more_behind(const StoreSchema& store) const;
  Status remove_one(const StoreSchema& store, std::string_view primary_key);

  Status put_record(const PutRequest& request);
  Status put_large(const PutRequest& request);
  Status write_piece(uint32_t piece, std::string_view bytes);
  void drop_pending();
  // Of a record that is overwritten or removed.
  void remove_pieces(const StoreSchema& store, const Value& value);
  Status check_index_keys(const StoreSchema& store, std::string_view primary_key,
                          const std::vector<IndexKey>& keys);
  Status check_unique(const StoreSchema& store, const IndexSchema& index, std::string_view key,
                      std::string_view primary_key);
  // To be called before anything is written: spills the overlay when memory is short. Errors:
  // quota_exceeded, io_error, closed.
  Status make_room();
  bool has_writes() const;
  // Whether a key was there before it is written or removed, for who counts.
  enum class Before : uint8_t { unknown, absent, present };
  // Notes the data id of a record or an index entry, and whether there is one more or less then.
  void note_written(std::string_view engine_key, Before before, bool is_there);
  bool has_written_to(uint32_t data_id) const;
  void write_record(std::string_view engine_key, std::string_view value,
                    Before before = Before::unknown);
  void remove_record(std::string_view engine_key, Before before = Before::unknown);
  void put_into_overlay(const Record& record);
  void remove_entries(const StoreSchema& store, std::string_view primary_key,
                      const std::vector<IndexKey>& keys, const std::vector<IndexKey>* but);

  // Valid until the next call.
  Result<Generator*> generator(uint32_t store_id);
  // After a record was stored under the number `key`.
  static void move_generator(Generator& state, double key);
  // This transaction's own copy of the schema.
  Schema& edit();
  StoreSchema& edit_store(uint32_t id);
  uint32_t take_data_id();
  // Writes what is kept beside the overlay into it, to be committed.
  void stage();
  void stage_schema();

  Database* database_;  // null: it is over
  uint64_t number_;
  TransactionMode mode_;
  Durability durability_;
  uint64_t snapshot_;
  std::shared_ptr<const Schema> schema_;
  std::shared_ptr<Schema> own_schema_;  // null: no changes; else the same as schema_
  std::vector<uint32_t> cleared_;       // ids of stores
  std::vector<uint32_t> taken_;         // data ids
  // Under which data ids it has written, and how many records or entries there are more for that.
  struct Written {
    uint32_t data_id;
    std::optional<int64_t> change;
  };
  std::vector<Written> written_;
  std::vector<Generator> generators_;
  std::unique_ptr<Memtable> overlay_;
  Spill spill_;
  // The value whose pieces are coming.
  struct Pending {
    uint32_t data_id = 0;  // 0: there is none
    LargeValue value;
    uint32_t next = 0;            // piece
    std::optional<uint32_t> gap;  // the piece that was left out
  };
  Pending pending_;
  std::vector<std::unique_ptr<SourceIterator>> iterators_;
  // Scratch space, kept for its capacity.
  std::string key_buffer_;
  std::string record_buffer_;
  std::string old_record_;
  std::vector<IndexKey> old_keys_;
  std::string found_key_;
  std::string found_primary_key_;
  std::string found_value_;
};

}  // namespace flowdb
