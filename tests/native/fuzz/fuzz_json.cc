// Any bytes as JSON: a name or key path that is let through can't break the text of the schema that
// it becomes part of.
#include "document/json.h"
#include "fuzz/fuzz_input.h"

namespace flowdb {
namespace {

void run(const FuzzInput& input) {
  const std::string& text = input.bytes;
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

}  // namespace
}  // namespace flowdb

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  flowdb::run(flowdb::FuzzInput(data, size));
  return 0;
}
