// How many distinct images a run is to try in all.
#pragma once

#include <cstdlib>

namespace flowdb {

// FLOWDB_IMAGES, or what suits a test run.
inline size_t images_wanted() {
  if (const char* const text = std::getenv("FLOWDB_IMAGES"); text != nullptr) {
    return std::strtoull(text, nullptr, 10);
  }
#ifdef __SANITIZE_ADDRESS__
  return 8'000;
#else
  return 112'000;
#endif
}

}  // namespace flowdb
