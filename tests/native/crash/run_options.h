// What the environment asks of a run: how many distinct images in all, or a single one; and how a
// run tells how many there were.
#pragma once

#include <gtest/gtest.h>

#include <cstdio>
#include <cstdlib>
#include <optional>
#include <string>

#include "crash/exploration.h"

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

// The state that FLOWDB_SEED names.
inline std::optional<StateName> replayed_state() {
  const char* const text = std::getenv("FLOWDB_SEED");
  if (text == nullptr) return std::nullopt;
  const auto name = StateName::parse(text);
  EXPECT_TRUE(name.has_value()) << "FLOWDB_SEED is seed:event:crash";
  return name;
}

// Lines of this form are what npm test prints (js/build/test.mjs).
inline void print_images(const std::string& kind, size_t images, const std::string& more = {}) {
  std::printf("%s: %zu distinct images%s\n", kind.c_str(), images, more.c_str());
}

}  // namespace flowdb
