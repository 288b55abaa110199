// Where checkpoints go once regions are used again: they take turns in as little room as they can,
// and leave the rest to tables.
#include <gtest/gtest.h>

#include "storage/free_space.h"
#include "storage/stored_container.h"

namespace flowdb {
namespace {

// Of one table, and with this manifest, a checkpoint and what hides it fill a page to its end.
constexpr size_t kManifestBytes = 3400;
// The newest one, the one before, and the one that is being written.
constexpr uint64_t kTurns = 3;

TEST(CheckpointRoom, CommitsLeaveAFreeRegionToTables) {
  const Bytes bytes = no_bytes();
  auto container = open(bytes);
  ASSERT_OK(add_table(*container, 1, std::string(300'000, '1'), {}, "m"));
  ASSERT_OK(add_table(*container, 2, std::string(1000, '2'), {}, "m"));
  ASSERT_OK(container->apply({}, {1}, "m"));
  ASSERT_OK(container->reclaim());
  for (int i = 0; i < 40; ++i) {
    ASSERT_OK(container->apply({}, {}, std::string(kManifestBytes, 'm')));
  }
  EXPECT_TRUE(container->regions_reused());
  const uint64_t region_end = table_region(container->tables().at(2)).begin;
  const Region left = {kFileHeaderBytes + kTurns * kPageBytes, region_end};
  const std::string table(table_room(left), '3');
  auto writer = container->begin_table(3, table.size());
  ASSERT_OK(writer.status());
  ASSERT_OK(writer.value()->append(table));
  ASSERT_OK(writer.value()->finish());
  writer.value().reset();
  ASSERT_OK(container->apply({3}, {}, "m"));
  EXPECT_EQ(table_region(container->tables().at(3)).begin, left.begin);
  EXPECT_EQ(contents(*open(bytes)), contents(*container));
}

// A table of one byte would fit into what is left of the region, but keeps it from growing.
TEST(CheckpointRoom, TablesLeaveSmallRegionsAlone) {
  const Bytes bytes = no_bytes();
  auto container = open(bytes);
  ASSERT_OK(add_table(*container, 1, std::string(200'000, '1'), {}, "m"));
  ASSERT_OK(add_table(*container, 2, std::string(1000, '2'), {}, "m"));
  ASSERT_OK(container->apply({}, {1}, "m"));
  ASSERT_OK(container->reclaim());
  // What this one leaves of the region is small.
  ASSERT_OK(add_table(*container, 3, std::string(170'000, '3'), {}, "m"));
  for (int i = 0; i < 4; ++i) ASSERT_OK(container->apply({}, {}, "m"));
  const uint64_t behind = table_region(container->tables().at(2)).end;
  EXPECT_EQ(bytes->size(), behind);  // the checkpoints are in front of it
  ASSERT_OK(add_table(*container, 4, "4", {}, "m"));
  EXPECT_GT(container->tables().at(4).offset, behind);
  EXPECT_EQ(contents(*open(bytes)), contents(*container));
}

}  // namespace
}  // namespace flowdb
