// Any bytes as the record of a checkpoint and its manifest: what is read and written again reads
// the same.
#include "engine/manifest.h"
#include "fuzz/fuzz_input.h"
#include "fuzz/reseal.h"
#include "storage/checkpoint.h"
#include "storage/memory_file.h"
#include "util/coding.h"

namespace flowdb {
namespace {

Result<Checkpoint> read(const std::string& bytes) {
  MemoryFile file(std::make_shared<std::string>(bytes), "flow.db");
  FLOWDB_ASSIGN_OR_RETURN(const ContainerRecord record, read_record(file, 0, bytes.size()));
  if (record.kind != ContainerRecord::Kind::checkpoint) return Status::not_found();
  return read_checkpoint(file, record);
}

bool same(const LiveTables& a, const LiveTables& b) {
  return a.size() == b.size() && std::equal(a.begin(), a.end(), b.begin(), [](auto& x, auto& y) {
           return x.first == y.first && x.second.offset == y.second.offset &&
                  x.second.length == y.second.length;
         });
}

void check_manifest(const std::string& bytes) {
  const auto manifest = Manifest::decode(bytes, "flow.db");
  if (!manifest.is_ok()) return;
  const std::string once = manifest.value().encode();
  const auto again = Manifest::decode(once, "flow.db");
  FLOWDB_EXPECT(again.is_ok());
  FLOWDB_EXPECT(again.value().encode() == once);
}

void run(FuzzInput input) {
  if (input.bytes.size() <= kRecordHeaderBytes) return;
  if (input.reseal) {
    store_be64(input.bytes.data(), input.bytes.size() - kLengthBytes);
    reseal_checkpoint(input.bytes);
  }
  const auto checkpoint = read(input.bytes);
  if (!checkpoint.is_ok() || !checkpoint.value().own) return;
  const Checkpoint& first = checkpoint.value();
  const auto again =
      read(encode_checkpoint(first.tables, first.manifest, first.database_id, first.order));
  FLOWDB_EXPECT(again.is_ok());
  FLOWDB_EXPECT(again.value().own);
  FLOWDB_EXPECT(same(again.value().tables, first.tables));
  FLOWDB_EXPECT(again.value().manifest == first.manifest);
  FLOWDB_EXPECT(again.value().database_id == first.database_id);
  // Without a generation there is no order.
  FLOWDB_EXPECT(again.value().order.generation == first.order.generation);
  FLOWDB_EXPECT(first.order.generation == 0 ||
                again.value().order.file_end == first.order.file_end);
  check_manifest(first.manifest);
}

}  // namespace
}  // namespace flowdb

extern "C" int LLVMFuzzerTestOneInput(const uint8_t* data, size_t size) {
  flowdb::run(flowdb::FuzzInput(data, size));
  return 0;
}
