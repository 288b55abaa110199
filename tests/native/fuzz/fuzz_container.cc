// Any bytes as a container: it opens or says why not, its tables read, and a copy of it holds the
// same. A file that is refused stays as it is; one that opens can be written on, in its free
// regions too, and still holds what it held.
#include "fuzz/fuzz_input.h"
#include "fuzz/reseal.h"
#include "storage/container.h"
#include "storage/memory_file.h"

namespace flowdb {
namespace {

constexpr ContainerOptions kOptions{DatabaseId{9}, true, kPageBytes};
constexpr uint64_t kLiveBytesMax = 1 << 20;

using Contents = std::map<uint32_t, std::string>;

Result<std::unique_ptr<Container>> open(const std::shared_ptr<std::string>& bytes) {
  return Container::open(std::make_unique<MemoryFile>(bytes, "flow.db"), kOptions);
}

std::string content(const Container& container, uint32_t id) {
  const TableLocation location = container.tables().at(id);
  std::string bytes(static_cast<size_t>(location.length), '\0');
  FLOWDB_EXPECT(container.read_table(id, 0, bytes.data(), bytes.size()).is_ok());
  return bytes;
}

Contents contents(const Container& container) {
  Contents found;
  for (const auto& entry : container.tables()) found[entry.first] = content(container, entry.first);
  return found;
}

void check_copy(const Container& container) {
  auto bytes = std::make_shared<std::string>();
  MemoryFile target(bytes, "copy.db");
  FLOWDB_EXPECT(container.copy_to(target).is_ok());
  const auto copy = open(bytes);
  FLOWDB_EXPECT(copy.is_ok());
  FLOWDB_EXPECT(copy.value()->manifest() == container.manifest());
  FLOWDB_EXPECT(contents(*copy.value()) == contents(container));
}

// Commits a table through a writer.
void add_table(Container& container, uint32_t id, std::string_view bytes) {
  auto writer = container.begin_table(id, bytes.size());
  FLOWDB_EXPECT(writer.is_ok());
  FLOWDB_EXPECT(writer.value()->append(bytes).is_ok());
  FLOWDB_EXPECT(writer.value()->finish().is_ok());
  writer.value().reset();
  FLOWDB_EXPECT(container.apply({id}, {}, "manifest").is_ok());
}

void run(FuzzInput input) {
  if (input.reseal) reseal_container(input.bytes);
  auto bytes = std::make_shared<std::string>(input.bytes);
  Contents expected;
  {
    const auto opened = open(bytes);
    if (!opened.is_ok()) {
      FLOWDB_EXPECT(*bytes == input.bytes);
      return;
    }
    Container& container = *opened.value();
    uint64_t live = 0;
    for (const auto& [id, location] : container.tables()) live += location.length;
    FLOWDB_EXPECT(container.stats().live_bytes == live);
    if (live >= kLiveBytesMax) return;
    check_copy(container);
    expected = contents(container);
    FLOWDB_EXPECT(container.raise_epoch().is_ok());
    expected[1] = "a table";
    FLOWDB_EXPECT(container.write_sst(1, expected[1]).is_ok());
    for (uint32_t id = 1000; id < 1003; ++id) {
      if (container.sst_exists(id)) continue;
      expected[id] = std::string(id * 3, static_cast<char>(id));
      add_table(container, id, expected[id]);
    }
    FLOWDB_EXPECT(contents(container) == expected);
  }
  const auto again = open(bytes);
  FLOWDB_EXPECT(again.is_ok());
  FLOWDB_EXPECT(contents(*again.value()) == expected);
}

}  // namespace
}  // namespace flowdb

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  flowdb::run(flowdb::FuzzInput(data, size));
  return 0;
}
