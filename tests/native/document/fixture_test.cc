// The database in fixtures/, written by version 1 of the formats: every later version opens it,
// finds exactly what was written, and can write on.
#include <gtest/gtest.h>

#include <fstream>
#include <iterator>

#include "document/fixture_content.h"

namespace flowdb {
namespace {

std::string read_file(const std::string& name) {
  std::ifstream file(std::string(FLOWDB_FIXTURES) + "/" + name, std::ios::binary);
  EXPECT_TRUE(file) << name;
  return {std::istreambuf_iterator<char>(file), {}};
}

TestFiles load_fixture() {
  return {std::make_shared<std::string>(read_file("flow.db")),
          std::make_shared<std::string>(read_file("flow.wal"))};
}

std::unique_ptr<Database> open(const TestFiles& files) {
  auto opened = files.open(R"("a \ud83d name")");
  EXPECT_TRUE(opened.is_ok()) << opened.status().to_string();
  return opened.is_ok() ? std::move(opened).value() : nullptr;
}

// Everything that can be asked: the schema, and each source's entries with their values.
std::vector<std::string> content_of(Database& database) {
  std::vector<std::string> content{schema_json(database.schema())};
  const auto t = database.begin(TransactionMode::readwrite, Durability::relaxed);
  for (const uint32_t source : {kPeople, kByName, kByTag, kMoved, kByKind}) {
    ScanRequest request;
    request.source = source;
    ListSink sink;
    const auto done = t->scan(request, sink);
    EXPECT_TRUE(done.is_ok()) << done.status().to_string();
    for (const auto& [key, primary_key] : sink.pairs) content.push_back(key + "|" + primary_key);
    content.push_back(sink.values);
  }
  content.push_back(std::to_string(t->generated_key(kPeople).value()));
  return content;
}

TEST(DocumentFixture, IsReadAsItWasWritten) {
  const auto database = open(load_fixture());
  ASSERT_NE(database, nullptr);
  EXPECT_EQ(database->engine().stats().recovered_batches, 1u);
  EXPECT_EQ(
      schema_json(database->schema()),
      R"({"name":"a \ud83d name","version":9007199254740991,"nextId":7,"stores":[{"id":1,)"
      R"("name":"people","keyPath":"id","autoIncrement":true,"indexes":[{"id":2,"name":"name",)"
      R"("keyPath":"name","unique":true,"multiEntry":false},{"id":3,"name":"tag","keyPath":"tags",)"
      R"("unique":false,"multiEntry":true}]},{"id":4,"name":"after \ud83d","keyPath":null,)"
      R"("autoIncrement":false,"indexes":[{"id":5,"name":"kind","keyPath":["a","b.c"],)"
      R"("unique":false,"multiEntry":false}]}]})");
  const auto fresh = open(TestFiles());
  write_fixture(*fresh);
  EXPECT_EQ(content_of(*database), content_of(*fresh));
  const auto t = database->begin(TransactionMode::readwrite, Durability::relaxed);
  EXPECT_EQ(get(*t, kByName, text("n3")), R"({"id":40})");
  EXPECT_EQ(get(*t, kByTag, text("late")), R"({"id":3,"new":true})");
  EXPECT_EQ(count(*t, kByTag, KeyRange::only(text("all"))), 18u);
  EXPECT_EQ(count(*t, kMoved), 13u);
  EXPECT_EQ(t->generated_key(kPeople).value(), 41);
}

TEST(DocumentFixture, CanBeWrittenOn) {
  const TestFiles files = load_fixture();
  std::vector<std::string> content;
  {
    const auto database = open(files);
    ASSERT_NE(database, nullptr);
    auto t = database->begin(TransactionMode::readwrite, Durability::strict);
    ASSERT_TRUE(t->remove(kPeople, {number(10), std::nullopt, false, false}).is_ok());
    ASSERT_TRUE(put(*t, kMoved, text("new"), "new", {{kByKind, text("new")}}).is_ok());
    ASSERT_TRUE(commit(*database, std::move(t)).is_ok());
    ASSERT_TRUE(database->engine().compact_all().is_ok());
    content = content_of(*database);
    ASSERT_TRUE(database->engine().close().is_ok());
  }
  const auto database = open(files);
  ASSERT_NE(database, nullptr);
  EXPECT_EQ(content_of(*database), content);
  const auto t = database->begin(TransactionMode::readonly, Durability::relaxed);
  EXPECT_EQ(count(*t, kByName), 7u);
  EXPECT_EQ(get(*t, kByKind, text("new")), "new");
}

}  // namespace
}  // namespace flowdb
