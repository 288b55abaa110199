// Any bytes as a container: it opens or says why not, its tables read, and a copy of it holds the
// same. A file that is refused stays as it is.
#include "fuzz/fuzz_input.h"
#include "fuzz/reseal.h"
#include "storage/container.h"
#include "storage/memory_file.h"

namespace flowdb {
namespace {

constexpr ContainerOptions kOptions{DatabaseId{9}, true};

Result<std::unique_ptr<Container>> open(const std::shared_ptr<std::string>& bytes) {
  return Container::open(std::make_unique<MemoryFile>(bytes, "flow.db"), kOptions);
}

std::string content(const Container& container, uint32_t id) {
  const TableLocation location = container.tables().at(id);
  std::string bytes(static_cast<size_t>(location.length), '\0');
  FLOWDB_EXPECT(container.read_table(id, 0, bytes.data(), bytes.size()).is_ok());
  return bytes;
}

void check_copy(const Container& container) {
  auto bytes = std::make_shared<std::string>();
  MemoryFile target(bytes, "copy.db");
  FLOWDB_EXPECT(container.copy_to(target).is_ok());
  const auto copy = open(bytes);
  FLOWDB_EXPECT(copy.is_ok());
  FLOWDB_EXPECT(copy.value()->tables().size() == container.tables().size());
  FLOWDB_EXPECT(copy.value()->manifest() == container.manifest());
  for (const auto& [id, location] : container.tables()) {
    FLOWDB_EXPECT(content(*copy.value(), id) == content(container, id));
  }
}

void run(FuzzInput input) {
  if (input.reseal) reseal_container(input.bytes);
  auto bytes = std::make_shared<std::string>(input.bytes);
  {
    const auto opened = open(bytes);
    if (!opened.is_ok()) {
      FLOWDB_EXPECT(*bytes == input.bytes);
      return;
    }
    uint64_t live = 0;
    for (const auto& [id, location] : opened.value()->tables()) live += location.length;
    FLOWDB_EXPECT(opened.value()->stats().live_bytes == live);
    // A foreign checkpoint may give many ids the same region; that would only take time.
    if (live < 1 << 20) check_copy(*opened.value());
    if (!opened.value()->write_sst(1, "a table").is_ok()) return;
  }
  const auto again = open(bytes);
  FLOWDB_EXPECT(again.is_ok());
  FLOWDB_EXPECT(content(*again.value(), 1) == "a table");
}

}  // namespace
}  // namespace flowdb

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  flowdb::run(flowdb::FuzzInput(data, size));
  return 0;
}
