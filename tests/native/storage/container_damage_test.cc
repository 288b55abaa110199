// Damaged and cut off containers: an error that says where, or the documented recovery; never wrong
// data.
#include <gtest/gtest.h>

#include <random>

#include "storage/bytes.h"
#include "storage/checkpoint.h"
#include "storage/original.h"
#include "storage/stored_container.h"
#include "storage/superblock.h"

namespace flowdb {
namespace {

struct Snapshot {
  Contents tables;
  std::string manifest;
  uint64_t epoch = 0;
  bool deleted = false;

  bool operator==(const Snapshot& other) const {
    return tables == other.tables && manifest == other.manifest && epoch == other.epoch &&
           deleted == other.deleted;
  }
};

Snapshot snapshot(const Container& container) {
  return {contents(container), container.manifest(), container.epoch(), container.is_deleted()};
}

// A container with every kind of record behind its checkpoint, one commit a state.
Bytes container_with_all_records() {
  const Bytes bytes = no_bytes();
  const auto container = open(bytes);
  EXPECT_TRUE(container->raise_epoch().is_ok());
  EXPECT_TRUE(add_table(*container, 1, "one", {}, "manifest 1").is_ok());
  EXPECT_TRUE(add_table(*container, 2, std::string(600, '2'), {}, "manifest 2").is_ok());
  EXPECT_TRUE(container->write_sst(3, "three").is_ok());
  EXPECT_TRUE(container->delete_sst(1).is_ok());
  EXPECT_TRUE(container->write_sst(4, std::string(4000, '4')).is_ok());
  return bytes;
}

bool names_file_and_offset(const Status& status) {
  return status.message().find("flow.db at ") != std::string::npos;
}

TEST(ContainerDamage, OneFlippedBitAnywhereIsAnErrorOrChangesNothing) {
  const Bytes bytes = container_with_all_records();
  const auto whole = open(bytes);
  const Snapshot expected = snapshot(*whole);
  std::vector<bool> table_bytes(bytes->size(), false);  // the table's own format guards them
  for (const auto& [id, location] : whole->tables()) {
    for (uint64_t i = 0; i < location.length; ++i) {
      table_bytes[static_cast<size_t>(location.offset + i)] = true;
    }
  }
  int errors = 0;
  for (size_t at = 0; at < bytes->size(); ++at) {
    if (table_bytes[at]) continue;
    // In the midst of zeros, which fill gaps, one bit stands for its byte.
    const bool filled = at >= 64 && bytes->find_first_not_of('\0', at - 64) >= at + 64;
    for (int bit = 0; bit < 8; ++bit) {
      if (filled && at % 8 != static_cast<size_t>(bit)) continue;
      const char before = (*bytes)[at];
      (*bytes)[at] = static_cast<char>(before ^ (1 << bit));
      const auto container = try_open(bytes);
      if (container.is_ok()) {
        ASSERT_TRUE(snapshot(*container.value()) == expected) << "bit " << bit << " at " << at;
      } else {
        const Status& status = container.status();
        ASSERT_TRUE(status.is(StatusCode::corruption) || status.is(StatusCode::unsupported))
            << status.to_string();
        ASSERT_TRUE(names_file_and_offset(status)) << status.to_string();
        ++errors;
      }
      (*bytes)[at] = before;
    }
  }
  EXPECT_GT(errors, 5 * 512 * 8 / 8);  // magic, version, checkpoint, records
}

// Every bit of a region is an error that names the offset.
void expect_refused(const Bytes& bytes, size_t from, size_t to, StatusCode code, uint64_t offset) {
  for (size_t bit = from * 8; bit < to * 8; ++bit) {
    const Bytes damaged = copy_of(bytes);
    char& byte = (*damaged)[bit / 8];
    byte = static_cast<char>(byte ^ (1 << bit % 8));
    const auto container = try_open(damaged);
    ASSERT_FALSE(container.is_ok()) << "bit " << bit % 8 << " at " << bit / 8;
    EXPECT_TRUE(container.status().is(code)) << container.status().to_string();
    EXPECT_NE(container.status().message().find("flow.db at " + std::to_string(offset) + ":"),
              std::string::npos)
        << container.status().to_string();
  }
}

TEST(ContainerDamage, MagicVersionAndCheckpointAreRefusedWithTheirOffset) {
  const Bytes bytes = no_bytes();
  ASSERT_OK(add_table(*open(bytes), 1, "one", {}, "manifest"));
  expect_refused(bytes, 0, 8, StatusCode::corruption, 0);
  expect_refused(bytes, 8, 12, StatusCode::unsupported, 8);
  // [checkpoint 8192 .. 8704)
  ASSERT_EQ(bytes->size(), 8704u);
  expect_refused(bytes, 8192, 8704, StatusCode::corruption, 8192);
}

TEST(ContainerDamage, ATombstoneIsRefusedWithItsOffset) {
  const Bytes bytes = no_bytes();
  ASSERT_OK(open(bytes)->write_sst(1, "one"));
  ASSERT_OK(open(bytes)->delete_sst(1));
  ASSERT_EQ(bytes->size(), 8192u + 25);
  expect_refused(bytes, 8192 + 9, 8192 + 25, StatusCode::corruption, 8192);
}

TEST(ContainerDamage, RandomBytesNeverCrash) {
  const Bytes bytes = container_with_all_records();
  std::string original_file = original::new_container();
  for (uint32_t id = 0; id < 20; ++id) {
    original::append_table(original_file, id, std::string(id * 7, 'x'));
    if (id % 5 == 0) original::append_checkpoint(original_file, original::recover(original_file));
    if (id % 7 == 0) original::append_tombstone(original_file, id);
  }
  size_t opened = 0;
  for (uint64_t seed = 0; seed < 4000; ++seed) {
    SCOPED_TRACE("seed " + std::to_string(seed));
    std::mt19937_64 random(seed);
    std::string file = seed % 2 == 0 ? *bytes : original_file;
    for (uint64_t changes = 1 + random() % 6; changes > 0; --changes) {
      // Mostly where the structure is.
      const size_t at = 4096 * (random() % 6) + random() % 64;
      file[at < file.size() ? at : random() % file.size()] = static_cast<char>(random() >> 60);
    }
    const auto container = try_open(std::make_shared<std::string>(file));
    if (!container.is_ok()) {
      ASSERT_TRUE(names_file_and_offset(container.status())) << container.status().to_string();
      continue;
    }
    ++opened;
    ASSERT_EQ(contents(*container.value()).size(), container.value()->tables().size());
    ASSERT_OK(container.value()->write_sst(1000, "new"));
  }
  EXPECT_GT(opened, 100u);
}

TEST(ContainerDamage, ADamagedSuperblockLosesNoCommit) {
  // The states of one container after each of its commits.
  std::vector<std::string> files;
  const Bytes bytes = no_bytes();
  const auto container = open(bytes);
  files.push_back(*bytes);
  const auto note = [&](const Status& status) {
    ASSERT_OK(status);
    files.push_back(*bytes);
  };
  note(add_table(*container, 1, "one", {}, "m1"));
  note(add_table(*container, 2, "two", {1}, "m2"));
  note(container->write_sst(3, "three"));
  note(container->delete_sst(2));
  note(container->write_checkpoint());
  note(container->apply({}, {3}, "m3"));
  std::string garbage(512, '\0');
  for (size_t i = 0; i < garbage.size(); ++i) garbage[i] = static_cast<char>(i * 7 + 1);
  const std::string zeros(512, '\0');
  struct Case {
    size_t slot;
    std::string content;
  };
  for (size_t state = 0; state < files.size(); ++state) {
    const std::string& file = files[state];
    const Snapshot expected = snapshot(*open(std::make_shared<std::string>(file)));
    for (const Case& c :
         {Case{512, garbage}, Case{2048, garbage}, Case{512, zeros}, Case{2048, zeros}}) {
      // Beside generation 1 a slot of zeros has never been written.
      if (c.content == zeros && state < 2) continue;
      const Bytes damaged = std::make_shared<std::string>(file);
      damaged->replace(c.slot, 512, c.content);
      {
        const auto reopened = open(damaged);
        ASSERT_NE(reopened, nullptr);
        EXPECT_TRUE(snapshot(*reopened) == expected);
        // The recovery holds when the slot has been written again.
        ASSERT_OK(reopened->raise_epoch());
      }
      const auto again = open(damaged);
      EXPECT_EQ(contents(*again), expected.tables);
      EXPECT_EQ(again->manifest(), expected.manifest);
    }
    // Both of them: a full scan.
    const Bytes damaged = std::make_shared<std::string>(file);
    (*damaged)[600] = '!';
    (*damaged)[2100] = '!';
    const auto reopened = open(damaged);
    ASSERT_NE(reopened, nullptr);
    EXPECT_EQ(contents(*reopened), expected.tables);
    EXPECT_EQ(reopened->manifest(), expected.manifest);
    EXPECT_EQ(reopened->database_id(), kTestId);
  }
}

TEST(ContainerDamage, ATornSuperblockLeavesTheStateBeforeOrAfter) {
  const Bytes bytes = no_bytes();
  ASSERT_OK(add_table(*open(bytes), 1, "one", {}, "m1"));
  const std::string before = *bytes;
  ASSERT_OK(add_table(*open(bytes), 2, "two", {1}, "m2"));
  const std::string after = *bytes;
  const Snapshot old_state = snapshot(*open(std::make_shared<std::string>(before)));
  const Snapshot new_state = snapshot(*open(bytes));
  for (size_t torn = 0; torn <= 512; ++torn) {
    const Bytes file = std::make_shared<std::string>(after);
    file->replace(0, 4096, before.substr(0, 4096));
    file->replace(2048, torn, after.substr(2048, torn));  // generation 3
    place(*file, 12288 + 8, hex("01 ffffffff"));          // the table has its name only afterwards
    const auto container = open(file);
    ASSERT_NE(container, nullptr) << torn;
    const Snapshot found = snapshot(*container);
    EXPECT_TRUE(found == old_state || found == new_state) << torn;
  }
}

TEST(ContainerDamage, CutOffAtEveryByte) {
  const Bytes bytes = container_with_all_records();
  const Snapshot expected = snapshot(*open(bytes));
  for (size_t length = 0; length <= bytes->size(); ++length) {
    const Bytes cut = std::make_shared<std::string>(bytes->substr(0, length));
    const auto container = try_open(cut);
    if (length < 1024) {
      // Nothing tells it from a creation that was cut off, except the log (Log::holds_frames).
      ASSERT_TRUE(container.is_ok()) << length << container.status().to_string();
      EXPECT_TRUE(container.value()->tables().empty());
      EXPECT_EQ(cut->size(), 4096u);
    } else if (length < bytes->size()) {
      ASSERT_FALSE(container.is_ok()) << length;
      EXPECT_TRUE(container.status().is(StatusCode::corruption)) << container.status().to_string();
      EXPECT_TRUE(names_file_and_offset(container.status())) << container.status().to_string();
      EXPECT_EQ(cut->size(), length);
    } else {
      ASSERT_TRUE(container.is_ok());
      EXPECT_TRUE(snapshot(*container.value()) == expected);
    }
  }
}

TEST(ContainerDamage, ANewContainerCutOffAtEveryByteIsCreatedAgain) {
  const Bytes bytes = no_bytes();
  ASSERT_NE(open(bytes), nullptr);
  for (size_t length = 0; length <= 4096; ++length) {
    const Bytes cut = std::make_shared<std::string>(bytes->substr(0, length));
    ASSERT_NE(open(cut), nullptr) << length;
    EXPECT_EQ(*cut, *bytes);
    // A power failure may have kept the length and not the bytes.
    const Bytes zeros = std::make_shared<std::string>(length < 4096 ? length : 0, '\0');
    ASSERT_NE(open(zeros), nullptr) << length;
    EXPECT_EQ(*zeros, *bytes);
  }
}

// A copy's superblock is a first one, too, but what it names was there before it.
TEST(ContainerDamage, ACopyCutOffInItsHeaderIsNotCreatedAgain) {
  const auto container = open(no_bytes());
  ASSERT_OK(add_table(*container, 1, "one", {}, "m"));
  const Bytes bytes = no_bytes();
  MemoryFile target(bytes);
  ASSERT_OK(container->copy_to(target));
  for (size_t length = kSlotOffsets[1] + kSuperblockBytes; length < 4096; ++length) {
    const Bytes cut = std::make_shared<std::string>(bytes->substr(0, length));
    EXPECT_TRUE(try_open(cut).status().is(StatusCode::corruption)) << length;
  }
}

TEST(ContainerDamage, ATailThatWasNotCommittedIsCutOffWhereverItEnds) {
  const Bytes bytes = no_bytes();
  ASSERT_OK(add_table(*open(bytes), 1, "one", {}, "m1"));
  const std::string header = bytes->substr(0, 4096);
  const size_t committed = bytes->size();
  ASSERT_OK(add_table(*open(bytes), 2, std::string(600, '2'), {1}, "m2"));
  // Before the superblock is written, the table is framed as a filler.
  place(*bytes, 12288 + 8, hex("01 ffffffff"));
  for (size_t length = committed; length <= bytes->size(); ++length) {
    const Bytes cut = std::make_shared<std::string>(header + bytes->substr(4096, length - 4096));
    const auto container = open(cut);
    ASSERT_NE(container, nullptr) << length;
    EXPECT_EQ(contents(*container), (Contents{{1, "one"}})) << length;
    EXPECT_EQ(container->manifest(), "m1");
    EXPECT_FALSE(container->changed_by_others());
    ASSERT_OK(container->write_sst(3, "three"));
    EXPECT_EQ(original::contents(*cut), (Contents{{1, "one"}, {3, "three"}})) << length;
    EXPECT_EQ(contents(*open(cut)), (Contents{{1, "one"}, {3, "three"}})) << length;
  }
}

TEST(ContainerDamage, ACheckpointOfWhichOnlyTheFrontCameThroughIsNotTheOriginals) {
  const Bytes bytes = no_bytes();
  ASSERT_OK(add_table(*open(bytes), 1, "one", {}, "m1"));
  const std::string header = bytes->substr(0, 4096);
  ASSERT_OK(open(bytes)->apply({}, {1}, std::string(2000, 'm')));
  bytes->replace(0, 4096, header);
  for (size_t sector = 12288; sector < bytes->size(); sector += 512) {
    const Bytes torn = copy_of(bytes);
    for (size_t kept = sector + 512; kept < bytes->size(); kept += 512) {
      torn->replace(kept, 512, std::string(512, '\0'));
    }
    const auto container = open(torn);
    ASSERT_NE(container, nullptr);
    EXPECT_EQ(contents(*container), (Contents{{1, "one"}}));
    EXPECT_EQ(container->manifest(), "m1");
  }
}

TEST(ContainerDamage, ACheckpointThatNamesAnEndInFrontOfItselfTakesFurtherRecords) {
  for (const uint64_t named_end : {uint64_t{0}, uint64_t{5000}, uint64_t{1} << 40}) {
    const Bytes bytes = no_bytes();
    bytes->assign("FLOWDB01\0\0\0\1", 12);
    bytes->resize(kFileHeaderBytes, '\0');
    *bytes += encode_table_header(3, 5) + "three";
    *bytes += encode_gap(bytes->size(), 2 * kPageBytes);
    const LiveTables tables{{3, {kFileHeaderBytes + kRecordHeaderBytes, 5}}};
    *bytes += encode_checkpoint(tables, "manifest", DatabaseId{9}, {7, named_end});
    ASSERT_TRUE(open(bytes)->write_sst(1, "one").is_ok());
    const auto again = open(bytes);
    ASSERT_NE(again, nullptr) << named_end;
    EXPECT_EQ(contents(*again), (Contents{{1, "one"}, {3, "three"}})) << named_end;
  }
}

TEST(ContainerDamage, AGenerationBehindWhichNoneComesIsRefused) {
  const Bytes bytes = no_bytes();
  bytes->assign("FLOWDB01\0\0\0\1", 12);
  bytes->resize(kFileHeaderBytes, '\0');
  *bytes += encode_checkpoint({}, "manifest", DatabaseId{9}, {UINT64_MAX, kFileHeaderBytes});
  EXPECT_TRUE(try_open(bytes).status().is(StatusCode::corruption));

  Superblock superblock;
  superblock.generation = UINT64_MAX;
  *bytes = encode_file_header(superblock);
  EXPECT_TRUE(try_open(bytes).status().is(StatusCode::corruption));
}

TEST(ContainerDamage, ASuperblockInTheOthersPlaceIsRefused) {
  const Bytes bytes = no_bytes();
  Superblock superblock;
  superblock.generation = 4;
  *bytes = encode_file_header(superblock);
  EXPECT_NE(open(bytes), nullptr);
  superblock.generation = 6;
  *bytes = encode_file_header(superblock);
  bytes->replace(superblock_offset(5), kSuperblockBytes, encode_superblock(superblock));
  EXPECT_TRUE(try_open(bytes).status().is(StatusCode::corruption));
}

TEST(ContainerDamage, WhatIsNoContainerIsRefusedAndLeftAlone) {
  for (const std::string& text :
       {std::string("x"), std::string("some text that is no container"), std::string(4096, 'a'),
        std::string(5000, '\0'), std::string(100'000, 'z')}) {
    const Bytes bytes = std::make_shared<std::string>(text);
    const auto container = try_open(bytes);
    ASSERT_FALSE(container.is_ok());
    EXPECT_TRUE(container.status().is(StatusCode::corruption)) << container.status().to_string();
    EXPECT_NE(container.status().message().find("flow.db at 0:"), std::string::npos);
    EXPECT_EQ(*bytes, text);
  }
}

TEST(ContainerDamage, VersionsAndFeaturesThatAreNotKnownAreUnsupported) {
  // Checksums of these sectors were computed by another program.
  const Bytes bytes = no_bytes();
  ASSERT_NE(open(bytes), nullptr);
  const Bytes version = copy_of(bytes);
  place(*version, 2048 + 8, hex("00000002"));
  place(*version, 2048 + 508, hex("c87b1648"));
  const Bytes feature = copy_of(bytes);
  place(*feature, 2048 + 12, hex("00000002"));
  place(*feature, 2048 + 508, hex("3db451f8"));
  for (const Bytes& file : {version, feature}) {
    const auto container = try_open(file);
    ASSERT_FALSE(container.is_ok());
    EXPECT_TRUE(container.status().is(StatusCode::unsupported)) << container.status().to_string();
    EXPECT_TRUE(names_file_and_offset(container.status()));
  }
  // A compatible feature is kept.
  const Bytes compatible = copy_of(bytes);
  place(*compatible, 2048 + 16, hex("80000001"));
  place(*compatible, 2048 + 508, hex("a44848b0"));
  ASSERT_OK(open(compatible)->raise_epoch());
  EXPECT_EQ(compatible->substr(512 + 16, 4), hex("80000001"));
}

}  // namespace
}  // namespace flowdb
