// Commits: batches and overlays, through the log into the memtable, or past both into tables.
#include <algorithm>
#include <memory>
#include <string>

#include "engine/batch_reader.h"
#include "engine/engine_state.h"
#include "util/features.h"

namespace flowdb {
namespace {

// A frame's length has 32 bits.
constexpr size_t kBatchBytesMax = size_t{1} << 31;
// What a frame takes besides its payload.
constexpr uint64_t kFrameBytes = 32;
// What an operation takes in a batch besides its key and value, most often less.
constexpr size_t kOperationBytes = 16;
// In a small database, the log's extents stop growing at this part of what is stored, or at a third
// of their limit.
constexpr uint64_t kLogShare = 16;

// A batch that takes such a part of an extent of the log, and whose records take such a part of one
// on average, is written to extents of so many times their limit: these hold four values of 1 MiB,
// and the flush of each ends with a commit.
constexpr uint64_t kLargeBatchPart = 4;
constexpr uint64_t kLargeRecordPart = 32;
constexpr uint64_t kLargeExtents = 2;

// So large are records on average in a batch that may count as one of large values.
constexpr uint64_t kLargeRecordBytes = 32 << 10;

// Calls `use` for each operation of a batch.
template <typename Use>
Status each_operation(const WriteBatch& batch, Use use) {
  BatchReader reader(batch.payload());
  for (Record record;;) {
    FLOWDB_ASSIGN_OR_RETURN(const bool more, reader.next(record, "write batch"));
    if (!more) return Status::ok();
    use(record);
  }
}

// What the keys behind the split take of a batch of large values.
Result<uint64_t> large_bytes_of(const WriteBatch& batch, const TableSplit& split) {
  uint64_t bytes = 0;
  if (batch.payload().size() < batch.count() * kLargeRecordBytes) return bytes;
  FLOWDB_RETURN_IF_ERROR(each_operation(batch, [&](const Record& record) {
    if (split.is_behind(record.key)) bytes += record.key.size() + record.value.size();
  }));
  return bytes;
}

// The newest version of each key of the overlay, as a batch.
WriteBatch batch_of(const Memtable& overlay) {
  WriteBatch batch;
  batch.reserve(overlay.data_bytes() + kOperationBytes * overlay.count());
  // First, because they remove nothing of the batch itself.
  std::shared_ptr<const RangeRemoves> removes;
  if (overlay.has_range_removes()) removes = overlay.range_removes();
  if (removes != nullptr) {
    removes->each([&](std::string_view begin, std::string_view end, const auto&) {
      batch.remove_range(begin, end);
    });
  }
  Memtable::Cursor cursor(overlay);
  const Record* last = nullptr;
  for (cursor.seek_to_first(); cursor.valid(); cursor.next()) {
    const Record& record = cursor.record();
    if (last != nullptr && record.key == last->key) continue;
    last = &record;
    if (removes != nullptr && removes->removes(record.key, record.sequence, UINT64_MAX)) continue;
    if (record.kind == RecordKind::put) {
      batch.put(record.key, record.value, record.ts, record.expire_at);
    } else {
      batch.remove(record.key, record.ts);
    }
  }
  return batch;
}

std::vector<const WriteBatch*> pointers_to(const std::vector<WriteBatch>& batches) {
  std::vector<const WriteBatch*> pointers;
  for (const WriteBatch& batch : batches) pointers.push_back(&batch);
  return pointers;
}

// The batch with that expire_at for the records that have none.
Result<WriteBatch> with_expiry(const WriteBatch& batch, int64_t expire_at) {
  WriteBatch result;
  FLOWDB_RETURN_IF_ERROR(each_operation(batch, [&](const Record& record) {
    switch (record.kind) {
      case RecordKind::put:
        return result.put(record.key, record.value, record.ts,
                          record.expire_at == kNeverExpires ? expire_at : record.expire_at);
      case RecordKind::remove:
        return result.remove(record.key, record.ts);
      case RecordKind::remove_range:
        return result.remove_range(record.key, record.value);
    }
  }));
  return result;
}

}  // namespace

int64_t Engine::State::expiry(int64_t ttl_us) const {
  const int64_t now_us = options.now_us();
  const bool never = ttl_us == 0 || now_us > kNeverExpires - ttl_us;
  return never ? kNeverExpires : now_us + ttl_us;
}

bool Engine::State::fits_log(uint64_t payload_bytes, size_t count) const {
  const uint64_t frames = kFrameBytes * count;
  return payload_bytes <= log->max_batch_bytes() &&
         frames <= log->max_batch_bytes() - payload_bytes;
}

Status Engine::State::make_room(const LogNeed& need) {
  if (checkpoint_due) FLOWDB_RETURN_IF_ERROR(checkpoint(log->position()));
  const bool log_is_full = !log->has_room(need.payload_bytes, need.batches);
  if (!log_is_full && memtable->memory_bytes() < options.memtable_bytes_max) return Status::ok();
  // Most often it is over long since.
  FLOWDB_RETURN_IF_ERROR(finish_flush());
  bool is_flushed = false;
  if (log_is_full) {
    FLOWDB_ASSIGN_OR_RETURN(is_flushed, switch_extent(need));
  }
  // The extent before can be used again when the flush is over.
  if (!is_flushed) freeze(log->position());
  return Status::ok();
}

// What follows a batch is most often of its size: one flush for several, unless the quota has room
// for this one only. Where a large extent, or the one behind it, would make the log's file longer
// than one of these and two of the smallest size, all that the log holds is flushed first, so that
// it can stand at the file's front; meanwhile one of the smallest size is in use, behind the room
// for a large one.
Result<bool> Engine::State::switch_extent(const LogNeed& need) {
  const uint64_t frames_bytes = need.payload_bytes + kFrameBytes * need.batches;
  const uint64_t large_bytes = kLargeExtents * options.log_extent_bytes_max;
  const uint64_t least_bytes = options.log_extent_bytes_min;
  const bool is_large =
      frames_bytes >= options.log_extent_bytes_max / kLargeBatchPart &&
      frames_bytes >= need.operations * (options.log_extent_bytes_max / kLargeRecordPart);
  const bool was_large = log->extent_bytes() > options.log_extent_bytes_max;
  const uint64_t grown_bytes = std::max(options.log_extent_bytes_max / 3,
                                        version->level_bytes(version->deepest_level()) / kLogShare);
  const uint64_t next_bytes =
      is_large ? large_bytes
               : log->next_extent_bytes(std::min(2 * frames_bytes, log->max_batch_bytes()),
                                        log->extent_bytes() < grown_bytes);

  bool is_flushed = false;
  if ((is_large || was_large) && log->end_of_next(next_bytes) > large_bytes + 2 * least_bytes) {
    const Status status = log->switch_to_extent_of(least_bytes, large_bytes);
    if (status.is_ok()) {
      freeze(log->position());
      FLOWDB_RETURN_IF_ERROR(finish_flush());
      is_flushed = true;
    } else if (!status.is(StatusCode::quota_exceeded)) {
      return status;
    }
  }
  Status status = log->switch_to_extent_of(next_bytes);
  if (status.is(StatusCode::quota_exceeded)) status = log->switch_extent(frames_bytes, false);
  FLOWDB_RETURN_IF_ERROR(std::move(status));
  return is_flushed;
}

Status Engine::write(const std::vector<const WriteBatch*>& batches, Durability durability) {
  State& s = *state_;
  FLOWDB_RETURN_IF_ERROR(s.check_writable());
  bool expires = kFullEngine && s.options.default_ttl_us != 0;
  for (const WriteBatch* batch : batches) {
    // Once it were in the log, this build could not read it back.
    if (!kFullEngine && batch->needs_full_engine()) {
      return Status::unsupported("a batch with a TTL or a removal of keys in this build");
    }
    if (const int64_t ttl_us = batch->ttl().value_or(0); kFullEngine && ttl_us < 0) {
      return Status::invalid_argument("the TTL of a batch is " + std::to_string(ttl_us) +
                                      ", must be from 0 to " + std::to_string(INT64_MAX));
    }
    expires |= kFullEngine && batch->ttl().has_value();
  }
  if (!expires) return write_stamped(batches, durability);
  std::vector<WriteBatch> stamped;
  for (const WriteBatch* batch : batches) {
    const int64_t expire_at = s.expiry(batch->ttl().value_or(s.options.default_ttl_us));
    FLOWDB_ASSIGN_OR_RETURN(stamped.emplace_back(), with_expiry(*batch, expire_at));
  }
  return write_stamped(pointers_to(stamped), durability);
}

Status Engine::write_stamped(const std::vector<const WriteBatch*>& batches, Durability durability) {
  State& s = *state_;
  const LatencyTimer timer(s.latencies.get(), &EngineLatencies::write, s.options.clock_ns);
  std::vector<LogBatch> frames;
  uint64_t payload_bytes = 0;
  uint64_t operations = 0;
  uint64_t large_bytes = 0;
  uint64_t sequence = s.last_sequence;
  for (const WriteBatch* batch : batches) {
    if (batch->count() == 0) continue;
    if (batch->payload().size() > kBatchBytesMax) {
      return Status::invalid_argument("a batch of more than 2 GiB");
    }
    frames.push_back({++sequence, batch->payload()});
    payload_bytes += batch->payload().size();
    operations += batch->count();
    FLOWDB_ASSIGN_OR_RETURN(const uint64_t large, large_bytes_of(*batch, s.table_split));
    large_bytes += large;
  }
  if (frames.empty()) return Status::ok();
  if (!s.fits_log(payload_bytes, frames.size())) {
    std::vector<std::unique_ptr<Memtable>> overlays;
    std::vector<const Memtable*> pointers;
    for (const WriteBatch* batch : batches) {
      overlays.push_back(std::make_unique<Memtable>());
      pointers.push_back(overlays.back().get());
      FLOWDB_RETURN_IF_ERROR(each_operation(*batch, [&](Record& record) {
        record.sequence = 1;
        overlays.back()->insert(record);
      }));
    }
    return write_as_tables(pointers, kNeverExpires);
  }
  FLOWDB_RETURN_IF_ERROR(s.keep_pace(payload_bytes - large_bytes, large_bytes));
  FLOWDB_RETURN_IF_ERROR(s.make_room({payload_bytes, frames.size(), operations}));
  const bool sync = durability == Durability::strict;
  {
    const LatencyTimer log_timer(s.latencies.get(), &EngineLatencies::log_write,
                                 s.options.clock_ns);
    FLOWDB_RETURN_IF_ERROR(s.log->append(frames, sync));
  }
  ++s.counters.log_writes;
  if (sync) ++s.counters.log_syncs;
  // From here on the batches are committed.
  for (const WriteBatch* batch : batches) {
    if (batch->count() == 0) continue;
    ++s.last_sequence;
    FLOWDB_RETURN_IF_ERROR(each_operation(*batch, [&s](Record& record) {
      record.sequence = s.last_sequence;
      s.insert(record);
    }));
  }
  return Status::ok();
}

Status Engine::write_overlays(const std::vector<const Memtable*>& overlays, Durability durability) {
  State& s = *state_;
  FLOWDB_RETURN_IF_ERROR(s.check_writable());
  uint64_t data_bytes = 0;
  for (const Memtable* overlay : overlays) {
    data_bytes += overlay->data_bytes();
  }
  // Not worth a copy to learn that it is too large.
  if (!s.fits_log(data_bytes, overlays.size())) {
    return write_as_tables(overlays, s.expiry(s.options.default_ttl_us));
  }
  std::vector<WriteBatch> batches;
  batches.reserve(overlays.size());
  for (const Memtable* overlay : overlays) batches.push_back(batch_of(*overlay));
  return write(pointers_to(batches), durability);
}

}  // namespace flowdb
