// A container whose bytes a test can see, keep and damage, and that it can open as often as it
// likes.
#pragma once

#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>

#include "storage/container.h"
#include "storage/memory_file.h"

namespace flowdb {

inline constexpr DatabaseId kTestId = {0x10, 0x11, 0x12, 0x13, 0x14, 0x15, 0x16, 0x17,
                                       0x18, 0x19, 0x1a, 0x1b, 0x1c, 0x1d, 0x1e, 0x1f};

using Bytes = std::shared_ptr<std::string>;
using Contents = std::map<uint32_t, std::string>;

inline Bytes no_bytes() { return std::make_shared<std::string>(); }
inline Bytes copy_of(const Bytes& bytes) { return std::make_shared<std::string>(*bytes); }

inline Result<std::unique_ptr<Container>> try_open(std::unique_ptr<File> file) {
  ContainerOptions options;
  options.new_id = kTestId;
  return Container::open(std::move(file), options);
}

inline Result<std::unique_ptr<Container>> try_open(const Bytes& bytes) {
  return try_open(std::make_unique<MemoryFile>(bytes, "flow.db"));
}

// Null, and a failure of the test, when it does not open.
inline std::unique_ptr<Container> open(const Bytes& bytes) {
  auto container = try_open(bytes);
  EXPECT_TRUE(container.is_ok()) << container.status().to_string();
  return container.is_ok() ? std::move(container).value() : nullptr;
}

// All live tables with their bytes, of a container or of another storage.
template <typename Storage>
Contents contents(const Storage& storage) {
  Contents found;
  for (const auto& [id, location] : storage.tables()) {
    std::string bytes(static_cast<size_t>(location.length), '\0');
    const Status status = storage.read_table(id, 0, bytes.data(), bytes.size());
    EXPECT_TRUE(status.is_ok()) << status.to_string();
    found[id] = bytes;
  }
  return found;
}

// What a commit changes.
struct StoredState {
  Contents tables;
  std::string manifest;

  bool operator==(const StoredState& other) const {
    return tables == other.tables && manifest == other.manifest;
  }
};

inline StoredState state_of(const Container& container) {
  return {contents(container), container.manifest()};
}

// Writes and finishes a table that waits to be added. `expected_bytes`: as begin_table() takes it.
inline Status write_table(Container& container, uint32_t id, std::string_view bytes,
                          uint64_t expected_bytes = 0) {
  FLOWDB_ASSIGN_OR_RETURN(auto writer, container.begin_table(id, expected_bytes));
  FLOWDB_RETURN_IF_ERROR(writer->append(bytes));
  return writer->finish();
}

// Writes a table and commits it with a manifest.
inline Status add_table(Container& container, uint32_t id, std::string_view bytes,
                        const std::vector<uint32_t>& removed, std::string manifest) {
  FLOWDB_RETURN_IF_ERROR(write_table(container, id, bytes));
  return container.apply({id}, removed, std::move(manifest));
}

}  // namespace flowdb

#define ASSERT_OK(expr)                                        \
  do {                                                         \
    const ::flowdb::Status assert_ok_ = (expr);                \
    ASSERT_TRUE(assert_ok_.is_ok()) << assert_ok_.to_string(); \
  } while (false)
