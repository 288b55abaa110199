// verify: a database that is whole is told so, and one flipped bit is found wherever it counts.
#include "engine/verify.h"

#include <gtest/gtest.h>

#include "engine/manifest.h"
#include "engine/test_engine.h"
#include "storage/checkpoint.h"
#include "storage/container_scan.h"
#include "wal/log_format.h"

namespace flowdb {
namespace {

Findings verify(const StoredDatabase& stored) {
  MemoryFile container(stored.container, "flow.db");
  MemoryFile log(stored.log, "flow.wal");
  return verify_database(container, log);
}

std::string all_of(const Findings& findings) {
  std::string text;
  for (const Finding& finding : findings) text += finding.to_string() + "\n";
  return text;
}

void put_some(Engine& engine, uint64_t from, uint64_t to, int64_t ts) {
  for (uint64_t n = from; n < to; ++n) {
    WriteBatch batch;
    batch.put("key" + std::to_string(n * 7919 % 100003), "value" + std::to_string(n), ts);
    if (n % 5 == 0) batch.remove("key" + std::to_string((n / 2) * 7919 % 100003), ts);
    if (n % 97 == 0) batch.put("expires" + std::to_string(n), "soon", 0, 2'000'000);
    if (n % 251 == 0) batch.remove_range("key5", "key6");
    expect_ok(engine.write(batch, Durability::relaxed));
  }
}

TEST(VerifyTest, ReportsNothingOfAHealthyDatabaseOfSeveralLevels) {
  StoredDatabase stored;
  auto engine = stored.open(tiny_options());
  EXPECT_EQ(all_of(engine->verify()), "");
  for (int round = 0; round < 6; ++round) {
    put_some(*engine, static_cast<uint64_t>(round) * 1500, static_cast<uint64_t>(round + 1) * 1500,
             round);
    EXPECT_EQ(all_of(engine->verify()), "") << "open, round " << round;
    EXPECT_EQ(all_of(verify(stored.copy())), "") << "killed, round " << round;
    if (round == 3) {
      expect_ok(engine->close());
      EXPECT_EQ(all_of(verify(stored)), "") << "closed";
      engine = stored.open(tiny_options());
    }
  }
  while (engine->maintain(1'000'000).value()) {
  }
  EXPECT_EQ(all_of(engine->verify()), "");
  EXPECT_GT(engine->stats().tables, 5u);
  expect_ok(engine->storage().write_sst(4'000'000, "not ours"));
  const Findings findings = engine->verify();
  ASSERT_EQ(findings.size(), 1u) << all_of(findings);
  EXPECT_EQ(findings[0].table, 4'000'000u);
}

// A database in few bytes: two tables at two levels, and commits in the log only.
StoredDatabase small_database(bool reuses = false) {
  StoredDatabase stored;
  EngineOptions options = tiny_options();
  options.block_bytes = 256;
  options.region_bytes_min = reuses ? 4 << 10 : 64 << 10;
  auto engine = stored.open(options);
  for (uint64_t n = 0; n < 30; ++n) {
    WriteBatch batch;
    batch.put("key" + std::to_string(n), "value" + std::to_string(n), static_cast<int64_t>(n % 3));
    if (n == 12) batch.remove_range("a", "b");
    expect_ok(engine->write(batch, Durability::relaxed));
    if (n == 9) expect_ok(engine->compact_all());
    if (n == 19) expect_ok(engine->flush());
    // What was free in between is used again.
    if (n == 19 && reuses) expect_ok(engine->storage().reclaim());
  }
  return stored.copy();
}

// Marks the bytes that somebody refers to.
class Referred {
 public:
  explicit Referred(size_t bytes) : marks_(bytes, false) {}
  void mark(uint64_t offset, uint64_t length) {
    std::fill_n(marks_.begin() + static_cast<ptrdiff_t>(offset), length, true);
  }
  bool at(size_t offset) const { return marks_[offset]; }

