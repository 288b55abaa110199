// Engine records that are not what the document layer writes: each is an error that says so, never
// a crash or a wrong answer.
#include <gtest/gtest.h>

#include "document/engine_key.h"
#include "document/test_database.h"

namespace flowdb {
namespace {

constexpr uint32_t kStore = 1;
constexpr uint32_t kIndex = 2;

class DocumentDamage : public testing::Test {
 protected:
  void SetUp() override {
    open();
    auto t = std::move(database_->begin_upgrade(1)).value();
    ASSERT_TRUE(t->create_store(kStore, R"("s")", R"("id")", true).is_ok());
    ASSERT_TRUE(t->create_index(kStore, kIndex, R"("i")", R"("k")", false, true).is_ok());
    ASSERT_TRUE(put(*t, kStore, number(1), "one", {{kIndex, text("x")}}).is_ok());
    ASSERT_TRUE(commit(*database_, std::move(t)).is_ok());
    store_ = database_->schema().stores[0];
  }

  void open() {
    database_.reset();
    auto opened = files_.open();
    ASSERT_TRUE(opened.is_ok()) << opened.status().to_string();
    database_ = std::move(opened).value();
  }

  std::string read(const std::string& key) {
    std::string value;
    EXPECT_TRUE(database_->engine().get(key, {}, value).is_ok());
    return value;
  }

  void write(const std::string& key, const std::string& value) {
    WriteBatch batch;
    batch.put(key, value);
    ASSERT_TRUE(database_->engine().write(batch, Durability::relaxed).is_ok());
  }

  // What a process would find that starts now.
  Result<std::unique_ptr<Database>> open_copy() const {
    const TestFiles copy{std::make_shared<std::string>(*files_.container),
                         std::make_shared<std::string>(*files_.log)};
    return copy.open();
  }

  static bool is_damage(const Status& status) {
    return status.is(StatusCode::corruption) || status.is(StatusCode::unsupported);
  }

  TestFiles files_;
  std::unique_ptr<Database> database_;
  StoreSchema store_;
};

TEST_F(DocumentDamage, EveryTruncatedSchemaRecordIsNoticed) {
  for (const std::string& key :
       {database_record_key(), store_record_key(kStore), index_record_key(kStore, kIndex)}) {
    const std::string good = read(key);
    for (size_t length = 0; length < good.size(); ++length) {
      write(key, good.substr(0, length));
      const auto opened = open_copy();
      ASSERT_FALSE(opened.is_ok()) << length;
      ASSERT_TRUE(is_damage(opened.status())) << opened.status().to_string();
      ASSERT_NE(opened.status().message().find("flow.db"), std::string::npos);
      write(key, good);
    }
    write(key, good + "x");
    EXPECT_FALSE(open_copy().is_ok());
    write(key, good);
  }
}

TEST_F(DocumentDamage, ChangedSchemaRecordsAreNoticedOrHarmless) {
  for (const std::string& key :
       {database_record_key(), store_record_key(kStore), index_record_key(kStore, kIndex)}) {
    const std::string good = read(key);
    for (size_t at = 0; at < good.size(); ++at) {
      std::string changed = good;
      changed[at] = static_cast<char>(changed[at] ^ 0x81);
      write(key, changed);
      const auto opened = open_copy();
      if (opened.is_ok()) {
        EXPECT_FALSE(schema_json(opened.value()->schema()).empty());
      } else {
        ASSERT_TRUE(is_damage(opened.status())) << opened.status().to_string();
      }
      write(key, good);
    }
  }
}

TEST_F(DocumentDamage, RecordsWithoutTheirSchemaAreNoticed) {
  const auto refuses = [&](const std::string& key, const std::string& value) {
    write(key, value);
    const auto opened = open_copy();
    EXPECT_FALSE(opened.is_ok());
    if (!opened.is_ok()) {
      EXPECT_TRUE(is_damage(opened.status())) << opened.status().to_string();
    }
    WriteBatch batch;
    batch.remove(key);
    ASSERT_TRUE(database_->engine().write(batch, Durability::relaxed).is_ok());
  };
  IndexSchema index;
  index.id = 2;
  index.data_id = 2;
  index.name = R"("x")";
  index.key_path = "null";
  refuses(index_record_key(9, 2), encode_index_record(index));
  refuses(index_record_key(kStore, 900), encode_index_record(index));
  StoreSchema twin = store_;
  refuses(store_record_key(900), encode_store_record(twin));
  refuses(store_record_key(2), encode_store_record(twin));
  refuses(std::string("\0zzz", 4), "");
  refuses(std::string("\0", 1), "");
}

TEST_F(DocumentDamage, DamagedRecordsAreErrorsOfTheirRequests) {
  std::string key;
  set_record_key(key, store_, number(1));
  const std::string good = read(key);
  const size_t value_at = good.size() - 3;
  for (size_t length = 0; length < value_at; ++length) {
    write(key, good.substr(0, length));
    const auto t = database_->begin(TransactionMode::readwrite, Durability::relaxed);
    Entry entry;
    ListSink sink;
    ScanRequest request;
    request.source = kIndex;
    EXPECT_TRUE(is_damage(t->get(kStore, KeyRange::only(number(1)), true, entry).status()));
    EXPECT_TRUE(is_damage(t->scan(request, sink).status()));
    EXPECT_TRUE(is_damage(put(*t, kStore, number(1), "new")));
    EXPECT_TRUE(is_damage(t->remove(kStore, KeyRange::only(number(1)))));
    EXPECT_TRUE(is_damage(t->remove(kStore, {})));
    EXPECT_EQ(count(*t, kStore), 1u);
  }
}

TEST_F(DocumentDamage, IndexEntriesThatLeadNowhereAreErrors) {
  const auto scan_status = [&] {
    const auto t = database_->begin(TransactionMode::readonly, Durability::relaxed);
    ScanRequest request;
    request.source = kIndex;
    ListSink sink;
    return t->scan(request, sink).status();
  };
  std::string key;
  set_index_entry_key(key, store_, store_.indexes[0], text("y"), number(99));
  write(key, "");
  EXPECT_TRUE(scan_status().is(StatusCode::corruption));
  WriteBatch batch;
  batch.remove(key);
  ASSERT_TRUE(database_->engine().write(batch, Durability::relaxed).is_ok());
  EXPECT_TRUE(scan_status().is_ok());
  write(key.substr(0, key.size() - 1), "");
  EXPECT_TRUE(scan_status().is(StatusCode::corruption));
}

TEST_F(DocumentDamage, AGeneratorThatIsNoNumberIsAnError) {
  for (const std::string& value :
       {std::string(), std::string(7, '\0'), std::string(8, '\0'), std::string(8, '\xff')}) {
    write(generator_record_key(kStore), value);
    const auto t = database_->begin(TransactionMode::readwrite, Durability::relaxed);
    EXPECT_TRUE(t->generated_key(kStore).status().is(StatusCode::corruption));
    EXPECT_TRUE(put(*t, kStore, number(5), "five").is(StatusCode::corruption));
    EXPECT_EQ(count(*t, kStore), 1u);
  }
}

}  // namespace
}  // namespace flowdb
