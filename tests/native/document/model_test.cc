// Random operations on a store with a unique and a multi-entry index, each answer compared with a
// model; with commits, aborts and reopenings in between. A failure prints its seed.
#include <gtest/gtest.h>

#include <random>

#include "document/store_model.h"
#include "document/test_database.h"

namespace flowdb {
namespace {

constexpr uint32_t kStore = 1;
constexpr uint32_t kUnique = 2;
constexpr uint32_t kMulti = 3;

class ModelRun {
 public:
  ModelRun(uint32_t seed, size_t overlay_bytes_max) : random_(seed) {
    files_.overlay_bytes_max = overlay_bytes_max;
    for (int i = 0; i < 30; ++i) keys_.push_back(encode(random_key(random_)));
  }

  void run(int steps) {
    open();
    auto upgrade = std::move(database_->begin_upgrade(1)).value();
    ASSERT_TRUE(upgrade->create_store(kStore, R"("s")", "null", false).is_ok());
    ASSERT_TRUE(upgrade->create_index(kStore, kUnique, R"("u")", R"("u")", true, false).is_ok());
    ASSERT_TRUE(upgrade->create_index(kStore, kMulti, R"("m")", R"("m")", false, true).is_ok());
    ASSERT_TRUE(commit(*database_, std::move(upgrade)).is_ok());
    begin();
    for (int i = 0; i < steps && !testing::Test::HasFatalFailure(); ++i) step();
    transaction_.reset();
  }

 private:
  unsigned below(unsigned n) { return static_cast<unsigned>(random_() % n); }
  const std::string& any_key() { return keys_[below(static_cast<unsigned>(keys_.size()))]; }

  void open() {
    database_.reset();
    auto opened = files_.open();
    ASSERT_TRUE(opened.is_ok()) << opened.status().to_string();
    database_ = std::move(opened).value();
  }

  void begin() {
    transaction_ = database_->begin(TransactionMode::readwrite, Durability::relaxed);
    changed_ = committed_;
  }

  void step() {
    switch (below(24)) {
      case 0:
        return end();
      case 1:
        return remove_range();
      case 2:
        if (below(4) != 0) return;
        ASSERT_TRUE(transaction_->clear(kStore).is_ok());
        changed_.records.clear();
        return;
      case 3:
        ASSERT_TRUE(database_->engine().maintain(0).is_ok());
        return;
      case 4:
      case 5:
      case 6:
        return check_scan();
      case 7:
      case 8:
        return check_get();
      default:
        return put_one();
    }
  }

  void end() {
    if (below(3) == 0) {
      transaction_.reset();
    } else {
      ASSERT_TRUE(commit(*database_, std::move(transaction_)).is_ok());
      committed_ = changed_;
    }
    if (below(4) == 0) {
      ASSERT_TRUE(database_->engine().flush().is_ok());
    }
    if (below(4) == 0) open();
    begin();
  }

  void put_one() {
    const std::string& key = any_key();
    IndexKeys index_keys;
    if (below(2) == 0) index_keys.emplace_back(kUnique, any_key());
    for (unsigned left = below(4); left > 0; --left) index_keys.emplace_back(kMulti, any_key());
    const bool overwrite = below(4) != 0;
    const std::string value = std::to_string(++values_);
    const Status status = put(*transaction_, kStore, key, value, index_keys, overwrite);
    const bool refused = (!overwrite && changed_.records.count(key) != 0) ||
                         changed_.violates({kUnique}, key, index_keys);
    ASSERT_EQ(status.code(), refused ? StatusCode::constraint : StatusCode::ok)
        << status.to_string();
    if (!refused) changed_.records[key] = {value, index_keys};
  }

  KeyRange any_range() {
    if (below(3) == 0) return {};
    if (below(3) == 0) return KeyRange::only(any_key());
    KeyRange range;
    if (below(3) != 0) range.lower = any_key();
    if (below(3) != 0) range.upper = any_key();
    range.lower_open = below(2) == 0;
    range.upper_open = below(2) == 0;
    return range;
  }

  void remove_range() {
    const KeyRange range = any_range();
    if (!range.lower && !range.upper && below(4) != 0) return;
    ASSERT_TRUE(transaction_->remove(kStore, range).is_ok());
    for (auto it = changed_.records.begin(); it != changed_.records.end();) {
      it = StoreModel::contains(range, it->first) ? changed_.records.erase(it) : std::next(it);
    }
  }

  void check_scan() {
    const uint32_t source = 1 + below(3);
    const uint32_t index = source == kStore ? 0 : source;
    ScanRequest request;
    request.source = source;
    request.range = any_range();
    request.direction = static_cast<Direction>(below(4));
    request.position = static_cast<Position>(below(4));
    request.key = any_key();
    request.primary_key = any_key();
    request.skip = below(3) == 0 ? below(4) : 0;
    const std::vector<ModelPair> all = changed_.scan(index, request);
    const size_t limit = below(2) == 0 ? SIZE_MAX : 1 + below(5);
    ListSink sink(limit);
    const auto done = transaction_->scan(request, sink);
    ASSERT_TRUE(done.is_ok()) << done.status().to_string();
    ASSERT_EQ(done.value(), all.size() <= limit);
    ASSERT_EQ(sink.pairs.size(), std::min(limit, all.size()));
    std::string values;
    for (size_t i = 0; i < sink.pairs.size(); ++i) {
      ASSERT_EQ(sink.pairs[i], all[i]) << "entry " << i;
      values += changed_.records.at(all[i].second).value + " ";
    }
    ASSERT_EQ(sink.values, values);

    ScanRequest counted;
    counted.range = request.range;
    ASSERT_EQ(count(*transaction_, source, request.range), changed_.scan(index, counted).size());
  }

  void check_get() {
    const std::string& key = any_key();
    const auto record = changed_.records.find(key);
    const std::string expected = record == changed_.records.end() ? "-" : record->second.value;
    ASSERT_EQ(get(*transaction_, kStore, key), expected);
    ScanRequest first;
    first.range = KeyRange::only(key);
    const auto found = changed_.scan(kMulti, first);
    ASSERT_EQ(get(*transaction_, kMulti, key),
              found.empty() ? "-" : changed_.records.at(found[0].second).value);
  }

  std::mt19937 random_;
  std::vector<std::string> keys_;
  TestFiles files_;
  std::unique_ptr<Database> database_;
  std::unique_ptr<Transaction> transaction_;
  StoreModel committed_;
  StoreModel changed_;
  uint64_t values_ = 0;
};

TEST(Model, AnswersAreThoseOfTheModel) {
  for (uint32_t seed = 1; seed <= 40 && !testing::Test::HasFatalFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    ModelRun(seed, 8 << 20).run(1500);
  }
}

// Nearly every write finds that memory is short.
TEST(Model, SoTheyAreWhenTransactionsSpill) {
  for (uint32_t seed = 1; seed <= 20 && !testing::Test::HasFatalFailure(); ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    ModelRun(seed, 4 << 10).run(1500);
  }
}

}  // namespace
}  // namespace flowdb
