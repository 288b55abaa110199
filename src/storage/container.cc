// Container: opening, reading and the calls that change the set of live tables.
#include "storage/container.h"

#include "storage/container_scan.h"
#include "storage/container_state.h"
#include "storage/record.h"
#include "util/rules.h"

namespace flowdb {
namespace {

// A file that is as long as its header has a whole one, also after a power failure: it reaches that
// length only when what stands in it is durable.
Result<Superblock> create_container(File& file, const DatabaseId& id) {
  Superblock superblock;
  superblock.generation = 1;
  superblock.database_id = id;
  const std::string header = encode_file_header(superblock);
  const size_t used =
      holds(Rule::creation_length_last) ? kSlotOffsets[1] + kSuperblockBytes : kFileHeaderBytes;
  FLOWDB_RETURN_IF_ERROR(file.truncate(0));
  FLOWDB_RETURN_IF_ERROR(file.write_at(0, std::string_view(header).substr(0, used)));
  if (holds(Rule::creation_flush)) FLOWDB_RETURN_IF_ERROR(file.sync());
  if (holds(Rule::creation_flush_again)) FLOWDB_RETURN_IF_ERROR(file.sync());
  FLOWDB_RETURN_IF_ERROR(file.truncate(kFileHeaderBytes));
  return superblock;
}

}  // namespace

Container::Container(std::unique_ptr<State> state) : state_(std::move(state)) {}
Container::~Container() = default;

Result<std::unique_ptr<Container>> Container::open(std::unique_ptr<File> file,
                                                   const ContainerOptions& options) {
  auto state = std::make_unique<State>();
  state->region_bytes_min = options.region_bytes_min;
  FLOWDB_ASSIGN_OR_RETURN(const uint64_t size, file->size());
  FLOWDB_ASSIGN_OR_RETURN(const ContainerPresence presence, find_container(*file, size));
  if (presence == ContainerPresence::absent) {
    if (!options.create_if_missing) {
      return Status::not_found(std::string(file->name()) + ": no container");
    }
    FLOWDB_ASSIGN_OR_RETURN(state->superblock, create_container(*file, options.new_id));
    state->end = kFileHeaderBytes;
  } else {
    FLOWDB_ASSIGN_OR_RETURN(ContainerContent content, scan_container(*file, size, options.new_id));
    state->superblock = content.superblock;
    state->tables = std::move(content.tables);
    state->manifest = std::move(content.manifest);
    state->changed = content.changed;
    state->end = content.end;
    state->records_crc = content.records_crc;
    state->unflushed = content.beyond_superblock;
    state->begin_reuse(content);
  }
  // Created now or by one who was killed then: the file's length may not be durable.
  if (state->superblock.generation == 1) state->unflushed = holds(Rule::creation_length_flushed);
  state->file = std::move(file);
  return std::unique_ptr<Container>(new Container(std::move(state)));
}

const DatabaseId& Container::database_id() const { return state_->superblock.database_id; }
uint64_t Container::epoch() const { return state_->superblock.epoch; }
bool Container::is_deleted() const { return state_->superblock.deleted; }
const std::string& Container::manifest() const { return state_->manifest; }
bool Container::changed_by_others() const { return state_->changed; }
const LiveTables& Container::tables() const { return state_->tables; }
bool Container::sst_exists(uint32_t id) const { return state_->tables.count(id) != 0; }
bool Container::can_write() const { return state_->can_write; }
bool Container::regions_reused() const { return state_->reused; }
std::string_view Container::file_name() const { return state_->file->name(); }

Status Container::raise_epoch() {
  FLOWDB_RETURN_IF_ERROR(state_->check_idle());
  State::Plan plan;
  FLOWDB_RETURN_IF_ERROR(state_->plan_superblock(plan));
  plan.next.epoch += 1;
  return state_->commit(std::move(plan));
}

Status Container::mark_deleted() {
  FLOWDB_RETURN_IF_ERROR(state_->check_writable());
  const bool ends_commit = state_->under_way != nullptr;
  FLOWDB_RETURN_IF_ERROR(state_->finish());
  State::Plan plan;
  Status status = state_->plan_superblock(plan);
  plan.next.deleted = true;
  if (status.is_ok()) status = state_->commit(std::move(plan));
  // Whoever has begun the commit does not know that it is over, and must not commit upon it.
  if (!status.is_ok() && ends_commit) state_->can_write = false;
  return status;
}

Status Container::read_table(uint32_t id, uint64_t offset, char* buffer, size_t length) const {
  const auto found = state_->tables.find(id);
  if (found == state_->tables.end()) {
    return Status::not_found(std::string(file_name()) + ": no table " + std::to_string(id));
  }
  return read_table(id, found->second, offset, buffer, length);
}

Status Container::read_table(uint32_t id, const TableLocation& location, uint64_t offset,
                             char* buffer, size_t length) const {
  if (offset > location.length || length > location.length - offset) {
    return Status::corruption(file_name(), location.offset,
                              "table " + std::to_string(id) + " of " +
                                  std::to_string(location.length) + " bytes does not reach to " +
                                  std::to_string(offset) + " + " + std::to_string(length));
  }
  return read_exactly(*state_->file, location.offset + offset, buffer, length);
}

Status Container::write_sst(uint32_t id, std::string_view bytes) {
  State& s = *state_;
  FLOWDB_RETURN_IF_ERROR(s.check_idle());
  if (id == kFillerId) return Status::invalid_argument("table id 4294967295 is the filler's");
  // Framed as a filler until its bytes are durable, so that a crash leaves the table whole or not
  // at all.
  const uint64_t end_before = s.end;
  const uint32_t crc_before = s.records_crc;
  std::string record = encode_table_header(kFillerId, bytes.size());
  record += bytes;
  FLOWDB_ASSIGN_OR_RETURN(const uint64_t offset, s.append_record(record));
  FLOWDB_RETURN_IF_ERROR(s.flush());
  FLOWDB_RETURN_IF_ERROR(s.flush());
  const TableLocation location{offset + kRecordHeaderBytes, bytes.size()};
  Status status = s.name_table(id, location);
  s.end = end_before;
  s.records_crc = crc_before;
  if (!status.is_ok()) {
    s.drop_tail();
    return status;
  }
  s.accept(encode_gap(end_before, offset), encode_table_header(id, bytes.size()),
           location.offset + location.length);
  LiveTables next = s.tables;
  next[id] = location;
  return s.commit_record(std::move(next));
}

Status Container::delete_sst(uint32_t id) {
  State& s = *state_;
  FLOWDB_RETURN_IF_ERROR(s.check_idle());
  if (id == kFillerId) return Status::invalid_argument("table id 4294967295 is the filler's");
  if (!sst_exists(id)) return Status::ok();
  const Result<uint64_t> offset = s.append_record(encode_tombstone(id));
  if (!offset.is_ok()) return offset.status();
  LiveTables next = s.tables;
  next.erase(id);
  return s.commit_record(std::move(next));
}

StorageStats Container::stats() const {
  StorageStats stats;
  uint64_t framed = kFileHeaderBytes;
  for (const auto& [id, location] : state_->tables) {
    stats.live_tables += 1;
    stats.live_bytes += location.length;
    framed += kRecordHeaderBytes + location.length;
  }
  // Two ids of a foreign checkpoint may share a region.
  stats.dead_bytes = framed < state_->end ? state_->end - framed : 0;
  return stats;
}

Status Container::sync() {
  FLOWDB_RETURN_IF_ERROR(state_->check_writable());
  return state_->flush();
}

}  // namespace flowdb
