// What an upgrade transaction does to the schema. Nothing is written before the commit: until then
// the changed schema is this transaction's own.
#include <algorithm>

#include "document/json.h"
#include "document/transaction.h"

namespace flowdb {

namespace {

Status check_new_id(const Schema& schema, uint32_t id) {
  if (id >= schema.next_id && id != UINT32_MAX) return Status::ok();
  return Status::invalid_argument("the id " + std::to_string(id) + " is not a new one");
}

Status check_texts(std::string_view name, std::string_view key_path) {
  if (!is_json_string(name)) return Status::invalid_argument("the name is no JSON string");
  if (!is_json_key_path(key_path)) return Status::invalid_argument("the key path is none");
  return Status::ok();
}

template <typename Named>
Status check_name_free(const std::vector<Named>& all, std::string_view name, const char* kind) {
  const bool taken =
      std::any_of(all.begin(), all.end(), [&](const Named& one) { return one.name == name; });
  if (!taken) return Status::ok();
  return Status::constraint(std::string(kind) + " named " + std::string(name) + " exists already");
}

template <typename Named>
void erase_id(std::vector<Named>& all, uint32_t id) {
  all.erase(std::find_if(all.begin(), all.end(), [&](const Named& one) { return one.id == id; }));
}

}  // namespace

Status Transaction::create_store(uint32_t id, std::string_view name, std::string_view key_path,
                                 bool auto_increment) {
  FLOWDB_RETURN_IF_ERROR(check_upgrade());
  FLOWDB_RETURN_IF_ERROR(check_new_id(*schema_, id));
  FLOWDB_RETURN_IF_ERROR(check_texts(name, key_path));
  FLOWDB_RETURN_IF_ERROR(check_name_free(schema_->stores, name, "a store"));
  StoreSchema created;
  created.id = id;
  created.data_id = take_data_id();
  created.auto_increment = auto_increment;
  created.name = name;
  created.key_path = key_path;
  Schema& schema = edit();
  schema.stores.push_back(std::move(created));
  schema.next_id = id + 1;
  return Status::ok();
}

Status Transaction::delete_store(uint32_t id) {
  FLOWDB_RETURN_IF_ERROR(check_upgrade());
  FLOWDB_RETURN_IF_ERROR(store(id).status());
  erase_id(edit().stores, id);
  return Status::ok();
}

Status Transaction::rename(uint32_t source_id, std::string_view name) {
  FLOWDB_RETURN_IF_ERROR(check_upgrade());
  FLOWDB_ASSIGN_OR_RETURN(const Source target, source(source_id));
  FLOWDB_RETURN_IF_ERROR(check_texts(name, "null"));
  if (target.index == nullptr) {
    if (target.store->name == name) return Status::ok();
    FLOWDB_RETURN_IF_ERROR(check_name_free(schema_->stores, name, "a store"));
    edit_store(source_id).name = name;
    return Status::ok();
  }
  if (target.index->name == name) return Status::ok();
  FLOWDB_RETURN_IF_ERROR(check_name_free(target.store->indexes, name, "an index"));
  for (IndexSchema& index : edit_store(target.store->id).indexes) {
    if (index.id == source_id) index.name = name;
  }
  return Status::ok();
}

Result<bool> Transaction::create_index(uint32_t store_id, uint32_t id, std::string_view name,
                                       std::string_view key_path, bool unique, bool multi_entry) {
  FLOWDB_RETURN_IF_ERROR(check_upgrade());
  FLOWDB_ASSIGN_OR_RETURN(const StoreSchema* const target, store(store_id));
  FLOWDB_RETURN_IF_ERROR(check_new_id(*schema_, id));
  FLOWDB_RETURN_IF_ERROR(check_texts(name, key_path));
  FLOWDB_RETURN_IF_ERROR(check_name_free(target->indexes, name, "an index"));
  FLOWDB_ASSIGN_OR_RETURN(const bool empty, is_empty({target, nullptr}));
  IndexSchema created;
  created.id = id;
  created.data_id = take_data_id();
  created.unique = unique;
  created.multi_entry = multi_entry;
  created.name = name;
  created.key_path = key_path;
  edit_store(store_id).indexes.push_back(std::move(created));
  edit().next_id = id + 1;
  return !empty;
}

Status Transaction::delete_index(uint32_t id) {
  FLOWDB_RETURN_IF_ERROR(check_upgrade());
  FLOWDB_ASSIGN_OR_RETURN(const Source target, source(id));
  if (target.index == nullptr)
    return Status::not_found("no index has the id " + std::to_string(id));
  erase_id(edit_store(target.store->id).indexes, id);
  return Status::ok();
}

}  // namespace flowdb
