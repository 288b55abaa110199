// CREATE_STORE, RENAME and CREATE_INDEX, and the state of an index that waits for its backfill.
#include "interpreter.h"

namespace flowdb {

Status Interpreter::create_store(Transaction& transaction, const Command& command) {
  CommandReader in(command.body);
  const std::string_view name = in.bytes("name");
  const std::string_view key_path = in.bytes("key path");
  FLOWDB_RETURN_IF_ERROR(in.finish());
  const bool auto_increment = (command.flags & protocol::kStoreAutoIncrement) != 0;
  return transaction.create_store(command.source, name, key_path, auto_increment);
}

Status Interpreter::rename(Transaction& transaction, const Command& command) {
  CommandReader in(command.body);
  const std::string_view name = in.bytes("name");
  FLOWDB_RETURN_IF_ERROR(in.finish());
  return transaction.rename(command.source, name);
}

Status Interpreter::create_index(Open& open, const Command& command) {
  CommandReader in(command.body);
  const uint32_t store_id = in.u32("store");
  const std::string_view name = in.bytes("name");
  const std::string_view key_path = in.bytes("key path");
  FLOWDB_RETURN_IF_ERROR(in.finish());
  FLOWDB_ASSIGN_OR_RETURN(
      const bool has_records,
      open.transaction->create_index(store_id, command.source, name, key_path,
                                     (command.flags & protocol::kIndexUnique) != 0,
                                     (command.flags & protocol::kIndexMultiEntry) != 0));
  if (has_records) open.waiting_index = command.source;
  return Status::ok();
}

std::string Interpreter::backfill(uint32_t handle) const {
  const Open* const open = find(handle);
  if (open == nullptr || open->waiting_index == 0) return {};
  const Source source = open->transaction->schema().find(open->waiting_index);
  return "{\"store\":" + std::to_string(source.store->id) +
         ",\"index\":" + index_json(*source.index) + "}";
}

void Interpreter::end_backfill(uint32_t handle) {
  if (Open* const open = find(handle); open != nullptr) open->waiting_index = 0;
}

}  // namespace flowdb
