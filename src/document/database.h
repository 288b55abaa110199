// Database: object stores and indexes over an engine. Opens the stored schema, begins transactions
// and commits them in groups.
#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <vector>

#include "document/known_counts.h"
#include "document/live_data.h"
#include "document/schema.h"
#include "document/transaction.h"
#include "engine/engine.h"
#include "util/status.h"

namespace flowdb {

class Database {
 public:
  // Takes the engine and reads the schema in it. `name`, JSON text of a string, is for a database
  // that has no schema yet. Errors: invalid_argument (the name), corruption, unsupported, io_error.
  static Result<std::unique_ptr<Database>> open(std::unique_ptr<Engine> engine, std::string name);
  // REQUIRES: every transaction is destroyed.
  ~Database();
  Database(const Database&) = delete;
  Database& operator=(const Database&) = delete;

  // The committed schema. Valid until the next commit().
  const Schema& schema() const { return *schema_; }

  // Begins a transaction on what is committed now. Which stores it may touch, and that no other one
  // writes to them meanwhile, is the caller's business. REQUIRES: mode is not upgrade.
  std::unique_ptr<Transaction> begin(TransactionMode mode, Durability durability);
  // Begins the one that may change the schema; it does so under version `version`.
  // Errors: invalid_argument (other transactions are open, or the version is not above the present
  // one).
  Result<std::unique_ptr<Transaction>> begin_upgrade(uint64_t version);

  // Commits each transaction, in order, with one write to the log, and one flush when one of them
  // is strict. All of them are over afterwards. A group for which there is no room is tried again
  // one by one, so that a large transaction takes no other with it.
  // Result: an outcome for each; quota_exceeded, io_error, closed, aborted (it was over before). A
  // failed one leaves no trace.
  std::vector<Status> commit(const std::vector<Transaction*>& group);

  Engine& engine() { return *engine_; }

  // What the overlays of open transactions hold, and may hold, in bytes.
  size_t overlay_bytes() const;
  size_t overlay_bytes_max() const { return engine_->options().overlay_bytes_max; }

 private:
  friend class Transaction;

  Database(std::unique_ptr<Engine> engine, std::shared_ptr<const Schema> schema,
           uint32_t next_data_id);
  uint32_t take_data_id();
  // Nobody but the transaction that took the data id has ever seen it.
  void forget(uint32_t data_id);
  Status commit_alone(Transaction& transaction, Durability durability);
  // Which stores have large values, when the database is opened.
  Status load_large_values();
  // Whether there may be some under the data id.
  bool has_large_values(uint32_t data_id) const;
  uint64_t take_value_id(uint32_t data_id);
  void publish(Transaction& transaction);
  void close(Transaction& transaction);

  struct LargeValues {
    uint32_t data_id;
    uint64_t next;  // id of a value
  };

  std::unique_ptr<Engine> engine_;
  std::shared_ptr<const Schema> schema_;
  // Counts up in memory whatever becomes of the transaction that took an id.
  uint32_t next_data_id_;
  uint64_t next_transaction_ = 1;
  std::vector<Transaction*> open_;  // in the order in which they began
  LiveData live_;
  KnownCounts counts_;
  std::vector<LargeValues> large_values_;
};

}  // namespace flowdb
