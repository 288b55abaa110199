// Encoding and decoding of checkpoints.
#include "storage/checkpoint.h"

#include <cstring>

#include "util/coding.h"
#include "util/crc32c.h"

namespace flowdb {
namespace {

// More than any checkpoint is, and less than a process without 64-bit addresses can hold.
constexpr uint64_t kBodyBytesMax = uint64_t{256} << 20;

// Entries of ours are sorted, so that a repeated id shows; the original's later entry wins.
const char* read_entries(Reader& reader, uint32_t count, Checkpoint& checkpoint) {
  uint64_t next_id = 0;
  for (uint32_t i = 0; i < count; ++i) {
    uint32_t id = 0;
    TableLocation location;
    if (!reader.be32(id) || !reader.be64(location.offset) || !reader.be64(location.length)) {
      return "checkpoint: cut off inside of its entries";
    }
    if (id == kFillerId) return "checkpoint: an entry has the filler's id";
    if (checkpoint.own && id < next_id) return "checkpoint: entries out of order";
    next_id = uint64_t{id} + 1;
    checkpoint.tables[id] = location;
  }
  return nullptr;
}

}  // namespace

uint64_t checkpoint_bytes(const LiveTables& tables, std::string_view manifest, bool ordered) {
  const uint64_t bytes = kRecordHeaderBytes + tables.size() * kCheckpointEntryBytes +
                         kCheckpointExtraBytesMin + (ordered ? kCheckpointOrderBytes : 0) +
                         manifest.size();
  return (bytes + kSectorBytes - 1) / kSectorBytes * kSectorBytes;
}

std::string encode_checkpoint(const LiveTables& tables, std::string_view manifest,
                              const DatabaseId& id, const CheckpointOrder& order) {
  const uint64_t padded = checkpoint_bytes(tables, manifest, order.generation != 0);
  std::string record;
  record.reserve(static_cast<size_t>(padded));
  put_be64(record, padded - kLengthBytes);
  put_u8(record, kCheckpointType);
  put_be32(record, static_cast<uint32_t>(tables.size()));
  for (const auto& [table_id, location] : tables) {
    put_be32(record, table_id);
    put_be64(record, location.offset);
    put_be64(record, location.length);
  }
  record += kCheckpointMagic;
  put_be64(record, manifest.size());
  record += manifest;
  const size_t tail = sizeof(DatabaseId) + 4;
  if (order.generation != 0) {
    record.resize(static_cast<size_t>(padded - kCheckpointOrderBytes) - tail, '\0');
    put_be64(record, order.generation);
    put_be64(record, order.file_end);
  }
  record.resize(static_cast<size_t>(padded) - tail, '\0');
  record.append(reinterpret_cast<const char*>(id.data()), id.size());
  put_be32(record, crc32c(std::string_view(record).substr(kLengthBytes)));
  return record;
}

Result<Checkpoint> read_checkpoint(File& file, const ContainerRecord& record) {
  const auto corrupt = [&](std::string_view what) {
    return Status::corruption(file.name(), record.offset, what);
  };
  const uint64_t body = record.end - record.offset - kLengthBytes;
  const uint32_t count = record.id;  // it stands where other records have their id
  if (count > (body - kBodyBytesMin) / kCheckpointEntryBytes) {
    return corrupt("checkpoint: more entries than it has room for");
  }
  if (body > kBodyBytesMax) return corrupt("checkpoint: longer than 256 MiB");
  const uint64_t entries_end = kBodyBytesMin + count * kCheckpointEntryBytes;
  std::string bytes(static_cast<size_t>(body), '\0');
  FLOWDB_RETURN_IF_ERROR(
      read_exactly(file, record.offset + kLengthBytes, bytes.data(), bytes.size()));
  Checkpoint checkpoint;
  Reader reader(bytes);
  std::string_view skipped;
  reader.take(kBodyBytesMin, skipped);
  if (body == entries_end) {
    if (const char* what = read_entries(reader, count, checkpoint)) return corrupt(what);
    return checkpoint;
  }
  // The original writes nothing behind the entries. What is longer is ours, so that one of which a
  // crash has left only the front is not taken for the original's.
  checkpoint.own = true;
  if (body < entries_end + kCheckpointExtraBytesMin) return corrupt("checkpoint: cut off");
  const std::string_view checked(bytes.data(), bytes.size() - 4);
  const uint32_t expected = load_be32(bytes.data() + checked.size());
  if (const uint32_t found = crc32c(checked); found != expected) {
    return corrupt("checkpoint: checksum " + std::to_string(found) + ", expected " +
                   std::to_string(expected));
  }
  if (const char* what = read_entries(reader, count, checkpoint)) return corrupt(what);
  std::string_view magic;
  uint64_t manifest_length = 0;
  std::string_view manifest;
  const size_t tail = sizeof(DatabaseId) + 4;
  if (!reader.take(kCheckpointMagic.size(), magic) || magic != kCheckpointMagic) {
    return corrupt("checkpoint: no magic behind its entries");
  }
  if (!reader.be64(manifest_length) || manifest_length > reader.remaining() - tail ||
      !reader.take(manifest_length, manifest)) {
    return corrupt("checkpoint: manifest longer than its room");
  }
  checkpoint.manifest = manifest;
  if (reader.remaining() >= kCheckpointOrderBytes + tail) {
    const char* const order = bytes.data() + bytes.size() - tail - kCheckpointOrderBytes;
    checkpoint.order = {load_be64(order), load_be64(order + 8)};
    if (checkpoint.order.generation >= kGenerationsMax) {
      return corrupt("checkpoint: an impossible generation");
    }
  }
  std::memcpy(checkpoint.database_id.data(), bytes.data() + bytes.size() - tail,
              sizeof(DatabaseId));
  return checkpoint;
}

}  // namespace flowdb
