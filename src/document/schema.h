// The schema: what stores and indexes there are, and the engine records that keep it (FORMAT.md).
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "util/status.h"

namespace flowdb {

// Names and key paths are JSON text in UTF-8, not interpreted here.
struct IndexSchema {
  uint32_t id = 0;
  uint32_t data_id = 0;
  bool unique = false;
  bool multi_entry = false;
  std::string name;
  std::string key_path;
};

struct StoreSchema {
  uint32_t id = 0;
  uint32_t data_id = 0;
  bool auto_increment = false;
  std::string name;
  std::string key_path;
  std::vector<IndexSchema> indexes;  // in the order of their ids

  const IndexSchema* find_index(uint32_t index_id) const;
};

// A store, or an index of it.
struct Source {
  const StoreSchema* store = nullptr;
  const IndexSchema* index = nullptr;  // null: the store itself

  uint32_t data_id() const { return index != nullptr ? index->data_id : store->data_id; }
};

struct Schema {
  uint64_t version = 0;  // 0: there was no upgrade yet
  uint32_t next_id = 1;  // the smallest id of a store or an index that was never used
  std::string name;
  std::vector<StoreSchema> stores;  // in the order of their ids

  const StoreSchema* find_store(uint32_t id) const;
  // Both kinds share one number space. A null store in the result: there is no such source.
  Source find(uint32_t id) const;
};

// Engine keys of the schema's records.
std::string database_record_key();
std::string store_record_key(uint32_t store_id);
std::string index_record_key(uint32_t store_id, uint32_t index_id);
std::string generator_record_key(uint32_t store_id);
// All of the above lie in [first, last).
inline constexpr std::string_view kSchemaKeysFirst{"\x00", 1};
inline constexpr std::string_view kSchemaKeysLast{"\x01", 1};

// Values of the schema's records.
std::string encode_database_record(const Schema& schema, uint32_t next_data_id);
std::string encode_store_record(const StoreSchema& store);
std::string encode_index_record(const IndexSchema& index);

// Collects the records of a stored schema, in the order of their keys.
class SchemaLoader {
 public:
  // Errors: corruption (names the record), unsupported (a later format).
  Status add(std::string_view key, std::string_view value);
  // To be called after the last add(). Leaves both as they are when nothing is stored. Errors:
  // corruption.
  Status finish(Schema& schema, uint32_t& next_data_id);

 private:
  struct LoadedIndex {
    uint32_t store_id;
    IndexSchema index;
  };

  bool has_database_record_ = false;
  uint32_t next_data_id_ = 1;
  Schema schema_;
  std::vector<LoadedIndex> indexes_;
};

// The schema as JSON text, for the page: {"name":…,"version":…,"nextId":…,"stores":[…]}.
std::string schema_json(const Schema& schema);
std::string index_json(const IndexSchema& index);

}  // namespace flowdb
