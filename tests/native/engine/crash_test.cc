// A database that is lost at any of its writes: every acknowledged commit is there again, commits
// are a prefix without holes, and each batch is whole. The same after a power failure, for what was
// flushed.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <set>

#include "engine/batch_reader.h"
#include "engine/recorded_file.h"
#include "engine/spill.h"
#include "engine/test_engine.h"

namespace flowdb {
namespace {

constexpr int kKeys = 40;

// Batch n writes n into some keys, the same ones each time it is asked for; a smaller number is an
// older value. That tells of each key which batch wrote it last.
std::vector<int> keys_of(uint64_t n) {
  std::mt19937_64 random(n);
  std::vector<int> keys(1 + random() % 6);
  for (int& key : keys) key = static_cast<int>(random() % kKeys);
  return keys;
}

bool removes(uint64_t n, int key) { return (n + static_cast<uint64_t>(key)) % 5 == 0; }

std::string value_of(uint64_t n) {
  const size_t length = n % 37 == 0 ? 9000 : 20 + n % 200;
  return std::to_string(n) + ":" + std::string(length, static_cast<char>('a' + n % 26));
}

WriteBatch batch_of(uint64_t n) {
  WriteBatch batch;
  for (const int key : keys_of(n)) {
    const std::string name = "key" + std::to_string(key);
    if (removes(n, key)) {
      batch.remove(name);
    } else {
      batch.put(name, value_of(n));
    }
  }
  batch.put("last", std::to_string(n));
  // Now and then more than the log takes.
  if (n % 60 == 0) batch.put("big", std::string(40'000, 'B'));
  return batch;
}

struct Acknowledged {
  size_t events = 0;  // how many had happened when the commit was acknowledged
  uint64_t last = 0;
  bool strict = false;
};

struct RecordedRun {
  std::shared_ptr<FileHistory> history = std::make_shared<FileHistory>();
  std::vector<Acknowledged> acknowledged;

  std::unique_ptr<Engine> open() {
    auto opened =
        Engine::open(std::make_unique<RecordedFile>(0, "flow.db", history),
                     std::make_unique<RecordedFile>(1, "flow.wal", history), tiny_options());
    EXPECT_TRUE(opened.is_ok()) << opened.status().to_string();
    return std::move(opened).value();
  }

  void write(uint64_t commits) {
    auto engine = open();
    for (uint64_t n = 1; n <= commits;) {
      std::vector<WriteBatch> batches;
      std::vector<const WriteBatch*> pointers;
      const uint64_t group = n % 3 + 1;
      for (uint64_t i = 0; i < group; ++i) batches.push_back(batch_of(n++));
      for (const WriteBatch& batch : batches) pointers.push_back(&batch);
      const bool strict = n % 4 == 0;
      expect_ok(engine->write(pointers, strict ? Durability::strict : Durability::relaxed));
      acknowledged.push_back({history->size(), n - 1, strict});
      if (n % 7 == 0) expect_ok(engine->maintain(0).status());
      if (n % 25 == 0) write_spilled(*engine, n);
      if (n % 150 == 0) expect_ok(engine->compact_all());
    }
    expect_ok(engine->close());
    acknowledged.push_back({history->size(), acknowledged.back().last, true});
  }

  // Batch n + 1 is spilled in two runs, of which the newer counts, around the commit of batch n.
  void write_spilled(Engine& engine, uint64_t& n) {
    const WriteBatch batch = batch_of(n + 1);
    Memtable obsolete;
    Memtable newest;
    BatchReader reader(batch.payload());
    for (Record record; reader.next(record, "batch").value();) {
      newest.insert(record);
      record.kind = RecordKind::put;
      record.value = "obsolete";
      obsolete.insert(record);
    }
    Spill spill;
    expect_ok(engine.spill(obsolete, spill));
    expect_ok(engine.write(batch_of(n), Durability::relaxed));
    acknowledged.push_back({history->size(), n++, false});
    expect_ok(engine.spill(newest, spill));
    expect_ok(engine.write_spill(spill));
    acknowledged.push_back({history->size(), n++, true});
  }
};

// Which batch was the last, after checking that the database is as it left it.
uint64_t check_opening(const StoredDatabase& stored) {
  const auto opened = stored.try_open(tiny_options());
  EXPECT_TRUE(opened.is_ok()) << opened.status().to_string();
  if (!opened.is_ok()) return 0;
  Engine& engine = *opened.value();
  std::string text;
  const Status status = engine.get("last", {}, text);
  if (status.is(StatusCode::not_found)) {
    text = "0";
  } else {
    expect_ok(status);
  }
  const uint64_t last = std::strtoull(text.c_str(), nullptr, 10);
  std::vector<uint64_t> writers(kKeys, 0);
  for (uint64_t n = 1; n <= last; ++n) {
    for (const int key : keys_of(n)) writers[static_cast<size_t>(key)] = n;
  }
  for (int key = 0; key < kKeys; ++key) {
    const uint64_t n = writers[static_cast<size_t>(key)];
    const Status found = engine.get("key" + std::to_string(key), {}, text);
    if (n == 0 || removes(n, key)) {
      EXPECT_TRUE(found.is(StatusCode::not_found)) << key << " " << found.to_string();
    } else {
      expect_ok(found);
      EXPECT_EQ(text, value_of(n)) << "key" << key << " after batch " << last;
    }
  }
  // It can be written on.
  expect_ok(engine.write(batch_of(last + 1), Durability::relaxed));
  expect_ok(engine.get("last", {}, text));
  EXPECT_EQ(text, std::to_string(last + 1));
  return last;
}

// The same, and that the process may end once more after the recovery and a commit.
uint64_t check_found(const StoredDatabase& stored) {
  const uint64_t last = check_opening(stored);
  EXPECT_EQ(check_opening(stored), last + 1);
  return last;
}

TEST(CrashTest, TheProcessEndsAtAnyWrite) {
  RecordedRun run;
  run.write(600);
  std::mt19937_64 random(5);
  StoredDatabase stored;
  std::string* const files[] = {stored.container.get(), stored.log.get()};
  size_t acknowledged = 0;
  uint64_t least = 0;
  for (size_t i = 0; i < run.history->size() && !testing::Test::HasFailure(); ++i) {
    SCOPED_TRACE("event " + std::to_string(i) + " of " + std::to_string(run.history->size()));
    const FileEvent& event = (*run.history)[i];
    if (event.kind == FileEvent::Kind::write) {
      // Torn at any byte.
      const StoredDatabase torn = stored.copy();
      FileEvent part = event;
      part.bytes.resize(random() % event.bytes.size());
      // A header is rewritten within a sector: atomic.
      const bool header = event.file == 0 && event.offset < 4096;
      if (!header) apply_event(part, *(event.file == 0 ? torn.container : torn.log));
      const uint64_t last = check_found(torn);
      EXPECT_GE(last, least);
    }
    apply_event(event, *files[event.file]);
    while (acknowledged < run.acknowledged.size() &&
           run.acknowledged[acknowledged].events <= i + 1) {
      least = run.acknowledged[acknowledged++].last;
    }
    const uint64_t last = check_found(stored.copy());
    EXPECT_GE(last, least);
    EXPECT_LE(last, least + 3);  // those of the group that is being written
  }
  EXPECT_EQ(acknowledged, run.acknowledged.size());
}

// The bytes of `file` when the power fails after `count` events: all that was flushed, and any of
// what was not. `flushed` becomes the number of events that the flush covers. A flush may have done
// nothing; of two consecutive ones only one.
template <typename Random>
std::string after_power_failure(const FileHistory& history, size_t file, size_t count,
                                bool last_flush_was_lost, Random& random, size_t& flushed) {
  std::vector<size_t> flushes = {0};
  for (size_t i = 0; i < count; ++i) {
    if (history[i].file == file && history[i].kind == FileEvent::Kind::sync)
      flushes.push_back(i + 1);
  }
  if (last_flush_was_lost && flushes.size() > 1) flushes.pop_back();
  flushed = flushes.back();
  std::string bytes;
  for (size_t i = 0; i < count; ++i) {
    if (history[i].file != file) continue;
    if (i < flushed) {
      apply_event(history[i], bytes);
    } else {
      apply_some_sectors(history[i], bytes, random);
    }
  }
  return bytes;
}

TEST(CrashTest, ThePowerFailsAtAnyWrite) {
  RecordedRun run;
  run.write(200);
  const char* const given = std::getenv("FLOWDB_SEED");
  const uint64_t seed =
      given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
  std::mt19937_64 random(seed);
  for (size_t count = 0; count <= run.history->size() && !testing::Test::HasFailure(); ++count) {
    SCOPED_TRACE("FLOWDB_SEED=" + std::to_string(seed) + ", event " + std::to_string(count) +
                 " of " + std::to_string(run.history->size()));
    StoredDatabase stored;
    const bool lost = random() % 2 == 0;
    size_t container_flushed;
    size_t log_flushed;
    *stored.container =
        after_power_failure(*run.history, 0, count, lost, random, container_flushed);
    *stored.log = after_power_failure(*run.history, 1, count, lost, random, log_flushed);
    uint64_t least = 0;
    for (const Acknowledged& commit : run.acknowledged) {
      if (!commit.strict || commit.events > count) continue;
      // Durable with the log's flush, which is the commit's last event, or with the container's.
      const FileEvent& flush = (*run.history)[commit.events - 1];
      if (commit.events <= (flush.file == 1 ? log_flushed : container_flushed)) least = commit.last;
    }
    EXPECT_GE(check_found(stored), least);
  }
}

}  // namespace
}  // namespace flowdb
