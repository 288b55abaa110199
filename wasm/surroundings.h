// What the engine asks of its surroundings besides files.
#pragma once

#include <cstdint>

namespace flowdb {

// From the browser's source for cryptography: ids and salts must not repeat those of an earlier
// run.
uint64_t random_number();

// Microseconds since 1970.
int64_t now_us();

}  // namespace flowdb
