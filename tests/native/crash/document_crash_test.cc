// Crashes in the midst of transactions on stores and indexes: each transaction is there whole, in
// all of them, or not at all.
#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>

#include "crash/document_life.h"
#include "crash/exploration.h"
#include "crash/recovered.h"
#include "crash/run_options.h"
#include "document/test_database.h"

namespace flowdb {
namespace {

constexpr int kSteps = 60;
constexpr Depth kDepth = {8, 8, 12, 3};

// The clearing of a store was relaxed, and the one flush of the log before the compaction that
// dropped the records did nothing.
TEST(Found, ARelaxedClearIsLostTogetherWithWhatACompactionDroppedByIt) {
  FaultyDisk disk;
  EngineOptions options = crash_options(1, 1);
  Database::configure(options);
  auto engine = Engine::open(disk.open_container(), disk.open_log(), options);
  ASSERT_TRUE(engine.is_ok()) << engine.status().to_string();
  auto database = std::move(Database::open(std::move(engine).value(), R"("found")")).value();
  auto upgrade = std::move(database->begin_upgrade(1)).value();
  ASSERT_TRUE(upgrade->create_store(1, R"("s")", "null", false).is_ok());
  ASSERT_TRUE(commit(*database, std::move(upgrade)).is_ok());
  // Some records below, and above them as many tables as a compaction waits for: it leaves the
  // former alone.
  constexpr uint64_t kRecords = 20;
  const auto fill = [&](int first) {
    auto t = database->begin(TransactionMode::readwrite, Durability::strict);
    for (int i = first; i < first + static_cast<int>(kRecords) / 2; ++i) {
      ASSERT_TRUE(put(*t, 1, number(i), "x").is_ok());
    }
    ASSERT_TRUE(commit(*database, std::move(t)).is_ok());
  };
  fill(0);
  ASSERT_TRUE(database->engine().compact_all().is_ok());
  for (size_t table = 0; table < options.level0_tables_max; ++table) {
    fill(1000);
    ASSERT_TRUE(database->engine().flush().is_ok());
  }
  const size_t first = disk.history().events.size();
  auto clear = database->begin(TransactionMode::readwrite, Durability::relaxed);
  ASSERT_TRUE(clear->clear(1).is_ok());
  ASSERT_TRUE(commit(*database, std::move(clear)).is_ok());
  for (bool more = true; more;) {
    const auto maintained = database->engine().maintain(0);
    ASSERT_TRUE(maintained.is_ok());
    more = maintained.value();
  }
  disk.end_process();

  for (size_t event = first; event < disk.history().events.size(); ++event) {
    const CrashPoint point(disk.history(), event);
    for (uint64_t i = 0; i < std::min<uint64_t>(point.power_states(), 500); ++i) {
      DurableUpTo durable{};
      FaultyDisk found(point.power_state(i, durable));
      auto reopened = Engine::open(found.open_container(), found.open_log(), crash_options(1, 2));
      ASSERT_TRUE(reopened.is_ok()) << reopened.status().to_string();
      auto left = std::move(Database::open(std::move(reopened).value(), R"("found")")).value();
      const uint64_t records = count(*left->begin(TransactionMode::readonly, {}), 1);
      ASSERT_TRUE(records == 0 || records == kRecords) << records << ", event " << event;
    }
  }
}

class DocumentCrash : public testing::TestWithParam<uint64_t> {};

TEST_P(DocumentCrash, TransactionsAreWhole) {
  Exploration exploration(
      [](uint64_t seed) { return std::make_unique<DocumentLife>(seed, kSteps); });
  if (const auto name = replayed_state()) {
    EXPECT_EQ(exploration.replay(*name), "");
    return;
  }
  const size_t target = images_wanted() / 16;
  // Every process of the test has other seeds.
  for (uint64_t seed = GetParam(); exploration.distinct() < target; seed += 2) {
    ASSERT_EQ(exploration.explore(seed, std::nullopt, kDepth, target), "");
  }
  std::printf("documents: %zu distinct images\n", exploration.distinct());
}

INSTANTIATE_TEST_SUITE_P(All, DocumentCrash, testing::Values(0, 1));

}  // namespace
}  // namespace flowdb
