// The database of fixtures/: how it was made, and what every version must read from it for ever.
#pragma once

#include <map>
#include <string>

#include "engine/test_engine.h"

namespace flowdb {

// By key, then ts descending, as an iterator walks.
using FixtureContent = std::map<std::string, std::map<int64_t, std::string, std::greater<>>>;

inline EngineOptions fixture_options() {
  EngineOptions options = tiny_options(20260);
  options.table_bytes_max = 4 << 10;
  return options;
}

// Writes the fixture's batches: tables at several levels, a removal that hides a table's record,
// versions in time, an expired record, a value of several blocks, a commit that went past the log,
// and commits that only the log holds. The engine is not to be closed. `content` becomes what is
// then visible.
inline void write_fixture(Engine& engine, FixtureContent& content) {
  const auto put = [&](WriteBatch& batch, const std::string& key, const std::string& value,
                       int64_t ts = 0) {
    batch.put(key, value, ts);
    content[key][ts] = value;
  };
  const auto remove = [&](WriteBatch& batch, const std::string& key) {
    batch.remove(key);
    content.erase(key);
  };
  const auto commit = [&](const WriteBatch& batch) {
    expect_ok(engine.write(batch, Durability::strict));
  };
  for (int round = 0; round < 3; ++round) {
    for (int i = 0; i < 60; ++i) {
      WriteBatch batch;
      const std::string number = std::to_string(i);
      put(batch, "city" + number, "round " + std::to_string(round) + " " + std::string(50, 'c'));
      if (i % 10 == round) remove(batch, "city" + std::to_string(i / 2));
      commit(batch);
    }
    if (round == 0) expect_ok(engine.compact_all());
    if (round == 1) expect_ok(engine.flush());
  }
  WriteBatch batch;
  for (int64_t ts = -2; ts <= 2; ++ts) put(batch, "series", "at " + std::to_string(ts), ts);
  batch.put("expired", "gone", 0, 1);
  put(batch, std::string("\0\xff", 2), std::string("\0\xff", 2));
  put(batch, "", "the empty key");
  put(batch, "large", std::string(3000, 'L'));
  commit(batch);
  expect_ok(engine.flush());
  batch.clear();
  put(batch, "past the log", std::string(17'000, 'P'));
  commit(batch);
  batch.clear();
  put(batch, "city1", "only in the log");
  remove(batch, "city2");
  commit(batch);
}

}  // namespace flowdb
