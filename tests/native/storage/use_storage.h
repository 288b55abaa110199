// Short ways to use a storage, of whichever kind.
#pragma once

#include <gtest/gtest.h>

#include "storage/stored_container.h"

namespace flowdb {

inline ContainerOptions test_container_options() {
  ContainerOptions options;
  options.new_id = kTestId;
  return options;
}

template <typename Storage>
Status write_pieces(Storage& storage, uint32_t id, std::string_view bytes) {
  FLOWDB_ASSIGN_OR_RETURN(auto writer, storage.begin_table(id));
  for (size_t at = 0; at < bytes.size(); at += 1000) {
    FLOWDB_RETURN_IF_ERROR(writer->append(bytes.substr(at, 1000)));
  }
  EXPECT_EQ(writer->size(), bytes.size());
  return writer->finish();
}

template <typename Storage>
std::string read_held(const Storage& storage, uint32_t id, const TableLocation& location) {
  std::string bytes(static_cast<size_t>(location.length), '\0');
  const Status status = storage.read_table(id, location, 0, bytes.data(), bytes.size());
  return status.is_ok() ? bytes : status.to_string();
}

}  // namespace flowdb
