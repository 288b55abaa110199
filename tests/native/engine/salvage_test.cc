// Salvage: of a damaged database everything comes back that is not in the damaged place, counted
// against a model; its files are never written to.
#include "engine/salvage.h"

#include <gtest/gtest.h>

#include <map>

#include "engine/read_only_file.h"
#include "engine/test_engine.h"
#include "sst/table_survey.h"
#include "storage/container_scan.h"
#include "storage/container_survey.h"
#include "util/coding.h"
#include "wal/log_format.h"

namespace flowdb {
namespace {

using Model = std::map<std::pair<std::string, int64_t>, std::string>;

// A database whose records stand at several levels and in the log, and what is in it.
struct Sample {
  StoredDatabase stored;
  Model model;
  // What each of the commits that only the log holds has put: one key.
  std::vector<std::string> log_keys;
  // Every value that a key had once.
  std::multimap<std::string, std::string> history;

  Sample copy() const { return {stored.copy(), model, log_keys, history}; }
};

constexpr uint64_t kInLog = 20;

// `reuses`: free regions of the file are used again.
Sample make_sample(bool reuses) {
  Sample sample;
  EngineOptions options = tiny_options();
  options.region_bytes_min = reuses ? 4 << 10 : 1 << 30;
  options.log_extent_bytes_max = 64 << 10;
  options.log_extent_bytes_min = 64 << 10;
  auto engine = sample.stored.open(options);
  std::mt19937_64 random(7);
  for (uint64_t n = 0; n < 3000 + kInLog; ++n) {
    WriteBatch batch;
    const bool in_log = n >= 3000;
    const std::string key =
        in_log ? "log" + std::to_string(n) : "key" + std::to_string(random() % 2000);
    const int64_t ts = in_log ? 0 : static_cast<int64_t>(random() % 2);
    std::string value = std::to_string(n) + std::string(random() % 60, 'v');
    batch.put(key, value, ts);
    sample.history.emplace(key, value);
    sample.model[{key, ts}] = std::move(value);
    if (!in_log && n % 4 == 0) {
      const std::string gone = "key" + std::to_string(random() % 2000);
      batch.remove(gone, 0);
      sample.model.erase({gone, 0});
    }
    if (n == 1500) {
      batch.remove_range("key15", "key16");
      sample.model.erase(sample.model.lower_bound({"key15", INT64_MIN}),
                         sample.model.lower_bound({"key16", INT64_MIN}));
    }
    if (n == 3000) {
      while (engine->maintain(1'000'000).value()) {
      }
      expect_ok(engine->flush());
    }
    expect_ok(engine->write(batch, Durability::relaxed));
    if (in_log) sample.log_keys.push_back(key);
  }
  return {sample.stored.copy(), sample.model, sample.log_keys, sample.history};
}

class SalvageTest : public testing::TestWithParam<bool> {
 protected:
  static const Sample& sample() {
    static const Sample made[] = {make_sample(false), make_sample(true)};
    return made[GetParam()];
  }
};
INSTANTIATE_TEST_SUITE_P(WithAndWithoutReuse, SalvageTest, testing::Bool());

struct Salvaged {
  Model records;
  Findings findings;
  std::vector<uint32_t> tables;
};

std::string all_of(const Findings& findings) {
  std::string text;
  for (const Finding& finding : findings) text += finding.to_string() + "\n";
  return text;
}

Salvaged salvage(const StoredDatabase& stored) {
  ReadOnlyFile container(stored.container, "flow.db");
  ReadOnlyFile log(stored.log, "flow.wal");
  Salvage opened = Salvage::open(container, log);
  Salvaged result;
  expect_ok(opened.each_record([&](const Record& record) {
    const bool is_new =
        result.records.emplace(std::pair(std::string(record.key), record.ts), record.value).second;
    EXPECT_TRUE(is_new) << record.key << " twice";
    return Status::ok();
  }));
  result.findings = opened.findings();
  result.tables = opened.tables();
  return result;
}

// Everything but what lies in [first, last] is as in the model, and nothing is made up.
void expect_all_but(const Salvaged& salvaged, const Sample& made, std::string_view first,
                    std::string_view last) {
  for (const auto& [place, value] : made.model) {
    if (place.first >= first && place.first <= last) continue;
    const auto found = salvaged.records.find(place);
    ASSERT_NE(found, salvaged.records.end()) << place.first << "\n" << all_of(salvaged.findings);
    EXPECT_EQ(found->second, value) << place.first;
  }
  for (const auto& [place, value] : salvaged.records) {
    if (place.first < first || place.first > last) {
      EXPECT_TRUE(made.model.count(place) != 0) << place.first << " was removed";
    }
    const auto [begin, end] = made.history.equal_range(place.first);
    EXPECT_TRUE(std::any_of(begin, end, [&now = value](const auto& old) {
      return old.second == now;
    })) << place.first;
  }
}

void expect_everything(const Salvaged& salvaged, const Sample& made) {
  expect_all_but(salvaged, made, "\x01", "\x01");
}

// Every value of the model is there, or a removed one's older value beside them.
void expect_at_least_everything(const Salvaged& salvaged, const Sample& made) {
  for (const auto& [place, value] : made.model) {
    const auto found = salvaged.records.find(place);
    ASSERT_NE(found, salvaged.records.end()) << place.first << "\n" << all_of(salvaged.findings);
    EXPECT_EQ(found->second, value) << place.first;
  }
}

ContainerContent content_of(const StoredDatabase& stored) {
  MemoryFile file(stored.container);
  return scan_container(file, stored.container->size(), {}).value();
}

void flip(std::string& bytes, uint64_t at) { bytes[static_cast<size_t>(at)] ^= 0x10; }

// Damages one byte of each table, of the part that `place` says.
using PlaceOf = std::function<uint64_t(TableSurvey& table, uint64_t table_bytes)>;
StoredDatabase damage_tables(const Sample& made, const PlaceOf& place) {
  const StoredDatabase stored = made.stored.copy();
  for (const auto& [id, location] : content_of(stored).tables) {
    MemoryFile file(stored.container);
    Findings findings;
    TableSurvey table({&file, id, location}, findings);
    flip(*stored.container, location.offset + place(table, location.length));
  }
  return stored;
}

TEST_P(SalvageTest, OfAHealthyDatabaseIsAllOfItWithoutFindings) {
  const Salvaged salvaged = salvage(sample().stored);
  EXPECT_EQ(all_of(salvaged.findings), "");
  EXPECT_GT(salvaged.tables.size(), 4u);
  expect_everything(salvaged, sample());
}

TEST_P(SalvageTest, LosesADamagedBlockAndNothingElse) {
  const ContainerContent content = content_of(sample().stored);
  for (const auto& [id, location] : content.tables) {
    const StoredDatabase stored = sample().stored.copy();
    MemoryFile file(stored.container);
    Findings findings;
    const TableSurvey table({&file, id, location}, findings);
    const auto& block = table.blocks()[table.blocks().size() / 2];
    flip(*stored.container, location.offset + block.handle.offset + 5);
    const Salvaged salvaged = salvage(stored);
    ASSERT_EQ(salvaged.findings.size(), 1u) << all_of(salvaged.findings);
    EXPECT_EQ(salvaged.findings[0].table, id);
    EXPECT_EQ(salvaged.findings[0].offset, location.offset + block.handle.offset);
    expect_all_but(salvaged, sample(), block.first_key, block.last_key);
  }
}

TEST_P(SalvageTest, FindsAllRecordsWithoutIndexFilterPropertiesOrFooter) {
  const PlaceOf parts[] = {
      [](TableSurvey& table, uint64_t) { return table.footer()->index.offset + 3; },
      [](TableSurvey& table, uint64_t) { return table.footer()->filter.offset + 3; },
      [](TableSurvey&, uint64_t bytes) { return bytes - 30; },
  };
  for (const PlaceOf& part : parts) {
    const Salvaged salvaged = salvage(damage_tables(sample(), part));
    expect_everything(salvaged, sample());
  }
  // Without the properties it is not known which ranges of keys a table has removed.
  const Salvaged salvaged = salvage(damage_tables(sample(), [](TableSurvey& table, uint64_t) {
    return table.footer()->properties.offset + 3;
  }));
  EXPECT_GE(salvaged.findings.size(), salvaged.tables.size());
  expect_at_least_everything(salvaged, sample());
}

TEST_P(SalvageTest, GoesBackToTheOlderCheckpoint) {
  const StoredDatabase stored = sample().stored.copy();
  flip(*stored.container, content_of(stored).superblock.checkpoint_offset + 40);
  EXPECT_TRUE(stored.copy().try_open(tiny_options()).status().is(StatusCode::corruption));
  const Salvaged salvaged = salvage(stored);
  EXPECT_FALSE(salvaged.findings.empty());
  expect_everything(salvaged, sample());
}

TEST_P(SalvageTest, ReadsTablesWithoutAnyCheckpoint) {
  const StoredDatabase stored = sample().stored.copy();
  MemoryFile file(stored.container);
  size_t damaged = 0;
  for (uint64_t at = kFileHeaderBytes; at < stored.container->size();) {
    const ContainerRecord record = read_record(file, at, stored.container->size()).value();
    if (record.kind == ContainerRecord::Kind::checkpoint) {
      flip(*stored.container, at + 60);
      ++damaged;
    }
    at = record.end;
  }
  ASSERT_GT(damaged, 1u);
  const Salvaged salvaged = salvage(stored);
  EXPECT_FALSE(salvaged.findings.empty());
  expect_at_least_everything(salvaged, sample());
}

TEST_P(SalvageTest, ReadsAFileWithoutSuperblocks) {
  const StoredDatabase stored = sample().stored.copy();
  for (const size_t slot : kSlotOffsets) flip(*stored.container, slot + 30);
  const Salvaged salvaged = salvage(stored);
  EXPECT_GE(salvaged.findings.size(), 2u);
  expect_everything(salvaged, sample());
}

TEST_P(SalvageTest, ReadsWhatIsInFrontOfTheFilesEnd) {
  const ContainerContent content = content_of(sample().stored);
  // The file ends in the middle of a table, and loses those that stand behind it.
  const StoredDatabase stored = sample().stored.copy();
  MemoryFile file(stored.container);
  std::vector<std::pair<std::string, std::string>> lost;
  TableLocation cut;
  for (const auto& entry : content.tables) {
    if (entry.second.offset > cut.offset && entry.second.length > 6000) cut = entry.second;
  }
  uint64_t end = 0;
  for (const auto& [id, location] : content.tables) {
    if (location.offset < cut.offset) continue;
    Findings ignored;
    TableSurvey table({&file, id, location}, ignored);
    const bool is_cut = location.offset == cut.offset;
    ASSERT_GT(table.blocks().size(), is_cut ? 2u : 0u);
    const auto& first_lost = table.blocks()[is_cut ? table.blocks().size() / 2 : 0];
    lost.emplace_back(first_lost.first_key, table.properties()->largest_key);
    if (is_cut) end = location.offset + first_lost.handle.offset;
    // A removal of keys goes with its table.
    table.read_range_removes().each([&](std::string_view begin, std::string_view last,
                                        const auto&) { lost.emplace_back(begin, last); });
  }
  stored.container->resize(end);
  EXPECT_TRUE(stored.copy().try_open(tiny_options()).status().is(StatusCode::corruption));
  const Salvaged salvaged = salvage(stored);
  EXPECT_FALSE(salvaged.findings.empty());
  for (const auto& [place, value] : sample().model) {
    const auto is_in = [&key = place.first](const auto& range) {
      return key >= range.first && key <= range.second;
    };
    if (std::any_of(lost.begin(), lost.end(), is_in)) continue;
    const auto found = salvaged.records.find(place);
    ASSERT_NE(found, salvaged.records.end()) << place.first;
    EXPECT_EQ(found->second, value) << place.first;
  }
}

TEST_P(SalvageTest, PassesARecordOfAnUnknownType) {
  // What stands behind the end of one with used regions is never looked at.
  if (GetParam()) return;
  const StoredDatabase stored = sample().stored.copy();
  std::string record;
  put_be64(record, 100);
  put_u8(record, 77);
  record.resize(108, 'x');
  *stored.container += record;
  EXPECT_TRUE(stored.copy().try_open(tiny_options()).status().is(StatusCode::unsupported));
  const Salvaged salvaged = salvage(stored);
  ASSERT_EQ(salvaged.findings.size(), 1u) << all_of(salvaged.findings);
  EXPECT_EQ(salvaged.findings[0].code, StatusCode::unsupported);
  expect_everything(salvaged, sample());
}

TEST_P(SalvageTest, PassesARecordThatLeadsNowhere) {
  const StoredDatabase stored = sample().stored.copy();
  const TableLocation first = content_of(stored).tables.begin()->second;
  flip(*stored.container, first.offset - kRecordHeaderBytes + 5);
  const Salvaged salvaged = salvage(stored);
  EXPECT_FALSE(salvaged.findings.empty());
  expect_everything(salvaged, sample());
}

TEST_P(SalvageTest, DoesWithoutAManifest) {
  const StoredDatabase stored = sample().stored.copy();
  auto container =
      Container::open(std::make_unique<MemoryFile>(stored.container, "flow.db"), {}).value();
  expect_ok(container->apply({}, {}, "no manifest at all"));
  container.reset();
  EXPECT_FALSE(stored.copy().try_open(tiny_options()).is_ok());
  const Salvaged salvaged = salvage(stored);
  EXPECT_FALSE(salvaged.findings.empty());
  expect_everything(salvaged, sample());
}

// Offsets of the commits' frames behind the manifest's position.
std::vector<uint64_t> frames_of(const StoredDatabase& stored) {
  std::vector<uint64_t> frames;
  const Manifest manifest = Manifest::decode(content_of(stored).manifest, "").value();
  const char* const log = stored.log->data();
  for (uint64_t at = manifest.log.offset; frames.size() < kInLog;) {
    EXPECT_EQ(log[at + frame_field::kType], static_cast<char>(FrameType::batch));
    frames.push_back(at);
    at += frame_bytes(load_le<uint32_t>(log + at + frame_field::kLength));
  }
  return frames;
}

TEST_P(SalvageTest, ReadsTheLogOnBehindADamagedFrame) {
  const std::vector<uint64_t> frames = frames_of(sample().stored);
  ASSERT_EQ(frames.size(), kInLog);
  for (size_t n = 0; n < frames.size(); ++n) {
    const uint64_t end = frames[n] + kFrameHeaderBytes +
                         load_le<uint32_t>(sample().stored.log->data() + frames[n] +
                                           frame_field::kLength);  // the padding says nothing
    for (uint64_t at = frames[n]; at < end; ++at) {
      const StoredDatabase stored = {sample().stored.container,
                                     std::make_shared<std::string>(*sample().stored.log)};
      flip(*stored.log, at);
      const Salvaged salvaged = salvage(stored);
      EXPECT_FALSE(salvaged.findings.empty()) << at;
      for (size_t k = 0; k < kInLog; ++k) {
        if (k == n) continue;
        EXPECT_EQ(salvaged.records.count({sample().log_keys[k], 0}), 1u)
            << "commit " << k << " with " << at - frames[n] << " of " << n << " damaged\n"
            << all_of(salvaged.findings);
      }
    }
  }
}

TEST_P(SalvageTest, ReadsTheLogOnBehindADamagedSector) {
  const std::vector<uint64_t> frames = frames_of(sample().stored);
  const uint64_t sector = frames[3] / kSectorBytes * kSectorBytes + kSectorBytes;
  const StoredDatabase stored = sample().stored.copy();
  for (uint64_t at = sector; at < sector + kSectorBytes; ++at) (*stored.log)[at] = '\x5a';
  const Salvaged salvaged = salvage(stored);
  EXPECT_FALSE(salvaged.findings.empty());
  for (size_t n = 0; n < frames.size(); ++n) {
    const uint64_t end = n + 1 < frames.size() ? frames[n + 1] : frames[n] + 1;
    // Of the first one behind the damage it can't be known whether it is whole.
    const bool is_damaged = end > sector && (n == 0 || frames[n - 1] < sector + kSectorBytes);
    EXPECT_EQ(salvaged.records.count({sample().log_keys[n], 0}), is_damaged ? 0u : 1u) << n;
  }
}

TEST_P(SalvageTest, IsCopiedToANewDatabase) {
  StoredDatabase stored = sample().stored.copy();
  flip(*stored.container, content_of(stored).superblock.checkpoint_offset + 40);
  ReadOnlyFile container(stored.container, "flow.db");
  ReadOnlyFile log(stored.log, "flow.wal");
  Salvage opened = Salvage::open(container, log);
  StoredDatabase fresh;
  auto target = fresh.open(tiny_options());
  expect_ok(opened.copy_to(*target));
  EXPECT_TRUE(opened.copy_to(*target).is(StatusCode::invalid_argument));
  expect_ok(target->close());
  target = fresh.open(tiny_options());
  Model found;
  auto iterator = target->new_iterator({});
  for (iterator->seek_to_first(); iterator->valid(); iterator->next()) {
    found[{std::string(iterator->key()), iterator->ts()}] = iterator->value();
  }
  EXPECT_EQ(found, sample().model);
  EXPECT_TRUE(target->verify().empty());
}

TEST_P(SalvageTest, TakesAnyBytes) {
  std::mt19937_64 random(3);
  for (size_t round = 0; round < 200; ++round) {
    const StoredDatabase stored = sample().stored.copy();
    for (std::string* bytes : {stored.container.get(), stored.log.get()}) {
      if (random() % 4 == 0) bytes->resize(random() % (bytes->size() + 1));
      const size_t damages = random() % 200;
      for (size_t i = 0; i < damages && !bytes->empty(); ++i) {
        (*bytes)[random() % bytes->size()] = static_cast<char>(random());
      }
      // The beginning is where one byte decides the most.
      for (size_t i = 0; i < damages && bytes->size() > 4096; ++i) {
        (*bytes)[random() % 4096] = static_cast<char>(random());
      }
    }
    const Salvaged salvaged = salvage(stored);
    for (const auto& [place, value] : salvaged.records) {
      const auto [begin, end] = sample().history.equal_range(place.first);
      EXPECT_TRUE(std::any_of(begin, end, [&now = value](const auto& old) {
        return old.second == now;
      })) << place.first;
    }
  }
}

}  // namespace
}  // namespace flowdb
