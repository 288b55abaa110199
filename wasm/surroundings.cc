// See surroundings.h.
#include "surroundings.h"

#include <emscripten.h>

namespace flowdb {

// clang-format off
EM_JS(void, flow_random, (void* out, int bytes), {
  crypto.getRandomValues(HEAPU8.subarray(out, out + bytes));
});

EM_JS(double, flow_now_ms, (), {
  return Date.now();
});
// clang-format on

uint64_t random_number() {
  uint64_t number;
  flow_random(&number, sizeof number);
  return number;
}

int64_t now_us() { return static_cast<int64_t>(flow_now_ms()) * 1000; }

}  // namespace flowdb
