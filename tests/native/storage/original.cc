// The original's writer and recovery rule, byte by byte.
#include "storage/original.h"

namespace flowdb::original {
namespace {

constexpr size_t kHeader = 4096;

void append_number(std::string& file, uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) file.push_back(static_cast<char>(value >> (8 * i)));
}

uint64_t number(const std::string& file, uint64_t at, int bytes) {
  uint64_t value = 0;
  for (int i = 0; i < bytes; ++i) {
    value =
        value << 8 | static_cast<uint8_t>(file[static_cast<size_t>(at) + static_cast<size_t>(i)]);
  }
  return value;
}

}  // namespace

std::string new_container() {
  std::string file = "FLOWDB01";
  append_number(file, 1, 4);
  file.resize(kHeader, '\0');
  return file;
}

void append_table(std::string& file, uint32_t id, const std::string& bytes) {
  append_number(file, 1 + 4 + bytes.size(), 8);
  append_number(file, 0, 1);
  append_number(file, id, 4);
  file += bytes;
}

void append_tombstone(std::string& file, uint32_t id) {
  append_number(file, 1 + 4, 8);
  append_number(file, 1, 1);
  append_number(file, id, 4);
}

void append_checkpoint(std::string& file, const std::map<uint32_t, Region>& tables) {
  append_number(file, 1 + 4 + 20 * tables.size(), 8);
  append_number(file, 2, 1);
  append_number(file, tables.size(), 4);
  for (const auto& [id, region] : tables) {
    append_number(file, id, 4);
    append_number(file, region.offset, 8);
    append_number(file, region.length, 8);
  }
}

std::map<uint32_t, Region> recover(const std::string& file) {
  std::map<uint32_t, Region> live;
  uint64_t at = kHeader;
  while (at + 9 <= file.size()) {
    const uint64_t length = number(file, at, 8);
    if (length == 0 || length > file.size() - at - 8) break;
    const uint64_t type = number(file, at + 8, 1);
    if (type == 0) {
      live[static_cast<uint32_t>(number(file, at + 9, 4))] = {at + 13, length - 5};
    } else if (type == 1) {
      live.erase(static_cast<uint32_t>(number(file, at + 9, 4)));
    } else if (type == 2) {
      live.clear();
      const uint64_t count = number(file, at + 9, 4);
      for (uint64_t i = 0; i < count; ++i) {
        const uint64_t entry = at + 13 + 20 * i;
        live[static_cast<uint32_t>(number(file, entry, 4))] = {number(file, entry + 4, 8),
                                                               number(file, entry + 12, 8)};
      }
    } else {
      break;
    }
    at += 8 + length;
  }
  return live;
}

std::map<uint32_t, std::string> contents(const std::string& file) {
  std::map<uint32_t, std::string> found;
  for (const auto& [id, region] : recover(file)) {
    found[id] = file.substr(static_cast<size_t>(region.offset), static_cast<size_t>(region.length));
  }
  return found;
}

}  // namespace flowdb::original
