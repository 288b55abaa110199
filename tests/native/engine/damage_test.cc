// Files that are not as the engine left them: foreign, cut, flipped bits in every region, one of
// them missing. Opening and reading gives the right data, a documented loss of the log's end, or an
// error that names the file; never wrong data.
#include <gtest/gtest.h>

#include "engine/test_engine.h"

namespace flowdb {
namespace {

constexpr uint64_t kBatches = 30;
// From one flipped bit to the next: small enough to meet every field of every record's header.
constexpr size_t kStride = 5;

std::string value_of(uint64_t n) { return std::to_string(n) + std::string(60, 'v'); }

// Batch n puts "key<n>" and "twin<n>"; the first two thirds of the batches stand in tables, the
// rest in the log.
StoredDatabase some_database() {
  StoredDatabase stored;
  auto engine = stored.open(tiny_options());
  for (uint64_t n = 1; n <= kBatches; ++n) {
    WriteBatch batch;
    batch.put("key" + std::to_string(n), value_of(n));
    batch.put("twin" + std::to_string(n), value_of(n));
    expect_ok(engine->write(batch, Durability::relaxed));
    if (n == kBatches / 3) expect_ok(engine->compact_all());
    if (n == 2 * kBatches / 3) expect_ok(engine->flush());
  }
  // Not closed: the log is needed.
  return stored.copy();
}

// Reads everything both ways. Result: how many batches there are, all whole.
Result<uint64_t> read_all(const StoredDatabase& stored) {
  FLOWDB_ASSIGN_OR_RETURN(const auto engine, stored.try_open(tiny_options()));
  uint64_t batches = 0;
  std::string value;
  for (uint64_t n = 1; n <= kBatches; ++n) {
    bool found[2];
    for (const bool twin : {false, true}) {
      const Status status = engine->get((twin ? "twin" : "key") + std::to_string(n), {}, value);
      found[twin] = status.is_ok();
      if (found[twin]) {
        EXPECT_EQ(value, value_of(n));
      } else if (!status.is(StatusCode::not_found)) {
        return status;
      }
    }
    EXPECT_EQ(found[0], found[1]) << "batch " << n << " is torn";
    if (found[0]) {
      EXPECT_EQ(batches, n - 1) << "a hole before batch " << n;
      batches = n;
    }
  }
  uint64_t records = 0;
  auto iterator = engine->new_iterator({});
  for (iterator->seek_to_first(); iterator->valid(); iterator->next()) ++records;
  FLOWDB_RETURN_IF_ERROR(iterator->status());
  for (iterator->seek_to_last(); iterator->valid(); iterator->prev()) --records;
  FLOWDB_RETURN_IF_ERROR(iterator->status());
  EXPECT_EQ(records, 0u);
  return batches;
}

// `batches_min`: fewer would be a loss that nothing documents.
void expect_error_or_data(const StoredDatabase& stored, uint64_t batches_min) {
  const Result<uint64_t> batches = read_all(stored);
  if (batches.is_ok()) {
    EXPECT_GE(batches.value(), batches_min);
    return;
  }
  EXPECT_TRUE(batches.status().is(StatusCode::corruption) ||
              batches.status().is(StatusCode::unsupported))
      << batches.status().to_string();
  EXPECT_NE(batches.status().message().find("flow."), std::string::npos)
      << batches.status().to_string();
}

TEST(DamageTest, TheDatabaseItselfIsWhole) {
  EXPECT_EQ(read_all(some_database()).value(), kBatches);
}

TEST(DamageTest, AFlippedBitAnywhereInTheContainer) {
  const StoredDatabase whole = some_database();
  for (size_t at = 0; at < whole.container->size() && !testing::Test::HasFailure(); at += kStride) {
    SCOPED_TRACE(at);
    const StoredDatabase damaged = whole.copy();
    (*damaged.container)[at] = static_cast<char>((*damaged.container)[at] ^ (1 << (at % 8)));
    // What is in the tables was committed by checkpoints; what is in the log follows them.
    expect_error_or_data(damaged, kBatches);
  }
}

TEST(DamageTest, AFlippedBitAnywhereInTheLog) {
  const StoredDatabase whole = some_database();
  bool lost = false;
  for (size_t at = 0; at < whole.log->size() && !testing::Test::HasFailure(); at += kStride) {
    SCOPED_TRACE(at);
    const StoredDatabase damaged = whole.copy();
    (*damaged.log)[at] = static_cast<char>((*damaged.log)[at] ^ (1 << (at % 8)));
    // The log ends at the first frame that does not hold: what stands in the tables stays.
    expect_error_or_data(damaged, 2 * kBatches / 3);
    const Result<uint64_t> batches = read_all(damaged);
    lost = lost || (batches.is_ok() && batches.value() < kBatches);
  }
  EXPECT_TRUE(lost) << "no bit of a frame was flipped";
}

TEST(DamageTest, EitherFileCutAnywhere) {
  const StoredDatabase whole = some_database();
  for (const bool cut_log : {false, true}) {
    const size_t size = cut_log ? whole.log->size() : whole.container->size();
    for (size_t length = 0; length < size; length += 509) {
      SCOPED_TRACE(length);
      const StoredDatabase damaged = whole.copy();
      (cut_log ? damaged.log : damaged.container)->resize(length);
      const Result<uint64_t> batches = read_all(damaged);
      if (!cut_log) {
        ASSERT_FALSE(batches.is_ok()) << "a cut container was opened";
      }
      expect_error_or_data(damaged, 2 * kBatches / 3);
    }
  }
}

TEST(DamageTest, AMissingContainerWithCommitsInTheLogIsAnError) {
  for (const size_t left : {0, 1, 100, 4095}) {
    const StoredDatabase stored = some_database();
    stored.container->resize(left);
    const Status status = stored.try_open(tiny_options()).status();
    EXPECT_EQ(status.code(), StatusCode::corruption) << status.to_string();
    EXPECT_NE(status.message().find("flow.db"), std::string::npos);
    EXPECT_EQ(stored.container->size(), left) << "the evidence was changed";
  }
}

TEST(DamageTest, AMissingLogIsAnErrorWhenItHeldCommits) {
  StoredDatabase stored = some_database();
  stored.log->clear();
  EXPECT_EQ(read_all(stored).status().code(), StatusCode::corruption);
  // After a clean close nothing is lost with it.
  stored = some_database();
  expect_ok(stored.open(tiny_options())->close());
  stored.log->clear();
  EXPECT_EQ(read_all(stored).value(), kBatches);
}

TEST(DamageTest, ATornCreationIsCreatedAgain) {
  StoredDatabase stored;
  stored.container->assign("FLOWDB01", 5);
  EXPECT_EQ(read_all(stored).value(), 0u);
}

TEST(DamageTest, NoContainer) {
  StoredDatabase stored;
  stored.container->assign(10'000, 'x');
  EXPECT_EQ(stored.try_open().status().code(), StatusCode::corruption);
  stored.container->assign("short");
  EXPECT_EQ(stored.try_open().status().code(), StatusCode::corruption);
  stored.container->clear();
  stored.log->assign(10'000, 'x');
  EXPECT_EQ(stored.try_open().status().code(), StatusCode::corruption);
}

TEST(DamageTest, TheLogOfAnotherDatabaseIsRefused) {
  const StoredDatabase first = some_database();
  StoredDatabase second;
  {
    auto engine = second.open(tiny_options(99));
    WriteBatch batch;
    batch.put("a", "b");
    expect_ok(engine->write(batch, Durability::strict));
  }
  const StoredDatabase mixed{first.container, second.log};
  const Status status = mixed.try_open(tiny_options()).status();
  EXPECT_EQ(status.code(), StatusCode::corruption);
  EXPECT_NE(status.message().find("flow.wal"), std::string::npos);
}

TEST(DamageTest, ADamagedTableLeavesTheRestReadable) {
  const StoredDatabase stored = some_database();
  auto engine = stored.open(tiny_options());
  // Of the table of batches 1 to 10.
  const TableLocation first = engine->storage().tables().begin()->second;
  engine.reset();
  (*stored.container)[first.offset + 20] ^= 1;
  engine = stored.open(tiny_options());
  std::string value;
  const Status status = engine->get("key1", {}, value);
  EXPECT_EQ(status.code(), StatusCode::corruption);
  expect_ok(engine->get("key30", {}, value));
  expect_ok(engine->get("key15", {}, value));
  WriteBatch batch;
  batch.put("new", "value");
  expect_ok(engine->write(batch, Durability::strict));
  expect_ok(engine->flush());
  EXPECT_EQ(engine->compact_all().code(), StatusCode::corruption);
  expect_ok(engine->write(batch, Durability::strict));
  expect_ok(engine->close());
}

}  // namespace
}  // namespace flowdb
