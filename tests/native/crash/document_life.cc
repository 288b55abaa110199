// Transactions by number, and what must be found of them.
#include "crash/document_life.h"

#include <cstdlib>
#include <random>

#include "crash/recovered.h"
#include "document/test_database.h"

namespace flowdb {
namespace {

constexpr uint32_t kStore = 1;
constexpr uint32_t kIndex = 2;
constexpr uint32_t kNumbers = 3;
constexpr uint32_t kLarge = 4;
constexpr size_t kKeys = 30;

Result<std::unique_ptr<Database>> open_database(FaultyDisk& disk, uint64_t seed, uint64_t opening) {
  EngineOptions options = crash_options(seed, opening);
  options.overlay_bytes_max = 4 << 10;
  FLOWDB_ASSIGN_OR_RETURN(auto engine,
                          Engine::open(disk.open_container(), disk.open_log(), options));
  return Database::open(std::move(engine), R"("documents")");
}

Status create_stores(Database& database) {
  FLOWDB_ASSIGN_OR_RETURN(auto upgrade, database.begin_upgrade(1));
  FLOWDB_RETURN_IF_ERROR(upgrade->create_store(kStore, R"("s")", "null", false));
  FLOWDB_RETURN_IF_ERROR(
      upgrade->create_index(kStore, kIndex, R"("i")", R"("i")", false, false).status());
  FLOWDB_RETURN_IF_ERROR(upgrade->create_store(kNumbers, R"("n")", "null", false));
  FLOWDB_RETURN_IF_ERROR(upgrade->create_store(kLarge, R"("l")", "null", false));
  return commit(database, std::move(upgrade));
}

// What every third transaction puts under its number, in pieces; they are as large as a table that
// can be moved.
bool puts_large(uint64_t number) { return number % 3 == 0; }
std::vector<std::string> large_value(uint64_t number) {
  std::mt19937_64 random(number);
  std::vector<std::string> pieces(2, std::string(600, ' '));
  for (std::string& piece : pieces) {
    for (char& c : piece) c = static_cast<char>(random());
  }
  return pieces;
}

// All entries of a source.
Result<ListSink> entries(Transaction& transaction, uint32_t source) {
  ListSink sink;
  ScanRequest request;
  request.source = source;
  FLOWDB_RETURN_IF_ERROR(transaction.scan(request, sink).status());
  return sink;
}

}  // namespace

DocumentLife::DocumentLife(uint64_t seed, int steps, const std::optional<Fault>& fault)
    : seed_(seed), random_(seed), faulty_(fault.has_value()) {
  if (fault) disk_.set_fault(*fault);
  open();
  for (int i = 0; i < steps && problem_.empty(); ++i) step();
  if (problem_.empty() && was_hit()) end();
  disk_.end_process();
}

DocumentLife::~DocumentLife() = default;

bool DocumentLife::ok(const Status& status, std::string_view what) {
  if (!status.is_ok() && faulty_ && was_hit()) return false;
  if (!status.is_ok() && problem_.empty()) {
    problem_ = std::string(what) + " after transaction " + std::to_string(last_) + ": " +
               status.to_string();
  }
  return problem_.empty();
}

void DocumentLife::open() {
  disk_.set_activity(Activity::recovery);
  auto opened = open_database(disk_, seed_, ++openings_);
  if (!ok(opened.status(), "open")) return outlive_fault(false);
  database_ = std::move(opened).value();
  uint64_t found = 0;
  problem_ = check_content(*database_, last_, found);
  if (faulty_ && was_hit()) {
    // Reading has failed.
    problem_.clear();
    return outlive_fault(false);
  }
  if (problem_.empty() && found != last_)
    problem_ = "transaction " + std::to_string(last_) + " is lost";
  if (problem_.empty()) recovered(database_->engine());
}

void DocumentLife::end() {
  disk_.end_process();
  database_.reset();
  open();
}

void DocumentLife::outlive_fault(bool in_doubt) {
  if (!problem_.empty()) return;
  disk_.end_fault();
  faulty_ = false;
  uint64_t found = 0;
  if (database_ != nullptr) {
    // What was refused is not seen, and never comes back when the database goes on.
    problem_ = check_content(*database_, last_, found);
    if (problem_.empty() && found != last_) problem_ = "an acknowledged transaction is not seen";
    const bool goes_on = database_->engine().accepts_writes();
    if (!problem_.empty() || (goes_on && below(2) == 0)) return;
    if (goes_on) return end();
  }
  disk_.end_process();
  database_.reset();
  FaultyDisk copy(disk_.content());
  const auto opened = open_database(copy, seed_, 1000 + openings_);
  if (!ok(opened.status(), "open after a fault")) return;
  problem_ = check_content(*opened.value(), last_ + (in_doubt ? 1 : 0), found);
  if (!problem_.empty()) return;
  if (found < last_) problem_ = "a fault takes transaction " + std::to_string(last_);
  last_ = found;
  if (problem_.empty()) open();
}

void DocumentLife::step() {
  Engine& engine = database_->engine();
  const size_t pick = below(24);
  if (pick == 0) return end();
  if (pick == 1) {
    disk_.set_activity(Activity::flush);
    return ok(engine.close(), "close") ? end() : outlive_fault(false);
  }
  if (pick <= 10) {
    Status done;
    disk_.set_activity(pick <= 3 ? Activity::flush : Activity::compaction);
    if (pick <= 3) {
      done = engine.flush();
    } else {
      done = pick == 4 ? engine.compact_all() : engine.maintain(0).status();
    }
    return ok(done, "upkeep") ? promise(engine, false) : outlive_fault(false);
  }
  disk_.set_activity(Activity::commit);
  disk_.set_attempted(last_ + 1);
  const bool strict = below(3) == 0;
  const Durability durability = strict ? Durability::strict : Durability::relaxed;
  if (!ok(make(*database_, last_ + 1, durability), "commit")) return outlive_fault(true);
  committed(engine, 1, strict && last_ > 0);
}

template <typename Clear, typename Put, typename Remove>
void DocumentLife::each_operation(uint64_t number, Clear clear, Put put, Remove remove) const {
  std::mt19937_64 random(seed_ * 1'000'003 + number);
  if (number % 9 == 0) clear();
  const size_t operations = number % 7 == 0 ? 40 : 1 + random() % 4;
  for (size_t i = 0; i < operations; ++i) {
    const int key = static_cast<int>(random() % kKeys);
    if (random() % 5 == 0) {
      remove(key);
    } else {
      put(key, std::to_string(number) + ":" + std::string(random() % 200, 'd'),
          static_cast<int>(random() % 5));
    }
  }
}

Status DocumentLife::write(Transaction& transaction, uint64_t number) const {
  Status status;
  const auto then = [&status](const Status& next) {
    if (status.is_ok()) status = next;
  };
  each_operation(
      number, [&] { then(transaction.clear(kStore)); },
      [&](int key, const std::string& value, int index_key) {
        then(flowdb::put(transaction, kStore, flowdb::number(key), value,
                         {{kIndex, flowdb::number(index_key)}}));
      },
      [&](int key) { then(transaction.remove(kStore, KeyRange::only(flowdb::number(key)))); });
  const int key = static_cast<int>(number);
  if (puts_large(number)) {
    then(put_pieces(transaction, kLarge, flowdb::number(key), large_value(number)));
  }
  then(flowdb::put(transaction, kNumbers, flowdb::number(0), std::to_string(number)));
  return status;
}

Status DocumentLife::make(Database& database, uint64_t number, Durability durability) const {
  if (number == 1) return create_stores(database);
  auto transaction = database.begin(TransactionMode::readwrite, durability);
  FLOWDB_RETURN_IF_ERROR(write(*transaction, number));
  return commit(database, std::move(transaction));
}

DocumentLife::Records DocumentLife::records_after(uint64_t number) const {
  Records records;
  for (uint64_t n = 2; n <= number; ++n) {
    each_operation(
        n, [&] { records.clear(); },
        [&](int key, const std::string& value, int index_key) {
          records[key] = {value, index_key};
        },
        [&](int key) { records.erase(key); });
  }
  return records;
}

std::string DocumentLife::check_content(Database& database, uint64_t ceiling,
                                        uint64_t& last) const {
  last = 0;
  if (database.schema().stores.empty()) return {};
  last = 1;
  const auto transaction = database.begin(TransactionMode::readonly, Durability::relaxed);
  const std::string number = get(*transaction, kNumbers, flowdb::number(0));
  if (number != "-") last = std::strtoull(number.c_str(), nullptr, 10);
  if (last == 0) return "reading: " + number;
  if (last > ceiling) return "transaction " + number + " was never made";
  std::string values;
  std::vector<std::pair<std::string, std::string>> in_store;
  std::vector<std::pair<std::string, std::string>> in_index;
  for (const auto& [key, record] : records_after(last)) {
    in_store.emplace_back(flowdb::number(key), flowdb::number(key));
    in_index.emplace_back(flowdb::number(record.second), flowdb::number(key));
    values += record.first + ' ';
  }
  std::sort(in_index.begin(), in_index.end());
  const auto stored = entries(*transaction, kStore);
  const auto indexed = entries(*transaction, kIndex);
  if (!stored.is_ok()) return "scanning: " + stored.status().to_string();
  if (!indexed.is_ok()) return "scanning the index: " + indexed.status().to_string();
  if (stored.value().pairs != in_store || stored.value().values != values) {
    return "not the records after transaction " + number + ": " +
           std::to_string(stored.value().pairs.size()) + " instead of " +
           std::to_string(in_store.size());
  }
  if (indexed.value().pairs != in_index) return "not the index after transaction " + number;
  for (uint64_t n = 2; n <= last; ++n) {
    if (!puts_large(n)) continue;
    const std::vector<std::string> pieces = large_value(n);
    const std::string found = get(*transaction, kLarge, flowdb::number(static_cast<int>(n)));
    if (found != pieces[0] + pieces[1]) return "not the large value of " + std::to_string(n);
  }
  return {};
}

std::string DocumentLife::check(Disk found, const Expectation& expected, uint64_t number) {
  FaultyDisk disk(std::move(found));
  disk.set_recording(false);
  const uint64_t opening = (number + 1) << 20;
  auto opened = open_database(disk, seed_, opening);
  if (!opened.is_ok()) return "opening: " + opened.status().to_string();
  uint64_t last = 0;
  std::string problem = check_content(*opened.value(), expected.ceiling, last);
  if (!problem.empty()) return problem;
  if (last < expected.floor) {
    return "transaction " + std::to_string(last) + " is the last, " +
           std::to_string(expected.floor) + " is lost";
  }
  Status status = make(*opened.value(), last + 1, Durability::relaxed);
  if (status.is_ok() && number % 4 == 0) status = opened.value()->engine().compact_all();
  if (status.is_ok() && number % 4 == 1) status = opened.value()->engine().close();
  if (!status.is_ok()) return "going on: " + status.to_string();
  disk.end_process();
  auto again = open_database(disk, seed_, opening + 1);
  if (!again.is_ok()) return "opening again: " + again.status().to_string();
  uint64_t found_again = 0;
  problem = check_content(*again.value(), last + 1, found_again);
  if (problem.empty() && found_again != last + 1) problem = "the transaction made then is lost";
  return problem.empty() ? problem : "opened again: " + problem;
}

namespace {

constexpr uint64_t kClearedRecords = 20;

// Half of the records, from `first` on.
Status fill_half(Database& database, int first) {
  auto t = database.begin(TransactionMode::readwrite, Durability::strict);
  for (int i = first; i < first + static_cast<int>(kClearedRecords / 2); ++i) {
    FLOWDB_RETURN_IF_ERROR(put(*t, kStore, number(i), "x"));
  }
  return commit(database, std::move(t));
}

// A database with the first half of the records in a table of the lowest level.
Result<std::unique_ptr<Database>> open_half_filled(FaultyDisk& disk) {
  FLOWDB_ASSIGN_OR_RETURN(auto database, open_database(disk, 1, 1));
  FLOWDB_RETURN_IF_ERROR(create_stores(*database));
  FLOWDB_RETURN_IF_ERROR(fill_half(*database, 0));
  FLOWDB_RETURN_IF_ERROR(database->engine().compact_all());
  return database;
}

Status clear_and_maintain(Database& database) {
  auto clear = database.begin(TransactionMode::readwrite, Durability::relaxed);
  FLOWDB_RETURN_IF_ERROR(clear->clear(kStore));
  FLOWDB_RETURN_IF_ERROR(commit(database, std::move(clear)));
  for (bool more = true; more;) {
    FLOWDB_ASSIGN_OR_RETURN(more, database.engine().maintain(0, Upkeep::due));
  }
  return Status::ok();
}

// The power fails at some event from `first` on. Result: empty, or what is wrong.
std::string find_part_of_clear(const FaultyDisk& disk, size_t first) {
  for (size_t event = first; event < disk.history().events.size(); ++event) {
    const CrashPoint point(disk.history(), event);
    for (uint64_t i = 0; i < std::min<uint64_t>(point.power_states(), 500); ++i) {
      DurableUpTo durable{};
      FaultyDisk found(point.power_state(i, durable));
      const auto left = open_database(found, 1, 2);
      if (!left.is_ok()) return left.status().to_string();
      const auto records = entries(*left.value()->begin(TransactionMode::readonly, {}), kStore);
      if (!records.is_ok()) return records.status().to_string();
      const size_t count = records.value().pairs.size();
      if (count == 0 || count == kClearedRecords) continue;
      return std::to_string(count) + " records, event " + std::to_string(event);
    }
  }
  return {};
}

}  // namespace

// The second half is in a table of its own, the first half's holds the schema, too.
std::string lose_a_clear() {
  FaultyDisk disk;
  size_t first = 0;
  const auto make = [&]() -> Status {
    FLOWDB_ASSIGN_OR_RETURN(const auto database, open_half_filled(disk));
    FLOWDB_RETURN_IF_ERROR(fill_half(*database, 1000));
    FLOWDB_RETURN_IF_ERROR(database->engine().flush());
    first = disk.history().events.size();
    return clear_and_maintain(*database);
  };
  const Status status = make();
  disk.end_process();
  return status.is_ok() ? find_part_of_clear(disk, first) : status.to_string();
}

// Other records are written until the memtable waits for its flush. The second half is in it, or in
// a table, which that flush's commit removes.
std::string lose_a_clear_behind_a_full_memtable(bool is_in_table) {
  for (int others = 0; others < 100; ++others) {
    FaultyDisk disk;
    size_t first = 0;
    bool is_flushed = false;
    const auto make = [&]() -> Status {
      FLOWDB_ASSIGN_OR_RETURN(const auto database, open_half_filled(disk));
      FLOWDB_RETURN_IF_ERROR(fill_half(*database, 1000));
      if (is_in_table) FLOWDB_RETURN_IF_ERROR(database->engine().flush());
      const uint64_t flushes = database->engine().stats().flushes;
      for (int i = 0; i < others; ++i) {
        auto t = database->begin(TransactionMode::readwrite, Durability::strict);
        FLOWDB_RETURN_IF_ERROR(put(*t, kNumbers, number(i), std::string(100, 'x')));
        FLOWDB_RETURN_IF_ERROR(commit(*database, std::move(t)));
      }
      first = disk.history().events.size();
      FLOWDB_RETURN_IF_ERROR(clear_and_maintain(*database));
      is_flushed = database->engine().stats().flushes > flushes;
      return Status::ok();
    };
    const Status status = make();
    disk.end_process();
    if (!status.is_ok()) return status.to_string();
    if (is_flushed) return find_part_of_clear(disk, first);
  }
  return "no memtable was full";
}

}  // namespace flowdb
