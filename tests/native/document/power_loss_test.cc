// A power loss after compaction has dropped what a commit gave up: that commit was relaxed, but
// what it allowed to drop is gone for good.
#include <gtest/gtest.h>

#include "document/test_database.h"

namespace flowdb {
namespace {

// Remembers what a power loss leaves: the bytes at the last flush.
class FlushedFile final : public File {
 public:
  FlushedFile(std::shared_ptr<std::string> bytes, std::string name,
              std::shared_ptr<std::string> flushed)
      : file_(bytes, std::move(name)), bytes_(bytes), flushed_(std::move(flushed)) {}

  Result<size_t> read_at(uint64_t offset, char* buffer, size_t length) override {
    return file_.read_at(offset, buffer, length);
  }
  Status write_at(uint64_t offset, std::string_view bytes) override {
    return file_.write_at(offset, bytes);
  }
  Status truncate(uint64_t size) override { return file_.truncate(size); }
  Status sync() override {
    *flushed_ = *bytes_;
    return Status::ok();
  }
  Result<uint64_t> size() override { return file_.size(); }
  std::string_view name() const override { return file_.name(); }

 private:
  MemoryFile file_;
  std::shared_ptr<std::string> bytes_;
  std::shared_ptr<std::string> flushed_;
};

TEST(PowerLoss, DroppedDataStaysDropped) {
  const TestFiles files;
  const TestFiles flushed;
  EngineOptions options;
  uint64_t random = 1;
  options.random = [&random] { return random += 0x9e3779b97f4a7c15; };
  options.now_us = [] { return int64_t{1}; };
  auto engine =
      Engine::open(std::make_unique<FlushedFile>(files.container, "flow.db", flushed.container),
                   std::make_unique<FlushedFile>(files.log, "flow.wal", flushed.log), options);
  ASSERT_TRUE(engine.is_ok()) << engine.status().to_string();
  auto database = std::move(Database::open(std::move(engine).value(), R"("lost")")).value();
  auto upgrade = std::move(database->begin_upgrade(1)).value();
  ASSERT_TRUE(upgrade->create_store(1, R"("s")", "null", false).is_ok());
  ASSERT_TRUE(commit(*database, std::move(upgrade)).is_ok());
  const auto fill = [&](int first) {
    auto t = database->begin(TransactionMode::readwrite, Durability::strict);
    for (int i = first; i < first + 50; ++i) {
      ASSERT_TRUE(put(*t, 1, number(i), std::string(100, 'x')).is_ok());
    }
    ASSERT_TRUE(commit(*database, std::move(t)).is_ok());
  };
  // Some records in the last level, others above, in as many tables as a compaction waits for; it
  // leaves the former alone.
  fill(0);
  ASSERT_TRUE(database->engine().compact_all().is_ok());
  for (size_t table = 0; table < options.level0_tables_max; ++table) {
    fill(1000);
    ASSERT_TRUE(database->engine().flush().is_ok());
  }
  auto clear = database->begin(TransactionMode::readwrite, Durability::relaxed);
  ASSERT_TRUE(clear->clear(1).is_ok());
  ASSERT_TRUE(commit(*database, std::move(clear)).is_ok());
  const uint64_t before = database->engine().stats().compactions;
  for (bool more = true; more;) {
    const auto maintained = database->engine().maintain(1'000'000);
    ASSERT_TRUE(maintained.is_ok());
    more = maintained.value();
  }
  ASSERT_GT(database->engine().stats().compactions, before);

  const auto found = flushed.open();
  ASSERT_TRUE(found.is_ok()) << found.status().to_string();
  const auto reader = found.value()->begin(TransactionMode::readonly, Durability::relaxed);
  const uint64_t left = count(*reader, 1);
  EXPECT_TRUE(left == 0 || left == 100) << left << " of 100 records are left";
}

}  // namespace
}  // namespace flowdb
