// Look-ups in the schema and its JSON text.
#include "document/schema.h"

namespace flowdb {

const IndexSchema* StoreSchema::find_index(uint32_t index_id) const {
  for (const IndexSchema& index : indexes) {
    if (index.id == index_id) return &index;
  }
  return nullptr;
}

const StoreSchema* Schema::find_store(uint32_t id) const {
  for (const StoreSchema& store : stores) {
    if (store.id == id) return &store;
  }
  return nullptr;
}

Source Schema::find(uint32_t id) const {
  for (const StoreSchema& store : stores) {
    if (store.id == id) return {&store, nullptr};
    if (const IndexSchema* index = store.find_index(id); index != nullptr) return {&store, index};
  }
  return {};
}

namespace {

void append_flag(std::string& out, std::string_view name, bool value) {
  out += ",\"";
  out += name;
  out += value ? "\":true" : "\":false";
}

void append_named(std::string& out, uint32_t id, const std::string& name,
                  const std::string& key_path) {
  out += "{\"id\":" + std::to_string(id) + ",\"name\":" + name + ",\"keyPath\":" + key_path;
}

}  // namespace

std::string index_json(const IndexSchema& index) {
  std::string out;
  append_named(out, index.id, index.name, index.key_path);
  append_flag(out, "unique", index.unique);
  append_flag(out, "multiEntry", index.multi_entry);
  out += '}';
  return out;
}

std::string schema_json(const Schema& schema) {
  std::string out = "{\"name\":" + schema.name + ",\"version\":" + std::to_string(schema.version) +
                    ",\"nextId\":" + std::to_string(schema.next_id) + ",\"stores\":[";
  for (const StoreSchema& store : schema.stores) {
    if (out.back() != '[') out += ',';
    append_named(out, store.id, store.name, store.key_path);
    append_flag(out, "autoIncrement", store.auto_increment);
    out += ",\"indexes\":[";
    for (const IndexSchema& index : store.indexes) {
      if (out.back() != '[') out += ',';
      out += index_json(index);
    }
    out += "]}";
  }
  out += "]}";
  return out;
}

}  // namespace flowdb