 private:
  std::vector<bool> marks_;
};

// Of the container: magic, version and superblocks; live tables with their records' headers; the
// checkpoints that the superblocks name; of every other record what frames it. Not: the zeros of
// the file header, what is in fillers, dead tables.
Referred referred_in(const std::string& container) {
  Referred referred(container.size());
  referred.mark(0, 12);
  for (const size_t slot : kSlotOffsets) referred.mark(slot, kSuperblockBytes);
  MemoryFile file(std::make_shared<std::string>(container));
  const ContainerContent content = scan_container(file, container.size(), {}).value();
  for (uint64_t at = kFileHeaderBytes; at < container.size();) {
    const ContainerRecord record = read_record(file, at, container.size()).value();
    const bool is_whole = record.kind == ContainerRecord::Kind::checkpoint ||
                          record.kind == ContainerRecord::Kind::tombstone;
    referred.mark(at, is_whole ? record.end - at : kLengthBytes);
    // The length of a filler is the distance to the next record; its type and id say that it is
    // one.
    if (record.kind == ContainerRecord::Kind::filler) referred.mark(at + kLengthBytes + 1, 4);
    at = record.end;
  }
  // Where regions are used again, the records do not lead to what is live.
  if (content.superblock.reused) {
    referred = Referred(container.size());
    referred.mark(0, 12);
    for (const size_t slot : kSlotOffsets) referred.mark(slot, kSuperblockBytes);
    referred.mark(content.superblock.checkpoint_offset, content.superblock.checkpoint_length);
  }
  for (const auto& entry : content.tables) {
    const uint64_t header = content.superblock.reused ? 0 : kRecordHeaderBytes;
    referred.mark(entry.second.offset - header, entry.second.length + header);
  }
  return referred;
}

// Of the log: the header's fields, and the frames behind the manifest's position.
Referred referred_in_log(const StoredDatabase& stored) {
  Referred referred(stored.log->size());
  referred.mark(0, log_header_field::kCrc + 4);
  MemoryFile container(stored.container);
  const ContainerContent content = scan_container(container, stored.container->size(), {}).value();
  const Manifest manifest = Manifest::decode(content.manifest, "").value();
  uint64_t end = manifest.log.offset;
  while (true) {  // frames one behind the other, by their lengths
    const uint32_t length = load_le<uint32_t>(stored.log->data() + end + frame_field::kLength);
    if ((*stored.log)[end + frame_field::kType] == 0) break;
    referred.mark(end, kFrameHeaderBytes + length);  // but for the padding
    end += frame_bytes(length);
  }
  return referred;
}

class FlippedBitTest : public testing::TestWithParam<bool> {};
INSTANTIATE_TEST_SUITE_P(WithAndWithoutReuse, FlippedBitTest, testing::Bool());

TEST_P(FlippedBitTest, IsFoundWhereverSomebodyRefersToIt) {
  const StoredDatabase whole = small_database(GetParam());
  MemoryFile container(whole.container);
  ASSERT_EQ(scan_container(container, whole.container->size(), {})->superblock.reused, GetParam());
  ASSERT_EQ(all_of(verify(whole)), "");
  size_t found = 0;
  size_t free = 0;
  for (const bool in_log : {false, true}) {
    const std::string& bytes = in_log ? *whole.log : *whole.container;
    const Referred referred = in_log ? referred_in_log(whole) : referred_in(bytes);
    for (size_t i = 0; i < bytes.size(); ++i) {
      // Most of the log has never been written to.
      if (!referred.at(i) && i % 41 != 0) continue;
      const StoredDatabase damaged = {
          in_log ? whole.container : std::make_shared<std::string>(bytes),
          in_log ? std::make_shared<std::string>(bytes) : whole.log};
      std::string& file = in_log ? *damaged.log : *damaged.container;
      file[i] = static_cast<char>(file[i] ^ (1 << (i * 5 % 8)));
      const Findings findings = verify(damaged);
      if (referred.at(i)) {
        EXPECT_FALSE(findings.empty()) << (in_log ? "flow.wal" : "flow.db") << " at " << i;
        ++found;
      } else {
        ++free;
      }
    }
  }
  std::printf("%zu flipped bits were found, %zu were in room that nobody refers to\n", found, free);
  EXPECT_GT(found, 3000u);
}

TEST(VerifyTest, ReportsAllThatIsDamagedWithTableAndOffset) {
  const StoredDatabase stored = small_database();
  MemoryFile file(stored.container);
  const ContainerContent content = scan_container(file, stored.container->size(), {}).value();
  for (const auto& entry : content.tables) {
    // The first data block of each.
    (*stored.container)[entry.second.offset + 3] ^= 1;
  }
  (*stored.log)[20] ^= 1;
  const Findings findings = verify(stored);
  ASSERT_EQ(findings.size(), content.tables.size() + 1) << all_of(findings);
  size_t i = 0;
  for (const auto& [id, location] : content.tables) {
    EXPECT_EQ(findings[i].table, id);
    EXPECT_EQ(findings[i].offset, location.offset);
    EXPECT_EQ(findings[i].file, "flow.db");
    EXPECT_NE(findings[i].expected, findings[i].found);
    ++i;
  }
  EXPECT_EQ(findings[i].file, "flow.wal");
}

}  // namespace
}  // namespace flowdb
