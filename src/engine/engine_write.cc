// Commits: batches and overlays.
#include "engine/batch_reader.h"
#include "engine/engine_state.h"

namespace flowdb {
namespace {

// The newest version of each key of the overlay, as a batch.
WriteBatch batch_of(const Memtable& overlay) {
  WriteBatch batch;
  Memtable::Cursor cursor(overlay);
  std::string_view last_key;
  bool first = true;
  for (cursor.seek_to_first(); cursor.valid(); cursor.next()) {
    const Record& record = cursor.record();
    if (!first && record.key == last_key) continue;
    first = false;
    last_key = record.key;
    if (record.kind == RecordKind::put) {
      batch.put(record.key, record.value, record.ts, record.expire_at);
    } else {
      batch.remove(record.key, record.ts);
    }
  }
  return batch;
}

}  // namespace

Status Engine::write(const std::vector<const WriteBatch*>& batches, Durability /*durability*/) {
  State& s = *state_;
  for (const WriteBatch* batch : batches) {
    if (batch->count() == 0) continue;
    const uint64_t sequence = s.last_sequence + 1;
    BatchReader reader(batch->payload());
    for (Record record;;) {
      FLOWDB_ASSIGN_OR_RETURN(const bool more, reader.next(record, "batch"));
      if (!more) break;
      record.sequence = sequence;
      s.memtable->insert(record);
    }
    s.last_sequence = sequence;
  }
  return Status::ok();
}

Status Engine::write_overlays(const std::vector<const Memtable*>& overlays, Durability durability) {
  std::vector<WriteBatch> batches;
  batches.reserve(overlays.size());
  for (const Memtable* overlay : overlays) batches.push_back(batch_of(*overlay));
  std::vector<const WriteBatch*> pointers;
  for (const WriteBatch& batch : batches) pointers.push_back(&batch);
  return write(pointers, durability);
}

}  // namespace flowdb
