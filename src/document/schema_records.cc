// The schema's engine records: written field by field, read back with every length and id checked.
#include <algorithm>

#include "document/json.h"
#include "document/schema.h"
#include "util/coding.h"
#include "util/insertion_sort.h"

namespace flowdb {

namespace {

constexpr uint8_t kFormat = 1;
constexpr uint8_t kAutoIncrement = 1;
constexpr uint8_t kUnique = 1;
constexpr uint8_t kMultiEntry = 2;

std::string record_key(char kind) { return {'\0', kind}; }

Status damaged(std::string_view record, std::string_view what) {
  std::string message = "flow.db: the ";
  message += record;
  message += " record: ";
  message += what;
  return {StatusCode::corruption, std::move(message)};
}

Status read_format(Reader& in, std::string_view record) {
  uint8_t format;
  if (!in.u8(format)) return damaged(record, "is empty");
  if (format != kFormat) {
    return Status::unsupported("flow.db: the " + std::string(record) + " record has format " +
                               std::to_string(format) + "; this build reads 1");
  }
  return Status::ok();
}

// What store and index records share behind their format.
Status read_named(Reader& in, std::string_view record, uint8_t known_flags, uint8_t& flags,
                  uint32_t& data_id, std::string& name, std::string& key_path) {
  std::string_view name_text;
  std::string_view path_text;
  if (!in.u8(flags) || !in.le(data_id) || !in.bytes(name_text) || !in.bytes(path_text)) {
    return damaged(record, "is too short");
  }
  if (!in.at_end()) return damaged(record, "is too long");
  if ((flags & ~known_flags) != 0) {
    return Status::unsupported("flow.db: the " + std::string(record) + " record has unknown flags");
  }
  if (!is_json_string(name_text)) return damaged(record, "the name is no JSON string");
  if (!is_json_key_path(path_text)) return damaged(record, "the key path is none");
  name = name_text;
  key_path = path_text;
  return Status::ok();
}

// Whether each is there once and lies in [1, next). Sorts them.
bool are_given_out(std::vector<uint32_t>& ids, uint32_t next) {
  insertion_sort(ids);
  if (std::adjacent_find(ids.begin(), ids.end()) != ids.end()) return false;
  return ids.empty() || (ids.front() >= 1 && ids.back() < next);
}

void put_named(std::string& out, uint8_t flags, uint32_t data_id, std::string_view name,
               std::string_view key_path) {
  put_u8(out, kFormat);
  put_u8(out, flags);
  put_le<uint32_t>(out, data_id);
  put_bytes(out, name);
  put_bytes(out, key_path);
}

}  // namespace

std::string database_record_key() { return record_key('d'); }

std::string store_record_key(uint32_t store_id) {
  std::string key = record_key('s');
  put_be32(key, store_id);
  return key;
}

std::string index_record_key(uint32_t store_id, uint32_t index_id) {
  std::string key = record_key('i');
  put_be32(key, store_id);
  put_be32(key, index_id);
  return key;
}

std::string generator_record_key(uint32_t store_id) {
  std::string key = record_key('g');
  put_be32(key, store_id);
  return key;
}

std::string encode_database_record(const Schema& schema, uint32_t next_data_id) {
  std::string out;
  put_u8(out, kFormat);
  put_le<uint64_t>(out, schema.version);
  put_le<uint32_t>(out, schema.next_id);
  put_le<uint32_t>(out, next_data_id);
  put_bytes(out, schema.name);
  return out;
}

std::string encode_store_record(const StoreSchema& store) {
  std::string out;
  put_named(out, store.auto_increment ? kAutoIncrement : uint8_t{0}, store.data_id, store.name,
            store.key_path);
  return out;
}

std::string encode_index_record(const IndexSchema& index) {
  const int flags = (index.unique ? kUnique : 0) | (index.multi_entry ? kMultiEntry : 0);
  std::string out;
  put_named(out, static_cast<uint8_t>(flags), index.data_id, index.name, index.key_path);
  return out;
}

Status SchemaLoader::add(std::string_view key, std::string_view value) {
  Reader name(key);
  Reader in(value);
  uint8_t kind = 0;
  uint32_t store_id = 0;
  uint32_t index_id = 0;
  uint8_t flags = 0;
  if (!name.u8(kind) || kind != 0 || !name.u8(kind))
    return damaged("schema", "the key is too short");
  if (kind == 'd' && name.at_end()) {
    FLOWDB_RETURN_IF_ERROR(read_format(in, "database"));
    std::string_view text;
    if (!in.le(schema_.version) || !in.le(schema_.next_id) || !in.le(next_data_id_) ||
        !in.bytes(text) || !in.at_end()) {
      return damaged("database", "has the wrong length");
    }
    if (!is_json_string(text)) return damaged("database", "the name is no JSON string");
    schema_.name = text;
    has_database_record_ = true;
    return Status::ok();
  }
  if (kind == 's' && name.be32(store_id) && name.at_end()) {
    FLOWDB_RETURN_IF_ERROR(read_format(in, "store"));
    StoreSchema store;
    store.id = store_id;
    FLOWDB_RETURN_IF_ERROR(
        read_named(in, "store", kAutoIncrement, flags, store.data_id, store.name, store.key_path));
    store.auto_increment = (flags & kAutoIncrement) != 0;
    schema_.stores.push_back(std::move(store));
    return Status::ok();
  }
  if (kind == 'i' && name.be32(store_id) && name.be32(index_id) && name.at_end()) {
    FLOWDB_RETURN_IF_ERROR(read_format(in, "index"));
    IndexSchema index;
    index.id = index_id;
    FLOWDB_RETURN_IF_ERROR(read_named(in, "index", kUnique | kMultiEntry, flags, index.data_id,
                                      index.name, index.key_path));
    index.unique = (flags & kUnique) != 0;
    index.multi_entry = (flags & kMultiEntry) != 0;
    indexes_.push_back({store_id, std::move(index)});
    return Status::ok();
  }
  if (kind == 'g' && name.be32(store_id) && name.at_end()) return Status::ok();  // read when needed
  return Status::unsupported("flow.db: a schema record of an unknown kind");
}

Status SchemaLoader::finish(Schema& schema, uint32_t& next_data_id) {
  if (!has_database_record_) {
    if (schema_.stores.empty() && indexes_.empty()) return Status::ok();
    return damaged("database", "is missing");
  }
  std::vector<uint32_t> ids;
  std::vector<uint32_t> data_ids;
  for (LoadedIndex& loaded : indexes_) {
    const auto store = std::find_if(schema_.stores.begin(), schema_.stores.end(),
                                    [&](const StoreSchema& s) { return s.id == loaded.store_id; });
    if (store == schema_.stores.end()) return damaged("index", "its store is missing");
    ids.push_back(loaded.index.id);
    data_ids.push_back(loaded.index.data_id);
    store->indexes.push_back(std::move(loaded.index));
  }
  for (const StoreSchema& store : schema_.stores) {
    ids.push_back(store.id);
    data_ids.push_back(store.data_id);
  }
  if (!are_given_out(ids, schema_.next_id) || !are_given_out(data_ids, next_data_id_)) {
    return damaged("schema", "an id is there twice or was never given out");
  }
  schema = std::move(schema_);
  next_data_id = next_data_id_;
  return Status::ok();
}

}  // namespace flowdb
