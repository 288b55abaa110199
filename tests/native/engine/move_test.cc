// Tables that go down from level 0 as they are (a trivial move), or need not begin there: nothing
// is read or written for it, and no older version comes to lie above a newer one.
#include <gtest/gtest.h>

#include <cstdio>
#include <map>
#include <set>

#include "engine/manifest.h"
#include "engine/spill.h"
#include "engine/test_engine.h"

namespace flowdb {
namespace {

constexpr int kPages = 12;
constexpr int kKeys = 16;  // of a page

std::string key_of(int page, int n) {
  char key[16];
  std::snprintf(key, sizeof key, "%02d.%02d", page, n);
  return key;
}

// A database whose commits each stay within a page of keys, so that most tables meet few others.
class MoveTest : public testing::TestWithParam<uint64_t> {
 protected:
  struct Value {
    std::string bytes;
    int64_t expire_at = kNeverExpires;
  };
  using Model = std::map<std::string, Value>;

  EngineOptions options(uint64_t opening) {
    EngineOptions result = tiny_options(opening);
    // A table of 1 KiB can be moved.
    result.table_bytes_max = result.log_extent_bytes_max = 4 << 10;
    result.now_us = [this] { return now_us_; };
    return result;
  }
  int below(int n) { return static_cast<int>(random_() % static_cast<uint64_t>(n)); }

  Value new_value() {
    Value value;
    value.bytes.resize(static_cast<size_t>(20 + below(200)));
    for (char& c : value.bytes) c = static_cast<char>(random_());
    if (below(8) == 0) value.expire_at = now_us_ + below(100);
    return value;
  }
  // In one page; sometimes the whole page goes before.
  void write() {
    const int page = below(kPages);
    WriteBatch batch;
    if (below(8) == 0) {
      batch.remove_range(key_of(page, 0), key_of(page + 1, 0));
      model_.erase(model_.lower_bound(key_of(page, 0)), model_.lower_bound(key_of(page + 1, 0)));
    }
    for (int n = 0; n < kKeys; ++n) {
      if (below(3) == 0) continue;
      const std::string key = key_of(page, n);
      if (below(6) == 0) {
        batch.remove(key);
        model_.erase(key);
      } else {
        model_[key] = new_value();
        batch.put(key, model_[key].bytes, 0, model_[key].expire_at);
      }
    }
    expect_ok(engine_->write(batch, Durability::relaxed));
  }
  // The same past the log, in tables that are given their sequence number by the commit; between
  // them another commit is made.
  void spill() {
    const int page = below(kPages);
    std::map<std::string, Value> written;
    for (int n = 0; n < kKeys; n += 1 + below(3)) written[key_of(page, n)] = new_value();
    Spill spill;
    Memtable overlay;
    for (const auto& [key, value] : written) {
      Record record;
      record.key = key;
      record.value = value.bytes;
      record.expire_at = value.expire_at;
      record.sequence = 1;
      overlay.insert(record);
    }
    expect_ok(engine_->spill(overlay, spill));
    write();
    maintain();
    expect_ok(engine_->write_spill(spill));
    for (const auto& [key, value] : written) model_[key] = value;
  }

  std::map<uint32_t, int> levels() {
    std::map<uint32_t, int> found;
    const auto manifest = Manifest::decode(engine_->storage().manifest(), "flow.db");
    if (!manifest.is_ok()) return found;  // there is none yet
    for (const TableMeta& table : manifest.value().tables) found[table.id] = table.level;
    return found;
  }
  void maintain() {
    const std::map<uint32_t, int> before = levels();
    const Result<bool> more = engine_->maintain(0);
    expect_ok(more.status());
    is_busy_ = more.is_ok() && more.value();
    for (const auto& [id, level] : levels()) {
      const auto at = before.find(id);
      if (at != before.end() && at->second == 0 && level > 0) ++moves_;
    }
  }

  void flush() {
    const std::map<uint32_t, int> before = levels();
    expect_ok(engine_->flush());
    // Else it may be a compaction's.
    if (is_busy_) return;
    for (const auto& [id, level] : levels()) placed_ += before.count(id) == 0 && level > 0;
  }

  void expect_content(Engine& engine, const Model& model, uint64_t snapshot = UINT64_MAX) {
    ReadOptions read;
    read.snapshot = snapshot;
    const auto iterator = engine.new_iterator(read);
    iterator->seek_to_first();
    for (int page = 0; page < kPages; ++page) {
      for (int n = 0; n < kKeys; ++n) {
        const std::string key = key_of(page, n);
        const auto expected = model.find(key);
        const bool there = expected != model.end() && expected->second.expire_at > now_us_;
        std::string value;
        const Status status = engine.get(key, read, value);
        ASSERT_EQ(status.is_ok(), there) << key << ": " << status.to_string();
        if (!there) continue;
        ASSERT_EQ(value, expected->second.bytes) << key;
        ASSERT_TRUE(iterator->valid()) << key;
        ASSERT_EQ(iterator->key(), key);
        ASSERT_EQ(iterator->value(), value) << key;
        iterator->next();
      }
    }
    expect_ok(iterator->status());
    ASSERT_FALSE(iterator->valid());
  }

