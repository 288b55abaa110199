// The JSON reader: what is JSON and what is not, numbers, strings, depth; and merge patches.
#include "util/json.h"

#include <gtest/gtest.h>

#include <cmath>

namespace flowdb {
namespace {

using namespace std::string_literals;

std::string again(std::string_view text) {
  Result<Json> json = Json::parse(text);
  if (!json.is_ok()) return json.status().message();
  std::string out;
  json->append_to(out);
  return out;
}

double number(std::string_view text) {
  Result<Json> json = Json::parse(text);
  EXPECT_TRUE(json.is_ok()) << text;
  return json.is_ok() ? json->number() : std::nan("");
}

TEST(JsonTest, KeepsWhatItReads) {
  for (const char* const text :
       {"null", "true", "false", "0", "-0", "1e400", "12345678901234567890.10", "\"\"", "[]", "{}",
        "[1,[2,{\"a\":null}],\"x\"]", "{\"b\":1,\"a\":[true]}", "\"\\u00e9\\n\\/\""}) {
    EXPECT_EQ(again(text), text);
  }
  EXPECT_EQ(again(" { \"a\" : [ 1 , 2 ] }\r\n\t"), "{\"a\":[1,2]}");
  EXPECT_EQ(again("{\"a\":1,\"b\":2,\"a\":3}"), "{\"a\":3,\"b\":2}");
}

TEST(JsonTest, RefusesWhatIsNoneAndSaysWhere) {
  const std::pair<std::string, size_t> cases[] = {{"", 0},
                                                  {" ", 1},
                                                  {"nul", 0},
                                                  {"truex", 4},
                                                  {"01", 1},
                                                  {"-", 1},
                                                  {"1.", 2},
                                                  {"1e", 2},
                                                  {"1e+", 3},
                                                  {".5", 0},
                                                  {"+1", 0},
                                                  {"NaN", 0},
                                                  {"\"a", 2},
                                                  {"\"\n\"", 1},
                                                  {"\"\\x\"", 2},
                                                  {"\"\\u12g4\"", 5},
                                                  {"[1", 2},
                                                  {"[1,]", 3},
                                                  {"[,1]", 1},
                                                  {"{", 1},
                                                  {"{a:1}", 1},
                                                  {"{\"a\"}", 4},
                                                  {"{\"a\":}", 5},
                                                  {"{\"a\":1,}", 7},
                                                  {"1 2", 2},
                                                  {"\"\\", 2},
                                                  {"'a'", 0},
                                                  {"\0"s, 0},
                                                  {"[1\0]"s, 2},
                                                  {"\xef\xbb\xbf"
                                                   "1",
                                                   0}};
  for (const auto& [text, offset] : cases) {
    const Result<Json> json = Json::parse(text);
    ASSERT_FALSE(json.is_ok()) << text;
    EXPECT_EQ(json.status().code(), StatusCode::invalid_argument);
    const std::string place = "offset " + std::to_string(offset) + ":";
    EXPECT_NE(json.status().message().find(place), std::string::npos)
        << text << " " << json.status().message();
  }
}

TEST(JsonTest, StringsAreUtf8) {
  for (const char* const text : {"\x7f", "\xc2\x80", "\xdf\xbf", "\xe0\xa0\x80", "\xed\x9f\xbf",
                                 "\xee\x80\x80", "\xf0\x90\x80\x80", "\xf4\x8f\xbf\xbf"}) {
    EXPECT_EQ(again("{\""s + text + "\":1}"), "{\""s + text + "\":1}");
  }
  // Alone, too long, a surrogate, too large, cut.
  for (const char* const text :
       {"\x80", "\xc1\xbf", "\xe0\x9f\xbf", "\xed\xa0\x80", "\xed\xff", "\xf0\x8f\xbf\xbf",
        "\xf4\x90\x80\x80", "\xf5\x80\x80\x80", "\xff", "\xe2\x82"}) {
    EXPECT_EQ(again("\"a"s + text + "\""), "JSON, offset 2: no UTF-8 in a string");
  }
}

TEST(JsonTest, EveryCutOfATextIsRefused) {
  const std::string text = "{\"a\":[1,-2.5e3,\"x\\u0041\"],\"b\":{\"c\":null,\"d\":true}}";
  ASSERT_EQ(again(text), text);
  for (size_t cut = 0; cut < text.size(); ++cut) {
    EXPECT_FALSE(Json::parse(std::string_view(text).substr(0, cut)).is_ok()) << cut;
  }
}

TEST(JsonTest, NumbersAreRoundedToTheNearest) {
  EXPECT_EQ(number("9007199254740993"), 9007199254740992.0);  // a tie, to even
  EXPECT_EQ(number("9007199254740993.0000000000000000001"), 9007199254740994.0);
  EXPECT_EQ(number("9007199254740995"), 9007199254740996.0);
  EXPECT_EQ(number("0.1"), 0.1);
  EXPECT_EQ(number("5e-324"), 5e-324);
  EXPECT_EQ(number("2e-324"), 0.0);
  EXPECT_EQ(number("1.7976931348623157e308"), 1.7976931348623157e308);
  EXPECT_TRUE(std::isinf(number("1e309")));
  EXPECT_TRUE(std::signbit(number("-0")));
}

TEST(JsonTest, StringsAreDecoded) {
  const auto text = [](std::string_view json) { return Json::parse(json)->string(); };
  EXPECT_EQ(text(R"("\"\\\/\b\f\n\r\t")"), "\"\\/\b\f\n\r\t");
  EXPECT_EQ(text(R"("\u0041\u00e9\u20AC")"), "A\xc3\xa9\xe2\x82\xac");
  EXPECT_EQ(text(R"("\ud83d\ude00")"), "\xf0\x9f\x98\x80");
  EXPECT_EQ(text(R"("\ud83d")"), "\xed\xa0\xbd");
  EXPECT_EQ(text(R"("\ud83dx")"), "\xed\xa0\xbdx");
  EXPECT_EQ(text(R"("\ude00\ud83d")"), "\xed\xb8\x80\xed\xa0\xbd");
  EXPECT_EQ(text(R"("\ud83d\u0041")"),
            "\xed\xa0\xbd"
            "A");
  // A name comes out as an escape where it has to.
  EXPECT_EQ(again(R"({"\ud83d\n\"":1})"), R"({"\ud83d\u000a\"":1})");
}

TEST(JsonTest, DepthIsBounded) {
  const auto nested = [](int depth) {
    return std::string(static_cast<size_t>(depth), '[') +
           std::string(static_cast<size_t>(depth), ']');
  };
  EXPECT_TRUE(Json::parse(nested(Json::kDepthMax)).is_ok());
  EXPECT_FALSE(Json::parse(nested(Json::kDepthMax + 2)).is_ok());
  EXPECT_FALSE(Json::parse(std::string(1'000'000, '[')).is_ok());
}

// The examples of RFC 7396, appendix A.
TEST(JsonTest, MergesPatches) {
  const char* const cases[][3] = {
      {R"({"a":"b"})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"b"})", R"({"b":"c"})", R"({"a":"b","b":"c"})"},
      {R"({"a":"b"})", R"({"a":null})", R"({})"},
      {R"({"a":"b","b":"c"})", R"({"a":null})", R"({"b":"c"})"},
      {R"({"a":["b"]})", R"({"a":"c"})", R"({"a":"c"})"},
      {R"({"a":"c"})", R"({"a":["b"]})", R"({"a":["b"]})"},
      {R"({"a":{"b":"c"}})", R"({"a":{"b":"d","c":null}})", R"({"a":{"b":"d"}})"},
      {R"({"a":[{"b":"c"}]})", R"({"a":[1]})", R"({"a":[1]})"},
      {R"(["a","b"])", R"(["c","d"])", R"(["c","d"])"},
      {R"({"a":"b"})", R"(["c"])", R"(["c"])"},
      {R"({"a":"foo"})", R"(null)", R"(null)"},
      {R"({"a":"foo"})", R"("bar")", R"("bar")"},
      {R"({"e":null})", R"({"a":1})", R"({"e":null,"a":1})"},
      {R"([1,2])", R"({"a":"b","c":null})", R"({"a":"b"})"},
      {R"({})", R"({"a":{"bb":{"ccc":null}}})", R"({"a":{"bb":{}}})"}};
  for (const auto& [target, patch, expected] : cases) {
    Json json = Json::parse(target).value();
    merge_patch(json, Json::parse(patch).value());
    std::string text;
    json.append_to(text);
    EXPECT_EQ(text, expected) << target << " " << patch;
  }
}

}  // namespace
}  // namespace flowdb
