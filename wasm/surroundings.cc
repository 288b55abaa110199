// See surroundings.h.
#include "surroundings.h"

#include "imports.h"

namespace flowdb {

uint64_t random_number() {
  uint64_t number;
  flow_random(&number, sizeof number);
  return number;
}

int64_t now_us() { return static_cast<int64_t>(flow_now_ms()) * 1000; }

}  // namespace flowdb
