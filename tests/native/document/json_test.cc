// Names and key paths: only what is JSON gets into a schema.
#include "document/json.h"

#include <gtest/gtest.h>

namespace flowdb {
namespace {

TEST(Json, Strings) {
  for (const char* good : {R"("")", R"("a")", R"("\"\\\/\b\f\n\r\t\ud83d")", "\"\xc3\xa4\""}) {
    EXPECT_TRUE(is_json_string(good)) << good;
  }
  for (const char* bad : {"", "a", "\"", R"("a)", R"("a"b)", R"("\")", R"("\x")", R"("\u12g4")",
                          R"("\u12")", "\"\n\"", R"(""")"}) {
    EXPECT_FALSE(is_json_string(bad)) << bad;
  }
}

TEST(Json, KeyPaths) {
  for (const char* good : {"null", R"("")", R"(["a"])", R"(["a","b.c"])"}) {
    EXPECT_TRUE(is_json_key_path(good)) << good;
  }
  for (const char* bad : {"", "[", "[]", "nul", R"(["a")", R"(["a",])", R"(["a",1])", R"(["a"]])",
                          R"(["a" ])", R"({"a":"b"})"}) {
    EXPECT_FALSE(is_json_key_path(bad)) << bad;
  }
}

}  // namespace
}  // namespace flowdb
