// Containers that the first version stored open for ever, with what was in them.
#include <gtest/gtest.h>

#include "storage/fixture_file.h"
#include "storage/original.h"
#include "storage/stored_container.h"

namespace flowdb {
namespace {

struct Fixture {
  const char* file;
  Contents tables;
  const char* manifest;
  uint64_t epoch;
  bool changed;
  bool deleted;
};

class ContainerFixture : public testing::TestWithParam<Fixture> {};

TEST_P(ContainerFixture, OpensWithWhatWasStoredAndCanBeWritten) {
  const Fixture& fixture = GetParam();
  const Bytes bytes = load_fixture(std::string(STORAGE_FIXTURES "/") + fixture.file);
  ASSERT_GE(bytes->size(), 4096u) << fixture.file;
  EXPECT_EQ(original::contents(*bytes), fixture.tables);
  {
    const auto container = open(bytes);
    ASSERT_NE(container, nullptr);
    EXPECT_EQ(contents(*container), fixture.tables);
    EXPECT_EQ(container->manifest(), fixture.manifest);
    EXPECT_EQ(container->epoch(), fixture.epoch);
    EXPECT_EQ(container->changed_by_others(), fixture.changed);
    EXPECT_EQ(container->is_deleted(), fixture.deleted);
    EXPECT_EQ(container->database_id(), kTestId);
    ASSERT_OK(container->raise_epoch());
    ASSERT_OK(add_table(*container, 100, "new", {}, "new manifest"));
  }
  Contents expected = fixture.tables;
  expected[100] = "new";
  EXPECT_EQ(contents(*open(bytes)), expected);
  EXPECT_EQ(original::contents(*bytes), expected);
}

INSTANTIATE_TEST_SUITE_P(
    All, ContainerFixture,
    testing::Values(
        Fixture{"new.db", {}, "", 0, false, false},
        Fixture{"applied.db", {{2, std::string(500, '2')}}, "manifest 2", 1, false, false},
        Fixture{"applied-then-original.db",
                {{7, "appended by the original"}},
                "manifest 2",
                1,
                true,
                false},
        Fixture{"standalone.db",
                {{2, std::string(500, '2')}, {4, "four"}},
                "manifest 2",
                1,
                true,
                false},
        Fixture{"copy.db", {{2, std::string(500, '2')}, {4, "four"}}, "manifest 2", 1, true, false},
        Fixture{
            "deleted.db", {{2, std::string(500, '2')}, {4, "four"}}, "manifest 2", 1, true, true},
        Fixture{
            "original.db", {{2, "original two"}, {3, std::string(300, '3')}}, "", 0, true, false}),
    [](const testing::TestParamInfo<Fixture>& fixture) {
      std::string name = fixture.param.file;
      for (char& c : name) {
        if (c == '.' || c == '-') c = '_';
      }
      return name;
    });

}  // namespace
}  // namespace flowdb