  int64_t now_us_ = 1'000'000;
  std::mt19937_64 random_{GetParam()};
  StoredDatabase stored_;
  std::unique_ptr<Engine> engine_ = stored_.open(options(0));
  Model model_;
  bool is_busy_ = false;  // when maintenance was last asked
  int moves_ = 0;
  int placed_ = 0;  // at once
};

TEST_P(MoveTest, TheNewestVersionIsFoundAtEachStep) {
  uint64_t pinned = engine_->pin_snapshot();
  Model pinned_model;
  int flushes_when_busy = 0;
  uint64_t compactions = 0;
  for (int round = 1; round <= 400; ++round) {
    now_us_ += below(4);
    below(6) == 0 ? spill() : write();
    if (below(3) > 0) {
      flushes_when_busy += is_busy_;
      flush();
    }
    for (int steps = below(25); steps > 0; --steps) maintain();
    if (round % 20 == 0) {
      engine_->unpin_snapshot(pinned);
      pinned = engine_->pin_snapshot();
      pinned_model = model_;
    }
    SCOPED_TRACE("round " + std::to_string(round));
    ASSERT_NO_FATAL_FAILURE(expect_content(*engine_, model_));
    ASSERT_NO_FATAL_FAILURE(expect_content(*engine_, pinned_model, pinned));
    if (round % 10 != 0) continue;
    ASSERT_NO_FATAL_FAILURE(expect_content(*stored_.copy().open(options(1000)), model_));
    if (round % 50 != 0) continue;
    compactions += engine_->stats().compactions;
    engine_.reset();
    engine_ = stored_.open(options(static_cast<uint64_t>(round)));
    pinned = engine_->pin_snapshot();
    pinned_model = model_;
  }
  engine_->unpin_snapshot(pinned);
  EXPECT_GT(moves_, 0);
  EXPECT_GT(placed_, 15);
  EXPECT_GT(compactions, 20u);
  EXPECT_GT(flushes_when_busy, 20);
}

// Beside the tables that a compaction reads, of the same level.
TEST(UntouchedTablesTest, StayAsTheyAre) {
  EngineOptions options = tiny_options();
  options.table_bytes_max = 4 << 10;
  options.level1_bytes_max = 1 << 20;
  StoredDatabase stored;
  const auto engine = stored.open(options);
  std::mt19937_64 random(1);
  std::map<std::string, std::string> model;
  const auto put = [&](int page, int n) {
    std::string& value = model[key_of(page, n)];
    value.resize(200);
    for (char& c : value) c = static_cast<char>(random());
    WriteBatch batch;
    batch.put(key_of(page, n), value);
    expect_ok(engine->write(batch, Durability::relaxed));
  };
  for (int page = 0; page < 30; ++page) {
    for (int n = 0; n < kKeys; ++n) put(page, n);
  }
  expect_ok(engine->compact_all());
  const auto tables = [&] {
    std::set<uint32_t> found;
    const auto manifest = Manifest::decode(engine->storage().manifest(), "flow.db");
    for (const TableMeta& table : manifest.value().tables) found.insert(table.id);
    return found;
  };
  const std::set<uint32_t> before = tables();
  ASSERT_GT(before.size(), 20u);
  const uint64_t compactions = engine->stats().compactions;

  // One is overwritten, one is removed, and one is new in front of all others.
  put(3, 3);
  expect_ok(engine->flush());
  WriteBatch batch;
  batch.remove(key_of(27, 3));
  model.erase(key_of(27, 3));
  expect_ok(engine->write(batch, Durability::relaxed));
  expect_ok(engine->flush());
  put(0, -1);
  expect_ok(engine->flush());
  while (engine->maintain(1'000'000).value()) {
  }
  ASSERT_EQ(engine->stats().compactions, compactions + 1);
  const std::set<uint32_t> after = tables();
  size_t stayed = 0;
  for (const uint32_t id : before) stayed += after.count(id);
  EXPECT_GE(stayed, before.size() - 3);
  EXPECT_LE(after.size(), before.size() + 3);

  const auto iterator = engine->new_iterator(ReadOptions());
  iterator->seek_to_first();
  for (const auto& [key, value] : model) {
    ASSERT_TRUE(iterator->valid());
    EXPECT_EQ(iterator->key(), key);
    EXPECT_EQ(iterator->value(), value);
    iterator->next();
  }
  EXPECT_FALSE(iterator->valid());
}

INSTANTIATE_TEST_SUITE_P(Seeds, MoveTest, testing::Range<uint64_t>(1, 9));

}  // namespace
}  // namespace flowdb
