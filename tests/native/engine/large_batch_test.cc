// Large batches: four of 1 MiB share an extent of the log, one alone fits where there is no room
// for two, and a few wait for no whole compaction.
#include <gtest/gtest.h>

#include <random>

#include "engine/capped_file.h"
#include "engine/test_engine.h"

namespace flowdb {
namespace {

// With the options that a browser uses.
class LargeBatch : public testing::Test {
 protected:
  LargeBatch() { open(); }
  // Without a close of what was open: its process has ended.
  void open() {
    engine_.reset();
    auto opened = Engine::open(std::make_unique<CappedFile>(container_, "flow.db", quota_),
                               std::make_unique<CappedFile>(log_, "flow.wal", quota_), options_);
    EXPECT_TRUE(opened.is_ok()) << opened.status().to_string();
    engine_ = std::move(opened).value();
  }
  Status put(const std::string& key, size_t bytes) {
    WriteBatch batch;
    batch.put(key, std::string(bytes, 'v'));
    return engine_->write(batch, Durability::relaxed);
  }

  // Behind a header: a large extent, and two of the least size.
  uint64_t log_bytes_max() const {
    return 4096 + 2 * options_.log_extent_bytes_max + 2 * options_.log_extent_bytes_min;
  }

  const EngineOptions options_ = test_options(1);
  std::shared_ptr<std::string> container_ = std::make_shared<std::string>();
  std::shared_ptr<std::string> log_ = std::make_shared<std::string>();
  std::shared_ptr<Quota> quota_ = std::make_shared<Quota>(Quota{UINT64_MAX, 0, 0});
  std::unique_ptr<Engine> engine_;
};

TEST_F(LargeBatch, FourShareAnExtent) {
  for (int i = 0; i < 12; ++i) expect_ok(put("key" + std::to_string(i), 1 << 20));
  for (bool more = true; more;) {
    const Result<bool> pending = engine_->maintain(1'000'000, Upkeep::due);
    expect_ok(pending.status());
    more = pending.is_ok() && pending.value();
  }
  EXPECT_EQ(engine_->stats().flushes, 2u);
}

// Two would take more than the room that a small database is allowed. The small ones that follow
// have smaller extents again.
TEST_F(LargeBatch, TheLogHasOneLargeExtentAtATime) {
  for (int i = 0; i < 40; ++i) {
    expect_ok(put("key" + std::to_string(i), 1 << 20));
    EXPECT_LE(engine_->stats().log_bytes, log_bytes_max()) << i;
    // Now and then all is flushed, and the log begins behind it.
    if (i % 7 == 3) expect_ok(engine_->maintain(INT64_MAX).status());
  }
  for (int i = 0; i < 200; ++i) {
    expect_ok(put("small" + std::to_string(i), 100'000));
    EXPECT_LE(engine_->stats().log_bytes, log_bytes_max()) << i;
  }
  EXPECT_LE(engine_->stats().log_bytes, 4096 + 2 * options_.log_extent_bytes_max);
}

// A new process knows of the extent that it goes on in only what is left of it.
TEST_F(LargeBatch, NorHasItTwoBehindAnOpening) {
  for (int i = 0; i < 24; ++i) {
    for (int k = 0; k < i % 5 + 1; ++k) expect_ok(put("key" + std::to_string(k), 1 << 20));
    if (i % 3 != 2) expect_ok(engine_->maintain(INT64_MAX).status());
    EXPECT_LE(engine_->stats().log_bytes, log_bytes_max()) << i;
    open();
  }
}

TEST_F(LargeBatch, NorBesideThoseOfOthers) {
  for (int round = 0; round < 12; ++round) {
    for (int i = 0; i < 6 + round; ++i) {
      expect_ok(put("key" + std::to_string(i), (round % 2 == 0 ? 515 : 1024) << 10));
      EXPECT_LE(engine_->stats().log_bytes, log_bytes_max()) << round << " " << i;
    }
    for (int i = 0; i < 5 * round; ++i) {
      expect_ok(put("small" + std::to_string(i), 100'000));
      EXPECT_LE(engine_->stats().log_bytes, log_bytes_max()) << round << " " << i;
    }
  }
}

// They leave much to compact.
TEST_F(LargeBatch, ManySmallRecordsHaveExtentsAsOthers) {
  for (int i = 0; i < 12; ++i) {
    WriteBatch batch;
    for (int k = 0; k < 1024; ++k) {
      batch.put("key" + std::to_string(1024 * i + k), std::string(1000, 'v'));
    }
    expect_ok(engine_->write(batch, Durability::relaxed));
    EXPECT_LE(engine_->stats().log_bytes, 4096 + 2 * options_.log_extent_bytes_max);
  }
  expect_ok(engine_->flush());
  EXPECT_GE(engine_->stats().flushes, 6u);
}

// In a database of 20 MiB they grow to two of the full size, and a flush each.
TEST_F(LargeBatch, SmallOnesHaveExtentsAsLongAsThereAreNoLarge) {
  std::mt19937_64 random(1);
  const auto write = [&](int batches) {
    for (int i = 0; i < batches; ++i) {
      WriteBatch batch;
      for (int k = 0; k < 10; ++k) {
        std::string value(10 << 10, '\0');
        for (char& c : value) c = static_cast<char>(random());
        batch.put("key" + std::to_string(random()), value);
      }
      const EngineStats before = engine_->stats();
      expect_ok(engine_->write(batch, Durability::relaxed));
      const EngineStats stats = engine_->stats();
      // Nobody waits for a flush while they grow.
      if (stats.log_bytes > before.log_bytes) {
        EXPECT_EQ(stats.flushes, before.flushes) << i;
      }
    }
    expect_ok(engine_->maintain(INT64_MAX).status());
  };
  write(200);
  // From the smallest on once more.
  expect_ok(engine_->close());
  open();
  write(200);
  EXPECT_LE(engine_->stats().flushes, 15u);
  EXPECT_GE(engine_->stats().log_bytes, uint64_t{4 << 20});
}

TEST_F(LargeBatch, OneFitsWhereTwoDoNot) {
  expect_ok(put("small", 100));
  const uint64_t log_bytes = engine_->stats().log_bytes;
  quota_->bytes_max = quota_->bytes + (5 << 18);
  expect_ok(put("large", 600 << 10));
  EXPECT_EQ(engine_->stats().log_bytes, log_bytes + (1 << 20));
  std::string value;
  expect_ok(engine_->get("large", {}, value));
  EXPECT_EQ(value.size(), size_t{600 << 10});
}

TEST_F(LargeBatch, OneThatFillsTheLargestExtentIsWritten) {
  const size_t bytes = (2 << 20) + (63 << 10);
  for (int i = 0; i < 3; ++i) expect_ok(put("key" + std::to_string(i), bytes));
  EXPECT_EQ(engine_->stats().log_writes, 3u);
  for (int i = 0; i < 3; ++i) {
    std::string value;
    expect_ok(engine_->get("key" + std::to_string(i), {}, value));
    EXPECT_EQ(value.size(), bytes);
  }
}

// What is pending waits for idleness, or for many such writes, each of which does a part of it.
TEST_F(LargeBatch, FewPayForNoWholeCompaction) {
  engine_->set_table_split("large", 6);
  std::mt19937_64 random(1);
  for (int round = 0; round < 3; ++round) {
    WriteBatch batch;
    for (int i = 0; i < 40'000; ++i) {
      std::string value(64, '\0');
      for (char& c : value) c = static_cast<char>(random());
      batch.put("key" + std::to_string(i), value);
    }
    expect_ok(engine_->write(batch, Durability::relaxed));
  }
  for (int i = 0; i < 4; ++i) expect_ok(put("large" + std::to_string(i), 1 << 20));
  EXPECT_EQ(engine_->stats().compactions, 0u);
  for (int i = 4; i < 24; ++i) expect_ok(put("large" + std::to_string(i), 1 << 20));
  EXPECT_GT(engine_->stats().compactions, 0u);
}

}  // namespace
}  // namespace flowdb
