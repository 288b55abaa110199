// Any bytes as JSON. What the reader takes has one text, which reads as the same tree; a merge is
// done when it was done once; and a name or key path that is let through can't break the text of
// the schema that it becomes part of.
#include <vector>

#include "document/json.h"
#include "fuzz/fuzz_input.h"
#include "util/json.h"

namespace flowdb {
namespace {

std::string text_of(const Json& value) {
  std::string text;
  value.append_to(text);
  return text;
}

void check_names(const std::string& text) {
  if (is_json_string(text)) {
    FLOWDB_EXPECT(is_json_key_path(text));
    FLOWDB_EXPECT(is_json_key_path("[" + text + "," + text + "]"));
    FLOWDB_EXPECT(!is_json_string(text + text));
    FLOWDB_EXPECT(!is_json_string(std::string_view(text).substr(0, text.size() - 1)));
  } else if (is_json_key_path(text)) {
    FLOWDB_EXPECT(!is_json_key_path("[" + text + "]"));
    FLOWDB_EXPECT(text == "null" || (text.front() == '[' && text.back() == ']'));
  }
}

// Reads every number and string, and counts what it met.
size_t walk(const Json& value) {
  size_t count = 1;
  if (value.kind() == Json::Kind::number) FLOWDB_EXPECT(!(value.number() != value.number()));
  if (value.kind() == Json::Kind::string) count += value.string().size();
  for (const Json& element : value.elements()) count += walk(element);
  for (const auto& [name, member] : value.members()) count += name.size() + walk(member);
  return count;
}

void check_tree(const std::string& bytes) {
  // Blocks of exactly this size, so that every read behind them is seen.
  const std::vector<char> exact(bytes.begin(), bytes.end());
  const auto read = Json::parse({exact.data(), exact.size()});
  if (!read.is_ok()) return;
  const Json& value = read.value();
  FLOWDB_EXPECT((value.kind() == Json::Kind::string) == is_json_string(text_of(value)));
  const std::string text = text_of(value);
  const auto again = Json::parse(text);
  FLOWDB_EXPECT(again.is_ok() && text_of(again.value()) == text);
  FLOWDB_EXPECT(walk(again.value()) == walk(value));
  Json once = value;
  merge_patch(once, again.value());
  Json twice = once;
  merge_patch(twice, again.value());
  FLOWDB_EXPECT(text_of(once) == text_of(twice));
}

}  // namespace
}  // namespace flowdb

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  const flowdb::FuzzInput input(data, size);
  flowdb::check_names(input.bytes);
  flowdb::check_tree(input.bytes);
  return 0;
}
