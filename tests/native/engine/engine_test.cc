// Engine as its users see it: what survives what, what compaction drops, what the counters say.
#include "engine/engine.h"

#include <gtest/gtest.h>

#include "engine/test_engine.h"

namespace flowdb {
namespace {

class EngineTest : public testing::Test {
 protected:
  void put(std::string_view key, std::string_view value, int64_t expire_at = kNeverExpires) {
    WriteBatch batch;
    batch.put(key, value, 0, expire_at);
    expect_ok(engine_->write(batch, Durability::relaxed));
  }
  void remove(std::string_view key) {
    WriteBatch batch;
    batch.remove(key);
    expect_ok(engine_->write(batch, Durability::relaxed));
  }
  std::string get(std::string_view key) {
    std::string value;
    const Status status = engine_->get(key, {}, value);
    return status.is_ok() ? value : std::string(status_code_name(status.code()));
  }
  std::string keys(const ReadOptions& options = {}) {
    std::string all;
    auto iterator = engine_->new_iterator(options);
    for (iterator->seek_to_first(); iterator->valid(); iterator->next()) {
      all += std::string(iterator->key()) + " ";
    }
    expect_ok(iterator->status());
    return all;
  }
  void reopen() {
    engine_.reset();
    engine_ = stored_.open(tiny_options(7));
  }

