// The containers with reused regions in fixtures/ open for ever.
#include "storage/reused_fixture.h"

#include <gtest/gtest.h>

#include "storage/fixture_file.h"
#include "storage/framing.h"

namespace flowdb {
namespace {

struct Stored {
  const char* file;
  bool appended_to;
};

class ReusedFixture : public testing::TestWithParam<Stored> {};

TEST_P(ReusedFixture, OpensWithWhatWasStoredAndCanBeWritten) {
  const Bytes bytes = load_fixture(std::string(STORAGE_FIXTURES "/") + GetParam().file);
  ASSERT_GE(bytes->size(), 4096u);
  EXPECT_TRUE(is_framed_to_its_end(*bytes));
  Contents expected = reused_fixture_contents();
  if (GetParam().appended_to) {
    expected[20] = "appended by the original";
    expected.erase(11);
  }
  {
    const auto container = open(bytes);
    ASSERT_NE(container, nullptr);
    EXPECT_TRUE(container->regions_reused());
    EXPECT_EQ(contents(*container), expected);
    EXPECT_EQ(container->manifest(), "manifest 12");
    EXPECT_EQ(container->changed_by_others(), GetParam().appended_to);
    ASSERT_OK(container->raise_epoch());
    ASSERT_OK(add_table(*container, 100, "new", {}, "new manifest"));
  }
  expected[100] = "new";
  EXPECT_EQ(contents(*open(bytes)), expected);
  EXPECT_TRUE(is_framed_to_its_end(*bytes));
  const Bytes copied = no_bytes();
  MemoryFile target(copied);
  ASSERT_OK(open(bytes)->copy_to(target));
  EXPECT_EQ(original::contents(*copied), expected);
}

INSTANTIATE_TEST_SUITE_P(All, ReusedFixture,
                         testing::Values(Stored{"reused.db", false},
                                         Stored{"reused-closed.db", false},
                                         Stored{"reused-then-original.db", true}),
                         [](const testing::TestParamInfo<Stored>& stored) {
                           std::string name = stored.param.file;
                           for (char& c : name) {
                             if (c == '.' || c == '-') c = '_';
                           }
                           return name;
                         });

}  // namespace
}  // namespace flowdb
