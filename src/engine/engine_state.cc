// Committing a change of the live tables.
#include "engine/engine_state.h"

#include <cassert>

namespace flowdb {

Status Engine::State::check_writable() const {
  if (closed) return Status::closed("the database is closed");
  if (!storage->can_write() || !log->can_write()) {
    return Status::closed(
        "an earlier write has failed; the database is read-only until it is opened again");
  }
  return Status::ok();
}

TableBuilderOptions Engine::State::builder_options(size_t level) const {
  TableBuilderOptions result;
  result.block_bytes = options.block_bytes;
  result.bloom_bits_per_key = options.bloom_bits_per_key;
  result.compression = static_cast<BlockCompression>(options.compression);
  result.level = static_cast<uint8_t>(level);
  result.database_id = storage->database_id();
  return result;
}

TableFiles Engine::State::files_of(const std::vector<TableMeta>& metas) {
  const TableSource source{storage.get(), &cache};
  TableFiles files;
  for (const TableMeta& meta : metas) {
    auto held = storage->hold_table(meta.id);
    assert(held != nullptr);
    const TableLocation location = *held;
    files.push_back(std::make_shared<TableFile>(meta, location, source, std::move(held)));
  }
  return files;
}

Engine::State::Change Engine::State::change_of_tables() const {
  Change change;
  change.sequence = checkpoint_sequence;
  change.position = checkpoint_position;
  return change;
}

Status Engine::State::commit(const Change& change) {
  std::vector<uint32_t> left = change.removed;
  for (const auto& file : change.moved) left.push_back(file->meta().id);
  TableFiles files = files_of(change.added);
  files.insert(files.end(), change.moved.begin(), change.moved.end());
  std::shared_ptr<const Version> next = version->with(files, left);
  if (next == nullptr) {
    return Status::corruption(storage->file_name(), 0, "a compaction made overlapping tables");
  }
  Manifest manifest;
  manifest.last_sequence = change.sequence;
  manifest.next_table_id = next_table_id;
  manifest.log = change.position;
  for (const auto& file : next->all()) manifest.tables.push_back(file->meta());
  std::vector<uint32_t> added_ids;
  for (const TableMeta& meta : change.added) added_ids.push_back(meta.id);
  FLOWDB_RETURN_IF_ERROR(storage->apply(added_ids, change.removed, manifest.encode()));
  version = std::move(next);
  checkpoint_sequence = change.sequence;
  checkpoint_position = change.position;
  checkpoint_due = false;
  room_is_waiting = !change.removed.empty();
  may_have_dead_tables |= !change.added.empty();
  log->release_before(change.position);
  return Status::ok();
}

}  // namespace flowdb
