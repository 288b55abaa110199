// Fixture files: stored once by an earlier version, to be opened by every later one.
#pragma once

#include <fstream>
#include <iterator>
#include <memory>
#include <string>

namespace flowdb {

// The content of a file, empty when there is none.
inline std::shared_ptr<std::string> load_fixture(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return std::make_shared<std::string>(std::istreambuf_iterator<char>(in),
                                       std::istreambuf_iterator<char>());
}

inline bool store_fixture(const std::string& path, const std::string& content) {
  std::ofstream out(path, std::ios::binary | std::ios::trunc);
  out.write(content.data(), static_cast<std::streamsize>(content.size()));
  return out.good();
}

}  // namespace flowdb
