// The database of fixtures/records: what version 1 of the formats has got since its first fixture:
// removed ranges, times, expiry.
#pragma once

#include <string>

#include "engine/test_engine.h"

namespace flowdb {

inline EngineOptions records_fixture_options() {
  EngineOptions options = tiny_options(20261);
  options.compression = Compression::lz4;
  return options;
}

// Tables with a removed range beside records and with nothing else, one whose records all expire,
// and a range that only the log removes. The engine is not to be closed.
inline void write_records_fixture(Engine& engine) {
  const auto commit = [&](const WriteBatch& batch) {
    expect_ok(engine.write(batch, Durability::strict));
  };
  WriteBatch batch;
  for (int n = 10; n < 99; ++n) batch.put("city" + std::to_string(n), "first", n);
  commit(batch);
  expect_ok(engine.compact_all());
  batch.clear();
  batch.remove_range("city20", "city40");
  batch.put("city30", "second");
  commit(batch);
  expect_ok(engine.flush());
  batch.clear();
  batch.remove_range("city50", "city60");
  commit(batch);
  expect_ok(engine.flush());
  batch.clear();
  batch.put("session", "until 2,000,000", 0, 2'000'000);
  commit(batch);
  expect_ok(engine.flush());
  batch.clear();
  batch.remove_range("city90", "city99");
  commit(batch);
}

}  // namespace flowdb
