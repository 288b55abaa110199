// DocumentLife: a workload of transactions on object stores. Each one writes records with their
// index entries in one store and its own number in another; some clear the store, whose old data
// compactions drop, and some are larger than memory.
#pragma once

#include <map>
#include <memory>
#include <optional>
#include <random>
#include <string>

#include "crash/life.h"
#include "document/database.h"

namespace flowdb {

class DocumentLife final : public Life {
 public:
  // `fault` hits anything; what was refused must not be found, and what was acknowledged must be.
  DocumentLife(uint64_t seed, int steps, const std::optional<Fault>& fault = std::nullopt);
  ~DocumentLife() override;

  // Whether the fault has hit anything, and whether that was a write.
  bool was_hit() const { return disk_.has_failed(); }
  bool write_was_hit() const { return disk_.write_has_failed(); }

  std::string check(Disk found, const Expectation& expected, uint64_t number) override;

 private:
  // Key number, to value and key in the index.
  using Records = std::map<int, std::pair<std::string, int>>;

  size_t below(size_t n) { return static_cast<size_t>(random_() % n); }
  void step();
  void open();
  void end();
  // After a step that the fault has hit; the next transaction is in doubt if it was one.
  void outlive_fault(bool in_doubt);
  bool ok(const Status& status, std::string_view what);

  // Makes transaction `number`, the first of which creates the stores.
  Status make(Database& database, uint64_t number, Durability durability) const;
  Status write(Transaction& transaction, uint64_t number) const;
  // What it does to the records; `put` and `remove` take a key.
  template <typename Clear, typename Put, typename Remove>
  void each_operation(uint64_t number, Clear clear, Put put, Remove remove) const;
  Records records_after(uint64_t number) const;
  // Result: what is wrong with what the database holds; `last` is its last transaction.
  std::string check_content(Database& database, uint64_t ceiling, uint64_t& last) const;

  const uint64_t seed_;
  std::mt19937_64 random_;
  std::unique_ptr<Database> database_;
  bool faulty_;  // the fault may still hit
  uint64_t openings_ = 0;
};

// A store is cleared relaxed, and its tables are removed; then the power fails. Result: empty, or
// what is wrong: some of its records are left.
std::string lose_a_clear();
// The same of records that a flush drops, or of a table that goes with its commit.
std::string lose_a_clear_behind_a_full_memtable(bool is_in_table);

}  // namespace flowdb
