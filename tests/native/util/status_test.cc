// A status says what, and where; the macros pass failures on.
#include "util/status.h"

#include <gtest/gtest.h>

namespace flowdb {
namespace {

Result<int> half(int n) {
  if (n % 2 != 0) return Status::invalid_argument("odd");
  return n / 2;
}

Result<int> quarter(int n) {
  FLOWDB_ASSIGN_OR_RETURN(const int h, half(n));
  FLOWDB_ASSIGN_OR_RETURN(const int q, half(h));
  return q;
}

TEST(Status, CorruptionNamesFileAndOffset) {
  const Status status = Status::corruption("flow.db", 4096, "checksum: expected 1, found 2");
  EXPECT_TRUE(status.is(StatusCode::corruption));
  EXPECT_EQ(status.to_string(), "corruption: flow.db at 4096: checksum: expected 1, found 2");
}

TEST(Status, TheMacrosPassValuesAndFailuresOn) {
  const Result<int> good = quarter(12);
  ASSERT_TRUE(good.is_ok());
  EXPECT_EQ(good.value(), 3);
  const Result<int> bad = quarter(6);
  ASSERT_FALSE(bad.is_ok());
  EXPECT_EQ(bad.status().message(), "odd");
}

}  // namespace
}  // namespace flowdb
