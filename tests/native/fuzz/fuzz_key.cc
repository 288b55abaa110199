// Any bytes as an encoded key: a key is one whatever stands behind it, no part of it is one, and
// numbers go through their eight bytes unchanged.
#include <cmath>
#include <cstring>

#include "document/key.h"
#include "fuzz/fuzz_input.h"

namespace flowdb {
namespace {

void check_number(std::string_view bytes) {
  const double number = load_key_number(bytes.data());
  if (std::isnan(number)) return;
  char again[kNumberBytes];
  store_key_number(again, number);
  // Zero has one form only.
  if (number == 0) return;
  FLOWDB_EXPECT(std::memcmp(again, bytes.data(), kNumberBytes) == 0);
}

void run(const FuzzInput& input) {
  const std::string_view bytes = input.bytes;
  const size_t length = measure_key(bytes);
  FLOWDB_EXPECT(length <= bytes.size());
  if (bytes.size() >= kNumberBytes) check_number(bytes);
  if (length == 0) return;
  const std::string key(bytes.substr(0, length));
  FLOWDB_EXPECT(is_key(key));
  for (const char next : {'\0', '\x01', '\x10', kAfterKey}) {
    FLOWDB_EXPECT(measure_key(key + next) == length);
  }
  FLOWDB_EXPECT(measure_key(std::string_view(key).substr(0, length - 1)) == 0);
}

}  // namespace
}  // namespace flowdb

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  flowdb::run(flowdb::FuzzInput(data, size));
  return 0;
}
