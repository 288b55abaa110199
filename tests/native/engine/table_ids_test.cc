// The id of a table is never another one's, however many tables go, the last of all included, and
// whether the database was closed or killed meanwhile.
#include <gtest/gtest.h>

#include <map>

#include "engine/test_engine.h"

namespace flowdb {
namespace {

using Tables = std::map<uint32_t, TableLocation>;

class TableIdsTest : public testing::Test {
 protected:
  void run(uint64_t seed, int steps) {
    random_.seed(seed);
    open();
    for (int i = 0; i < steps && !HasFailure(); ++i) {
      step();
      note();
    }
  }
  size_t ids() const { return seen_.size(); }
  int emptied() const { return emptied_; }

 private:
  size_t below(size_t n) { return static_cast<size_t>(random_() % n); }
  std::string key() { return "k" + std::to_string(below(300)); }

  void open() {
    engine_ = stored_.open(tiny_options(random_()));
    ASSERT_NE(engine_, nullptr);
    note();
  }
  void step() {
    switch (below(8)) {
      case 0:
        return expect_ok(engine_->flush());
      case 1:
        return expect_ok(engine_->maintain(0).status());
      case 2:
        return expect_ok(engine_->compact_all());
      case 3:
        return remove_all();
      case 4:
        expect_ok(engine_->close());
        engine_.reset();
        return open();
      case 5: {
        StoredDatabase killed = stored_.copy();
        engine_.reset();
        stored_ = std::move(killed);
        return open();
      }
      default:
        return write();
    }
  }
  void write() {
    WriteBatch batch;
    for (int i = 0; i < 20; ++i) batch.put(key(), std::string(200, static_cast<char>(random_())));
    batch.remove(key());
    expect_ok(engine_->write(batch, Durability::relaxed));
  }
  // Half of the time no table is left.
  void remove_all() {
    WriteBatch batch;
    for (int i = 0; i < 300; ++i) batch.remove("k" + std::to_string(i));
    expect_ok(engine_->write(batch, Durability::relaxed));
    if (below(2) == 0) return;
    expect_ok(engine_->compact_all());
    note();
    if (live_.empty()) ++emptied_;
  }
  void note() {
    const Tables& now = engine_->storage().tables();
    for (const auto& [id, location] : now) {
      const auto [seen, is_new] = seen_.emplace(id, location);
      EXPECT_TRUE(is_new || live_.count(id) != 0) << "table " << id << " was gone";
      EXPECT_EQ(seen->second.offset, location.offset) << "table " << id;
      EXPECT_EQ(seen->second.length, location.length) << "table " << id;
    }
    live_ = now;
  }

  std::mt19937_64 random_;
  StoredDatabase stored_;
  std::unique_ptr<Engine> engine_;
  Tables live_;
  Tables seen_;  // all that were ever live
  int emptied_ = 0;
};

TEST_F(TableIdsTest, AreNeverUsedAgain) {
  run(1, 4000);
  EXPECT_GT(ids(), 500u);
  EXPECT_GT(emptied(), 50);
}

}  // namespace
}  // namespace flowdb
