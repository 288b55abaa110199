// Groups of transactions: one write to the log for all, each whole or not at all; and what becomes
// of data that nothing refers to any more.
#include <gtest/gtest.h>

#include "document/test_database.h"

namespace flowdb {
namespace {

constexpr uint32_t kFirst = 1;
constexpr uint32_t kSecond = 2;

// A file that refuses large writes as a full quota would, and counts its calls.
class LimitedFile final : public File {
 public:
  struct State {
    uint64_t write_bytes_max = UINT64_MAX;
    int writes = 0;
    int syncs = 0;
  };

  LimitedFile(std::unique_ptr<File> file, State& state) : file_(std::move(file)), state_(state) {}

  Result<size_t> read_at(uint64_t offset, char* buffer, size_t length) override {
    return file_->read_at(offset, buffer, length);
  }
  Status write_at(uint64_t offset, std::string_view bytes) override {
    ++state_.writes;
    if (bytes.size() > state_.write_bytes_max) return Status::quota_exceeded("no room");
    return file_->write_at(offset, bytes);
  }
  Status truncate(uint64_t size) override { return file_->truncate(size); }
  Status sync() override {
    ++state_.syncs;
    return file_->sync();
  }
  Result<uint64_t> size() override { return file_->size(); }
  std::string_view name() const override { return file_->name(); }

 private:
  std::unique_ptr<File> file_;
  State& state_;
};

class Commit : public testing::Test {
 protected:
  void SetUp() override {
    open();
    auto upgrade = std::move(database_->begin_upgrade(1)).value();
    ASSERT_TRUE(upgrade->create_store(kFirst, R"("a")", "null", true).is_ok());
    ASSERT_TRUE(upgrade->create_store(kSecond, R"("b")", "null", false).is_ok());
    ASSERT_TRUE(commit(*database_, std::move(upgrade)).is_ok());
  }

  void open() {
    database_.reset();
    EngineOptions options;
    options.random = [this] { return random_ += 0x9e3779b97f4a7c15; };
    options.now_us = [] { return int64_t{1}; };
    auto engine = Engine::open(
        std::make_unique<MemoryFile>(container_, "flow.db"),
        std::make_unique<LimitedFile>(std::make_unique<MemoryFile>(log_, "flow.wal"), state_),
        options);
    ASSERT_TRUE(engine.is_ok()) << engine.status().to_string();
    auto database = Database::open(std::move(engine).value(), R"("limited")");
    ASSERT_TRUE(database.is_ok()) << database.status().to_string();
    database_ = std::move(database).value();
  }

  std::unique_ptr<Transaction> writer(Durability durability = Durability::relaxed) {
    return database_->begin(TransactionMode::readwrite, durability);
  }

  std::string read(uint32_t store, double key) {
    const auto reader = database_->begin(TransactionMode::readonly, Durability::relaxed);
    return get(*reader, store, number(key));
  }

