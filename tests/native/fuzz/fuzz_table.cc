// Any bytes as a sorted string table: it opens or says why not, and walks both ways see the same
// records.
#include <algorithm>
#include <string>
#include <vector>

#include "fuzz/fuzz_input.h"
#include "fuzz/reseal.h"
#include "sst/table_cursor.h"
#include "storage/memory_file.h"

namespace flowdb {
namespace {

constexpr uint32_t kId = 7;

std::string described(const Record& record) {
  return std::string(record.key) + '/' + std::to_string(record.ts) + '/' +
         std::to_string(record.sequence) + '/' + std::string(record.value);
}

void walk(const std::shared_ptr<Table>& table, size_t records_max) {
  TableCursor cursor(table);
  std::vector<std::string> forward;
  for (cursor.seek_to_first(); cursor.valid(); cursor.next()) {
    forward.push_back(described(cursor.record()));
    FLOWDB_EXPECT(forward.size() <= records_max);
    FoundRecord found;
    if (!table->find(cursor.record().key, UINT64_MAX, found).is_ok()) continue;
  }
  const bool whole = cursor.status().is_ok();
  std::vector<std::string> backward;
  for (cursor.seek_to_last(); cursor.valid(); cursor.prev()) {
    backward.push_back(described(cursor.record()));
    FLOWDB_EXPECT(backward.size() <= records_max);
  }
  if (!whole || !cursor.status().is_ok()) return;
  std::reverse(backward.begin(), backward.end());
  FLOWDB_EXPECT(forward == backward);
}

void check_range_removes(const Table& table) {
  RangeRemoves removes;
  if (!table.add_range_removes(removes).is_ok()) return;
  removes.each(
      [](const std::string& begin, const std::string& end, const std::vector<uint64_t>& sequences) {
        FLOWDB_EXPECT(begin < end);
        FLOWDB_EXPECT(std::is_sorted(sequences.begin(), sequences.end()));
      });
}

void run(FuzzInput input) {
  if (input.reseal) reseal_table(input.bytes);
  auto container = Container::open(std::make_unique<MemoryFile>(), {});
  FLOWDB_EXPECT(container.is_ok());
  FLOWDB_EXPECT(container.value()->write_sst(kId, input.bytes).is_ok());
  BlockCache cache(1 << 20);
  const TableLocation location = container.value()->tables().at(kId);
  auto table = Table::open(*container.value(), kId, location, cache);
  if (!table.is_ok()) return;
  check_range_removes(*table.value());
  // LZ4 makes at most 255 bytes of one, and zstd 128 KiB of four; a record takes four at least, and
  // several entries of the index may name the same block.
  walk(table.value(), input.bytes.size() * input.bytes.size() * (8 << 10) + 64);
}

}  // namespace
}  // namespace flowdb

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  flowdb::run(flowdb::FuzzInput(data, size));
  return 0;
}
