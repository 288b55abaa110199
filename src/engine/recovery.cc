// Opening a database: which tables are live at which level, and what of the log is in none of them.
#include <algorithm>

#include "engine/batch_reader.h"
#include "engine/engine_state.h"
#include "storage/container_scan.h"
#include "util/coding.h"
#include "util/rules.h"
#include "wal/log_format.h"

namespace flowdb {
namespace {

DatabaseId random_id(const std::function<uint64_t()>& random) {
  DatabaseId id;
  char* const bytes = reinterpret_cast<char*>(id.data());
  store_le<uint64_t>(bytes, random());
  store_le<uint64_t>(bytes + 8, random());
  return id;
}

// Without the container, a log with commits in it is what is left of a database, and not the
// beginning of a new one.
Status check_both_files(File& container, File& log) {
  FLOWDB_ASSIGN_OR_RETURN(const uint64_t size, container.size());
  FLOWDB_ASSIGN_OR_RETURN(const ContainerPresence presence, find_container(container, size));
  if (presence == ContainerPresence::present) return Status::ok();
  FLOWDB_ASSIGN_OR_RETURN(const bool frames, Log::holds_frames(log));
  if (!frames) return Status::ok();
  return Status::corruption(
      container.name(), 0,
      "the container is missing, but " + std::string(log.name()) + " holds commits of it");
}

// Whether the manifest's entry describes the table that stands there now.
bool describes(const TableMeta& meta, const TableProperties& properties) {
  const bool same_sequences = meta.smallest_sequence == properties.smallest_sequence &&
                              meta.largest_sequence == properties.largest_sequence;
  return meta.records == properties.records && (same_sequences || meta.assigned_sequence != 0) &&
         meta.smallest_key == properties.smallest_key && meta.largest_key == properties.largest_key;
}

}  // namespace

ContainerOptions Engine::State::container_options() const {
  ContainerOptions result;
  result.new_id = random_id(options.random);
  result.create_if_missing = options.create_if_missing;
  result.region_bytes_min = options.region_bytes_min;
  return result;
}

Status Engine::State::open_files(std::unique_ptr<File> container,
                                 std::unique_ptr<File> opened_log) {
  FLOWDB_RETURN_IF_ERROR(check_both_files(*container, *opened_log));
  FLOWDB_ASSIGN_OR_RETURN(storage, Container::open(std::move(container), container_options()));
  return recover(std::move(opened_log));
}

Status Engine::State::recover(std::unique_ptr<File> opened_log) {
  log_file = opened_log.get();
  if (storage->is_deleted()) {
    return Status::not_found(std::string(storage->file_name()) + ": the database is being deleted");
  }
  std::optional<Manifest> manifest;
  if (!storage->manifest().empty()) {
    FLOWDB_ASSIGN_OR_RETURN(manifest, Manifest::decode(storage->manifest(), storage->file_name()));
  }
  FLOWDB_RETURN_IF_ERROR(load_version(manifest ? &*manifest : nullptr));
  // The owner's first write; the log's header may be the second.
  if (holds(Rule::epoch_raised_first)) FLOWDB_RETURN_IF_ERROR(storage->raise_epoch());
  if (!manifest) {
    // The log of a container that the original has rewritten still bears the id that is lost with
    // our superblock.
    FLOWDB_ASSIGN_OR_RETURN(const uint64_t log_bytes, log_file->size());
    if (log_bytes <= kLogHeaderBytes) FLOWDB_RETURN_IF_ERROR(log_file->truncate(0));
  }
  const std::string log_name(log_file->name());
  LogOptions log_options;
  log_options.extent_bytes_min = options.log_extent_bytes_min;
  log_options.extent_bytes_max = options.log_extent_bytes_max;
  log_options.random = options.random;
  FLOWDB_ASSIGN_OR_RETURN(log, Log::open(std::move(opened_log), storage->database_id(),
                                         manifest ? &manifest->log : nullptr, log_options));
  checkpoint_position = log->position();
  return replay_log(log_name);
}

Status Engine::State::load_version(const Manifest* manifest) {
  if (manifest != nullptr) {
    checkpoint_sequence = manifest->last_sequence;
    last_sequence = manifest->last_sequence;
    next_table_id = manifest->next_table_id;
  }
  const std::map<uint32_t, TableLocation>& live = storage->tables();
  const bool trusted = manifest != nullptr && !storage->changed_by_others();
  std::vector<TableMeta> metas;
  if (trusted) {
    metas = manifest->tables;
    size_t known = 0;
    for (const TableMeta& meta : metas) known += live.count(meta.id);
    if (known != metas.size() || known != live.size()) {
      return Status::corruption(storage->file_name(), 0,
                                "the checkpoint's tables are not those of its manifest");
    }
  } else {
    for (const auto& [id, location] : live) {
      FLOWDB_ASSIGN_OR_RETURN(metas.emplace_back(), meta_by_itself(id, location, manifest));
      last_sequence = std::max(last_sequence, metas.back().largest_sequence);
      next_table_id = std::max(next_table_id, id + 1);
    }
    checkpoint_due = !live.empty();
  }
  version = version->with(files_of(metas), {});
  if (version == nullptr) {
    return Status::corruption(storage->file_name(), 0,
                              "tables of one level of the manifest overlap");
  }
  return Status::ok();
}

Result<TableMeta> Engine::State::meta_by_itself(uint32_t id, const TableLocation& location,
                                                const Manifest* manifest) {
  FLOWDB_ASSIGN_OR_RETURN(const auto table, Table::open(*storage, id, location, cache));
  TableMeta meta = meta_of(id, table->properties());
  // A table that the manifest does not describe goes to level 0, where tables may overlap: the
  // level that it was written for says nothing of how it stands to the others now.
  meta.level = 0;
  if (manifest == nullptr) return meta;
  for (const TableMeta& known : manifest->tables) {
    if (known.id == id && describes(known, table->properties())) return known;
  }
  return meta;
}

Status Engine::State::replay_log(const std::string& log_name) {
  return log->recover(checkpoint_sequence, [&](const LogBatch& batch) {
    const std::string place = log_name + ", batch " + std::to_string(batch.sequence);
    BatchReader reader(batch.payload);
    for (Record record;;) {
      FLOWDB_ASSIGN_OR_RETURN(const bool more, reader.next(record, place));
      if (!more) break;
      record.sequence = batch.sequence;
      insert(record);
    }
    last_sequence = std::max(last_sequence, batch.sequence);
    ++counters.recovered_batches;
    return Status::ok();
  });
}

}  // namespace flowdb