  LimitedFile::State state_;
  uint64_t random_ = 1;
  std::shared_ptr<std::string> container_ = std::make_shared<std::string>();
  std::shared_ptr<std::string> log_ = std::make_shared<std::string>();
  std::unique_ptr<Database> database_;
};

TEST_F(Commit, AGroupTakesOneWriteAndOneFlush) {
  const auto a = writer();
  const auto b = writer(Durability::strict);
  const auto c = database_->begin(TransactionMode::readonly, Durability::relaxed);
  ASSERT_TRUE(put(*a, kFirst, number(1), "a").is_ok());
  ASSERT_TRUE(put(*b, kSecond, number(1), "b").is_ok());
  state_ = {};
  for (const Status& outcome : database_->commit({a.get(), b.get(), c.get()})) {
    EXPECT_TRUE(outcome.is_ok()) << outcome.to_string();
  }
  EXPECT_EQ(state_.writes, 1);
  EXPECT_EQ(state_.syncs, 1);
  EXPECT_EQ(read(kFirst, 1), "a");
  EXPECT_EQ(read(kSecond, 1), "b");
  open();
  EXPECT_EQ(read(kFirst, 1), "a");
  EXPECT_EQ(read(kSecond, 1), "b");
}

TEST_F(Commit, NothingIsWrittenWhereNothingChanged) {
  const auto reader = database_->begin(TransactionMode::readonly, Durability::strict);
  const auto idle = writer(Durability::strict);
  state_ = {};
  for (const Status& outcome : database_->commit({reader.get(), idle.get()})) {
    EXPECT_TRUE(outcome.is_ok());
  }
  EXPECT_EQ(state_.writes + state_.syncs, 0);
}

TEST_F(Commit, AGroupOnlyOnce) {
  const auto a = writer();
  ASSERT_TRUE(database_->commit({a.get()})[0].is_ok());
  EXPECT_TRUE(database_->commit({a.get()})[0].is(StatusCode::aborted));
  EXPECT_TRUE(put(*a, kFirst, number(1), "a").is(StatusCode::aborted));
}

TEST_F(Commit, ALargeTransactionWithoutRoomTakesNoOtherWithIt) {
  const auto small = writer();
  const auto large = writer();
  ASSERT_TRUE(put(*small, kFirst, number(1), "small").is_ok());
  ASSERT_TRUE(put(*large, kSecond, number(1), std::string(20'000, 'x')).is_ok());
  ASSERT_TRUE(large->clear(kFirst).is_ok());
  state_.write_bytes_max = 10'000;
  const std::vector<Status> outcomes = database_->commit({small.get(), large.get()});
  state_.write_bytes_max = UINT64_MAX;
  EXPECT_TRUE(outcomes[0].is_ok()) << outcomes[0].to_string();
  EXPECT_TRUE(outcomes[1].is(StatusCode::quota_exceeded)) << outcomes[1].to_string();
  for (const bool again : {false, true}) {
    if (again) open();
    EXPECT_EQ(read(kFirst, 1), "small");
    EXPECT_EQ(read(kSecond, 1), "-");
  }
  const auto next = writer();
  ASSERT_TRUE(put(*next, kSecond, number(2), "fits").is_ok()) << "the database stays usable";
  ASSERT_TRUE(database_->commit({next.get()})[0].is_ok());
  EXPECT_EQ(read(kSecond, 2), "fits");
}

TEST_F(Commit, TwoTransactionsClearTheirStores) {
  auto fill = writer();
  ASSERT_TRUE(put(*fill, kFirst, number(1), "a").is_ok());
  ASSERT_TRUE(put(*fill, kSecond, number(1), "b").is_ok());
  ASSERT_TRUE(commit(*database_, std::move(fill)).is_ok());
  const auto reader = database_->begin(TransactionMode::readonly, Durability::relaxed);
  const auto a = writer();
  const auto b = writer();
  ASSERT_TRUE(a->clear(kFirst).is_ok());
  ASSERT_TRUE(b->clear(kSecond).is_ok());
  ASSERT_TRUE(put(*b, kSecond, number(2), "new").is_ok());
  for (const Status& outcome : database_->commit({b.get(), a.get()})) {
    ASSERT_TRUE(outcome.is_ok()) << outcome.to_string();
  }
  // Compaction drops what is dead, but not what an open transaction may still read.
  ASSERT_TRUE(database_->engine().compact_all().is_ok());
  EXPECT_EQ(get(*reader, kFirst, number(1)), "a");
  EXPECT_EQ(get(*reader, kSecond, number(1)), "b");
  reader->abort();
  open();
  EXPECT_EQ(read(kFirst, 1), "-");
  EXPECT_EQ(read(kSecond, 1), "-");
  EXPECT_EQ(read(kSecond, 2), "new");
}

TEST_F(Commit, CompactionDropsWhatWasCleared) {
  auto fill = writer();
  for (int i = 0; i < 100; ++i) {
    ASSERT_TRUE(
        put(*fill, kFirst, number(i), std::string(1000, static_cast<char>('a' + i % 7))).is_ok());
  }
  ASSERT_TRUE(commit(*database_, std::move(fill)).is_ok());
  ASSERT_TRUE(database_->engine().compact_all().is_ok());
  const uint64_t before = database_->engine().stats().table_bytes;
  auto clear = writer();
  ASSERT_TRUE(clear->clear(kFirst).is_ok());
  ASSERT_TRUE(commit(*database_, std::move(clear)).is_ok());
  ASSERT_TRUE(database_->engine().compact_all().is_ok());
  const auto reader = database_->begin(TransactionMode::readonly, Durability::relaxed);
  EXPECT_EQ(count(*reader, kFirst), 0u);
  EXPECT_LT(database_->engine().stats().table_bytes, before);
}

}  // namespace
}  // namespace flowdb
