// The database of fixtures/: how it was made, and what every version must read from it for ever.
#pragma once

#include <string>

#include "document/test_database.h"

namespace flowdb {

inline constexpr uint32_t kPeople = 1;  // key path "id", an auto-increment store
inline constexpr uint32_t kByName = 2;  // unique
inline constexpr uint32_t kByTag = 3;   // multi-entry, created on stored records
inline constexpr uint32_t kMoved = 4;   // cleared, filled again, and renamed
inline constexpr uint32_t kByKind = 5;  // on an array of key paths
inline constexpr uint32_t kDeletedStore = 6;

inline void commit_fixture(Database& database, std::unique_ptr<Transaction> transaction) {
  const Status status = commit(database, std::move(transaction));
  ASSERT_TRUE(status.is_ok()) << status.to_string();
}

// Every kind of key and value, changes of the schema of all kinds, a generator, dead data. All but
// the last transaction stands in tables. The engine is not to be closed.
inline void write_fixture(Database& database) {
  auto t = std::move(database.begin_upgrade(1)).value();
  ASSERT_TRUE(t->create_store(kPeople, R"("people")", R"("id")", true).is_ok());
  ASSERT_TRUE(t->create_index(kPeople, kByName, R"("name")", R"("name")", true, false).is_ok());
  for (int i = 1; i <= 20; ++i) {
    const std::string name = "n" + std::to_string(i);
    ASSERT_TRUE(
        put(*t, kPeople, number(i), R"({"id":)" + std::to_string(i) + "}", {{kByName, text(name)}})
            .is_ok());
  }
  commit_fixture(database, std::move(t));

  t = std::move(database.begin_upgrade(7)).value();
  ASSERT_TRUE(t->create_index(kPeople, kByTag, R"("tag")", R"("tags")", false, true).value());
  for (int i = 1; i <= 20; ++i) {
    ASSERT_TRUE(t->backfill(kByTag, number(i), {number(i % 3), text("all")}).is_ok());
  }
  ASSERT_TRUE(t->create_store(kMoved, R"("before \ud83d")", "null", false).is_ok());
  ASSERT_TRUE(
      t->create_index(kMoved, kByKind, R"("kind")", R"(["a","b.c"])", false, false).is_ok());
  ASSERT_TRUE(t->create_store(kDeletedStore, R"("deleted")", "null", true).is_ok());
  ASSERT_TRUE(put(*t, kMoved, number(1), "cleared away", {{kByKind, number(9)}}).is_ok());
  ASSERT_TRUE(put(*t, kDeletedStore, number(1), "deleted").is_ok());
  commit_fixture(database, std::move(t));

  t = std::move(database.begin_upgrade(9007199254740991)).value();
  ASSERT_TRUE(t->delete_store(kDeletedStore).is_ok());
  ASSERT_TRUE(t->rename(kMoved, R"("after \ud83d")").is_ok());
  ASSERT_TRUE(t->clear(kMoved).is_ok());
  const TestKey keys[] = {
      TestKey::of(-HUGE_VAL),
      TestKey::of(-1.5),
      TestKey::of(0),
      TestKey::of(HUGE_VAL),
      TestKey::date(-1e12),
      TestKey::date(1.7e12),
      TestKey::of(u""),
      TestKey::of(std::u16string(u"\x0000\x0001\x007f\x0080\x407f\x4080\xd83d\xffff", 8)),
      TestKey::binary(""),
      TestKey::binary(std::string("\0\xff\1", 3)),
      TestKey::array({}),
      TestKey::array({TestKey::of(1), TestKey::array({TestKey::of(u"x"), TestKey::binary("y")})}),
  };
  int values = 0;
  for (const TestKey& key : keys) {
    const std::string kind = encode(TestKey::array({TestKey::of(values % 2), key}));
    ASSERT_TRUE(put(*t, kMoved, encode(key), std::to_string(values++), {{kByKind, kind}}).is_ok());
  }
  const std::vector<IndexKey> none;
  PutRequest tagged;
  tagged.store = kMoved;
  const std::string tagged_key = number(77);
  tagged.key = tagged_key;
  tagged.value = {ValueKind::tagged, std::string_view("\1\0tagged", 8)};
  tagged.index_keys = &none;
  ASSERT_TRUE(t->put(tagged).is_ok());
  commit_fixture(database, std::move(t));
  ASSERT_TRUE(database.engine().flush().is_ok());

  t = database.begin(TransactionMode::readwrite, Durability::strict);
  ASSERT_TRUE(
      put(*t, kPeople, number(3), R"({"id":3,"new":true})", {{kByTag, text("late")}}).is_ok());
  ASSERT_TRUE(put(*t, kPeople, number(40), R"({"id":40})", {{kByName, text("n3")}}).is_ok());
  ASSERT_TRUE(t->remove(kPeople, KeyRange::only(number(5))).is_ok());
  commit_fixture(database, std::move(t));
}

}  // namespace flowdb
