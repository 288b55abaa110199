// What the steps of an open engine share.
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

}  // namespace flowdb
