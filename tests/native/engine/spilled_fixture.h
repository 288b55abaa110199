// The database of fixtures/spilled: transactions that were spilled to tables, whose sequence number
// only the manifest tells, in a container whose regions were used again.
#pragma once

#include <string>

#include "engine/spill.h"
#include "engine/test_engine.h"

namespace flowdb {

inline EngineOptions spilled_fixture_options() {
  EngineOptions options = tiny_options(20262);
  options.compression = Compression::none;
  options.region_bytes_min = 4 << 10;
  return options;
}

// Two runs, of which the later one hides a key of the earlier, overtaken by another commit; behind
// them a commit that only the log holds. The engine is not to be closed.
inline void write_spilled_fixture(Engine& engine) {
  WriteBatch batch;
  for (int round = 0; round < 4; ++round) {
    batch.clear();
    for (int n = 10; n < 99; ++n) {
      batch.put("city" + std::to_string(n), "round " + std::to_string(round) + std::string(60, 'c'));
    }
    expect_ok(engine.write(batch, Durability::strict));
    expect_ok(engine.compact_all());
  }
  Spill spill;
  for (int run = 0; run < 2; ++run) {
    Memtable overlay;
    for (int n = 20 + run; n < 60; n += 2 - run) {
      const std::string key = "city" + std::to_string(n);
      const std::string value = "spilled " + std::to_string(run);
      Record record;
      record.key = key;
      record.value = value;
      record.sequence = static_cast<uint64_t>(n);
      overlay.insert(record);
    }
    expect_ok(engine.spill(overlay, spill));
  }
  batch.clear();
  batch.put("city21", "before the spilled commit");
  batch.put("city99", "before the spilled commit");
  expect_ok(engine.write(batch, Durability::strict));
  expect_ok(engine.write_spill(spill));
  batch.clear();
  batch.put("city22", "only in the log");
  expect_ok(engine.write(batch, Durability::strict));
}

inline std::string spilled_fixture_value(int n) {
  if (n == 22) return "only in the log";
  if (n == 99) return "before the spilled commit";
  if (n == 20) return "spilled 0";
  if (n > 20 && n < 60) return "spilled 1";
  return "round 3" + std::string(60, 'c');
}

}  // namespace flowdb
