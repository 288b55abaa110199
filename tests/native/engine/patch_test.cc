// Partial updates of JSON values.
#include <gtest/gtest.h>

#include "engine/test_engine.h"

namespace flowdb {
namespace {

class PatchTest : public testing::Test {
 protected:
  void put(std::string_view value, int64_t ts = 0, int64_t expire_at = kNeverExpires) {
    WriteBatch batch;
    batch.put("key", value, ts, expire_at);
    expect_ok(engine_->write(batch, Durability::relaxed));
  }
  Status patch(std::string_view merge, int64_t ts = 0) {
    return engine_->patch("key", merge, Durability::relaxed, ts);
  }
  std::string value(int64_t ts = 0) {
    ReadOptions options;
    options.ts_min = options.ts_max = ts;
    std::string found;
    expect_ok(engine_->get("key", options, found, &expire_at_));
    return found;
  }

  StoredDatabase stored_;
  std::unique_ptr<Engine> engine_ = stored_.open();
  int64_t expire_at_ = 0;
};

TEST_F(PatchTest, ChangesPartsAndKeepsTheRest) {
  put(R"({"id":12345678901234567890,"a":{"b":1,"c":2}})");
  expect_ok(patch(R"({"a":{"b":null,"d":[true]},"e":"x"})"));
  EXPECT_EQ(value(), R"({"id":12345678901234567890,"a":{"c":2,"d":[true]},"e":"x"})");
  stored_ = stored_.copy();
  engine_ = stored_.open();
  EXPECT_EQ(value(), R"({"id":12345678901234567890,"a":{"c":2,"d":[true]},"e":"x"})");
}

TEST_F(PatchTest, OfAVersionThatExpires) {
  put(R"({"a":1})", 5, 2'000'000);
  put(R"({"a":1})", 6);
  expect_ok(patch(R"({"a":2})", 5));
  EXPECT_EQ(value(5), R"({"a":2})");
  EXPECT_EQ(expire_at_, 2'000'000);
  EXPECT_EQ(value(6), R"({"a":1})");
  EXPECT_EQ(expire_at_, kNeverExpires);
}

TEST_F(PatchTest, ErrorsChangeNothing) {
  EXPECT_EQ(patch("{}").code(), StatusCode::not_found);
  put("no JSON");
  const Status stored = patch("{}");
  EXPECT_EQ(stored.code(), StatusCode::invalid_argument);
  EXPECT_NE(stored.message().find("stored"), std::string::npos);
  EXPECT_NE(stored.message().find("offset 0"), std::string::npos);
  put("{}");
  const Status merge = patch("{\"a\":}");
  EXPECT_EQ(merge.code(), StatusCode::invalid_argument);
  EXPECT_NE(merge.message().find("offset 5"), std::string::npos) << merge.to_string();
  EXPECT_EQ(value(), "{}");
}

}  // namespace
}  // namespace flowdb
