// The containers fixtures/reused*.db: regions used again, beside each other and by checkpoints, and
// what the original appends behind them.
#pragma once

#include "storage/original.h"
#include "storage/stored_container.h"

namespace flowdb {

inline Result<std::unique_ptr<Container>> try_open_with_small_regions(const Bytes& bytes) {
  ContainerOptions options;
  options.new_id = kTestId;
  options.region_bytes_min = kPageBytes;
  return Container::open(std::make_unique<MemoryFile>(bytes, "flow.db"), options);
}

inline std::string reused_fixture_table(uint32_t id) {
  return std::string(1000 + 700 * (id % 9), static_cast<char>('A' + id));
}

// Adds the tables 1 to 12, each removing the one before the last, so that the later ones stand where
// the earlier ones were. Not to be closed before the file is looked at.
inline Status fill_reused_fixture(Container& container) {
  FLOWDB_RETURN_IF_ERROR(container.raise_epoch());
  for (uint32_t id = 1; id <= 12; ++id) {
    const std::string bytes = reused_fixture_table(id);
    FLOWDB_ASSIGN_OR_RETURN(auto writer, container.begin_table(id, bytes.size()));
    FLOWDB_RETURN_IF_ERROR(writer->append(bytes));
    FLOWDB_RETURN_IF_ERROR(writer->finish());
    writer.reset();
    std::vector<uint32_t> removed;
    if (id > 2 && id != 7) removed.push_back(id - 2);
    FLOWDB_RETURN_IF_ERROR(container.apply({id}, removed, "manifest " + std::to_string(id)));
  }
  return Status::ok();
}

// What is then live.
inline Contents reused_fixture_contents() {
  Contents contents;
  for (const uint32_t id : {5, 11, 12}) contents[id] = reused_fixture_table(id);
  return contents;
}

// What the original does to the container once it is closed.
inline void append_to_reused_fixture(std::string& file) {
  original::append_table(file, 20, "appended by the original");
  original::append_tombstone(file, 11);
}

}  // namespace flowdb