  StoredDatabase stored_;
  std::unique_ptr<Engine> engine_ = stored_.open(tiny_options());
};

TEST_F(EngineTest, AnIteratorOutlivesFlushAndCompaction) {
  for (int i = 0; i < 300; ++i) put("key" + std::to_string(1000 + i), std::string(100, 'a'));
  auto iterator = engine_->new_iterator({});
  iterator->seek_to_first();
  int seen = 0;
  for (; iterator->valid(); iterator->next(), ++seen) {
    ASSERT_EQ(iterator->key(), "key" + std::to_string(1000 + seen));
    ASSERT_EQ(iterator->value(), std::string(100, 'a'));
    if (seen == 50) expect_ok(engine_->flush());
    if (seen == 100) {
      for (int i = 0; i < 300; ++i) put("key" + std::to_string(1000 + i), "new");
      expect_ok(engine_->compact_all());
    }
    if (seen == 150) {
      for (int i = 0; i < 300; ++i) remove("key" + std::to_string(1000 + i));
      expect_ok(engine_->compact_all());
      EXPECT_EQ(engine_->stats().tables, 0u);
    }
  }
  expect_ok(iterator->status());
  EXPECT_EQ(seen, 300);
}

TEST_F(EngineTest, CompactionDropsRemovedAndExpiredRecordsAndTheirRemovals) {
  put("a", "1");
  put("b", "1", 500'000);  // expired by the tests' clock
  put("c", "1");
  expect_ok(engine_->compact_all());
  remove("a");
  expect_ok(engine_->compact_all());
  EXPECT_EQ(keys(), "c ");
  remove("c");
  expect_ok(engine_->compact_all());
  EXPECT_EQ(engine_->stats().tables, 0u);
  reopen();
  EXPECT_EQ(keys(), "");
}

TEST_F(EngineTest, APinKeepsWhatItSeesThroughCompaction) {
  put("a", "old");
  put("b", "old");
  ReadOptions pinned;
  pinned.snapshot = engine_->pin_snapshot();
  put("a", "new");
  remove("b");
  expect_ok(engine_->compact_all());
  EXPECT_EQ(keys(pinned), "a b ");
  EXPECT_EQ(keys(), "a ");
  std::string value;
  expect_ok(engine_->get("a", pinned, value));
  EXPECT_EQ(value, "old");
  engine_->unpin_snapshot(pinned.snapshot);
  expect_ok(engine_->compact_all());
  EXPECT_EQ(keys(), "a ");
}

TEST_F(EngineTest, TheDropFilterDropsWhatNothingRefersTo) {
  for (const char* key : {"1a", "1b", "2a", "2b", "3a"}) put(key, "v");
  expect_ok(engine_->compact_all());
  engine_->set_drop_filter([](std::string_view key) { return fate_of(key, "2", "3"); });
  EXPECT_EQ(keys(), "1a 1b 2a 2b 3a ");
  expect_ok(engine_->compact_all());
  EXPECT_EQ(keys(), "1a 1b 3a ");
}

TEST_F(EngineTest, AFlushPassesOverWhatTheDropFilterDrops) {
  engine_.reset();
  stored_ = {};
  engine_ = stored_.open();
  const std::string value(100, 'v');
  for (int i = 100; i < 200; ++i) put("1" + std::to_string(i), value);
  for (int i = 100; i < 200; ++i) put("2" + std::to_string(i), value);
  put("3a", value);
  size_t asked = 0;
  engine_->set_drop_filter([&](std::string_view key) {
    ++asked;
    return fate_of(key, "2", "3");
  });
  expect_ok(engine_->flush());
  const std::string left = keys();
  EXPECT_EQ(left.size(), 100 * 5 + 3u);
  EXPECT_NE(left.find("1199 3a "), std::string::npos);
  EXPECT_EQ(asked, 3u) << "not once for each record";
  put("2300", value);
  expect_ok(engine_->flush());
  EXPECT_EQ(keys(), left);
}

TEST_F(EngineTest, AFlushRemovesDeadTablesWithItsCommit) {
  put("2a", "v");
  expect_ok(engine_->flush());
  put("3a", "v");
  expect_ok(engine_->flush());
  engine_->set_drop_filter([](std::string_view key) { return fate_of(key, "2", "3"); });
  put("1a", "v");
  expect_ok(engine_->flush());
  EXPECT_EQ(engine_->stats().tables, 2u);
  EXPECT_EQ(keys(), "1a 3a ");
}

TEST_F(EngineTest, ButNotWhatACompactionReads) {
  engine_.reset();
  stored_ = {};
  EngineOptions options = test_options();
  options.level0_tables_max = 2;
  engine_ = stored_.open(options);
  for (int table = 0; table < 2; ++table) {
    for (int i = 1000; i < 2000; ++i) put("2" + std::to_string(i), std::string(300, 'v'));
    expect_ok(engine_->flush());
  }
  const uint64_t before = engine_->stats().tables;
  for (int slices = 0; slices < 5; ++slices) ASSERT_TRUE(engine_->maintain(0).value());
  engine_->set_drop_filter([](std::string_view key) { return fate_of(key, "2", "3"); });
  put("1a", "v");
  expect_ok(engine_->flush());
  EXPECT_EQ(engine_->stats().tables, before + 1);
  while (engine_->maintain(0).value()) {
  }
  EXPECT_EQ(engine_->stats().compactions, 1u);
  EXPECT_EQ(engine_->stats().tables, 1u);
  EXPECT_EQ(keys(), "1a ");
}

TEST_F(EngineTest, ALogIsFlushedForWhatAFlushDropsBeforeItIsClosed) {
  bool is_dead = false;
  engine_->set_drop_filter(
      [&](std::string_view key) { return is_dead ? fate_of(key, "2", "3") : KeyFate(); });
  for (int i = 0; engine_->stats().memtable_bytes < tiny_options().memtable_bytes_max; ++i) {
    put("2" + std::to_string(i), std::string(100, 'v'));
  }
  for (const char* key : {"1", "2"}) put(key, "is in the next memtable");
  is_dead = true;
  expect_ok(engine_->close());
  reopen();
  EXPECT_EQ(keys(), "1 ");
}

// In blocks and tables of their own, beside newer records of the same keys, and of others.
TEST_F(EngineTest, ACompactionPassesOverWhatTheDropFilterDrops) {
  const auto fill = [&](const char* prefixes, const std::string& value) {
    for (const char* prefix = prefixes; *prefix != 0; ++prefix) {
      for (int i = 1000; i < 3000; ++i) put(*prefix + std::to_string(i), value + std::to_string(i));
    }
    expect_ok(engine_->flush());
  };
  fill("abcdef", std::string(300, 'v'));
  expect_ok(engine_->compact_all());
  fill("bdf", "new");
  fill("ce", "new");
  uint64_t dropped = 0;
  engine_->set_drop_filter([&](std::string_view key) {
    const KeyFate fate = key < "d" ? fate_of(key, "b", "d") : fate_of(key, "f", "g");
    if (fate.is_dead) ++dropped;
    return fate;
  });
  expect_ok(engine_->compact_all());
  std::string expected;
  for (const char prefix : {'a', 'd', 'e'}) {
    for (int i = 1000; i < 3000; ++i) expected += prefix + std::to_string(i) + ' ';
  }
  EXPECT_EQ(keys(), expected);
  EXPECT_LT(dropped, 20u) << "of 10000 records";
  std::string value;
  expect_ok(engine_->get("d2000", {}, value));
  EXPECT_EQ(value, "new2000");
  EXPECT_TRUE(engine_->verify().empty());
}

TEST_F(EngineTest, WritesGoOnWhileACompactionIsUnderWay) {
  for (int i = 0; i < 8000; ++i) put("key" + std::to_string(i), std::string(1000, 'a'));
  expect_ok(engine_->flush());
  bool more = true;
  int slices = 0;
  for (int i = 0; more && i < 100'000; ++i) {
    const Result<bool> pending = engine_->maintain(0);
    expect_ok(pending.status());
    more = pending.value();
    ++slices;
    if (i < 20) put("key0", "new" + std::to_string(i));
    if (i < 20 && i % 5 == 0) expect_ok(engine_->flush());
  }
  EXPECT_FALSE(more);
  EXPECT_GT(slices, 20);
  EXPECT_GT(engine_->stats().compactions, 0u);
  EXPECT_EQ(get("key0"), "new19");
  EXPECT_EQ(get("key3999"), std::string(1000, 'a'));
  reopen();
  EXPECT_EQ(get("key0"), "new19");
  EXPECT_EQ(get("key3999"), std::string(1000, 'a'));
}

TEST_F(EngineTest, WritersHoldLevel0InBoundsByThemselves) {
  for (int i = 0; i < 5000; ++i) put("key" + std::to_string(i % 700), std::string(100, 'a'));
  EXPECT_GT(engine_->stats().compactions, 0u);
  EXPECT_LT(engine_->stats().tables, 60u);
}

TEST_F(EngineTest, BigValuesAndBigBatches) {
  const std::string big(3'000'000, 'B');
  put("big", big);  // more than the log takes
  EXPECT_EQ(get("big"), big);
  WriteBatch batch;
  for (int i = 0; i < 5000; ++i) batch.put("key" + std::to_string(i), std::string(50, 'v'));
  batch.put("key7", "last");
  batch.remove("key8");
  expect_ok(engine_->write(batch, Durability::relaxed));
  EXPECT_EQ(get("key7"), "last");
  EXPECT_EQ(get("key8"), "not_found");
  put("key9", "after");
  reopen();
  EXPECT_EQ(get("big"), big);
  EXPECT_EQ(get("key7"), "last");
  EXPECT_EQ(get("key8"), "not_found");
  EXPECT_EQ(get("key9"), "after");
  expect_ok(engine_->compact_all());
  EXPECT_EQ(get("big"), big);
}

TEST_F(EngineTest, ABigCommitIsNewerThanWhatTheMemtableHeld) {
  put("a", "memtable");
  Memtable first;
  first.insert({"a", "first", 0, kNeverExpires, 1, RecordKind::put});
  Memtable second;
  const std::string big(100'000, 'B');
  second.insert({"a", "second", 0, kNeverExpires, 1, RecordKind::put});
  second.insert({"b", big, 0, kNeverExpires, 1, RecordKind::put});
  second.insert({"c", {}, 0, kNeverExpires, 1, RecordKind::remove});
  expect_ok(engine_->write_overlays({&first, &second}, Durability::strict));
  EXPECT_EQ(get("a"), "second");
  EXPECT_EQ(get("b"), big);
  reopen();
  EXPECT_EQ(get("a"), "second");
  put("a", "after");
  EXPECT_EQ(get("a"), "after");
  reopen();
  EXPECT_EQ(get("a"), "after");
}

TEST_F(EngineTest, EmptyBatchesAndOverlaysAreNothing) {
  const WriteBatch empty;
  const Memtable overlay;
  expect_ok(engine_->write({&empty, &empty}, Durability::strict));
  expect_ok(engine_->write_overlays({&overlay}, Durability::strict));
  expect_ok(engine_->write(std::vector<const WriteBatch*>(), Durability::strict));
  expect_ok(engine_->flush());
  expect_ok(engine_->compact_all());
  EXPECT_EQ(engine_->stats().log_writes, 0u);
  EXPECT_EQ(engine_->stats().flushes, 0u);
}

TEST_F(EngineTest, AGroupIsOneWriteAndOneFlush) {
  std::vector<WriteBatch> batches(20);
  std::vector<const WriteBatch*> pointers;
  for (WriteBatch& batch : batches) {
    batch.put("key" + std::to_string(pointers.size()), "v");
    pointers.push_back(&batch);
  }
  expect_ok(engine_->write(pointers, Durability::strict));
  EXPECT_EQ(engine_->stats().log_writes, 1u);
  EXPECT_EQ(engine_->stats().log_syncs, 1u);
  expect_ok(engine_->write(pointers, Durability::relaxed));
  EXPECT_EQ(engine_->stats().log_writes, 2u);
  EXPECT_EQ(engine_->stats().log_syncs, 1u);
  reopen();
  EXPECT_EQ(engine_->stats().recovered_batches, 40u);
}

TEST_F(EngineTest, CloseLeavesNothingInTheLogAndEndsTheEngine) {
  put("a", "1");
  expect_ok(engine_->close());
  EXPECT_EQ(stored_.log->size(), 4096u);
  WriteBatch batch;
  batch.put("b", "2");
  EXPECT_EQ(engine_->write(batch, Durability::relaxed).code(), StatusCode::closed);
  EXPECT_EQ(engine_->flush().code(), StatusCode::closed);
  EXPECT_EQ(engine_->maintain(0).status().code(), StatusCode::closed);
  EXPECT_EQ(engine_->compact_all().code(), StatusCode::closed);
  EXPECT_EQ(engine_->close().code(), StatusCode::closed);
  reopen();
  EXPECT_EQ(engine_->stats().recovered_batches, 0u);
  EXPECT_EQ(get("a"), "1");
}

TEST_F(EngineTest, AClosedDatabaseThatWasOnlyReadIsNotWrittenAgain) {
  put("a", "1");
  expect_ok(engine_->close());
  reopen();
  EXPECT_EQ(get("a"), "1");
  const size_t bytes = stored_.container->size();
  expect_ok(engine_->close());
  EXPECT_EQ(stored_.container->size(), bytes);
  reopen();
  EXPECT_EQ(get("a"), "1");
}

TEST_F(EngineTest, ADatabaseThatIsBeingDeletedIsNotOpened) {
  expect_ok(engine_->storage().mark_deleted());
  engine_.reset();
  EXPECT_EQ(stored_.try_open(tiny_options()).status().code(), StatusCode::not_found);
}

TEST_F(EngineTest, EachOpeningRaisesTheEpoch) {
  const uint64_t before = engine_->storage().epoch();
  reopen();
  EXPECT_EQ(engine_->storage().epoch(), before + 1);
}

}  // namespace
}  // namespace flowdb
