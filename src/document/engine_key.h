// The engine keys of records and index entries (FORMAT.md), and of the bounds of ranges of them.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

#include "document/key.h"
#include "document/schema.h"
#include "util/coding.h"

namespace flowdb {

inline constexpr char kRecordSpace = 0x01;
inline constexpr char kIndexSpace = 0x02;
// The space and the data id.
inline constexpr size_t kDataPrefixBytes = 5;

// Each of these replaces what `out` held, to be used again and again without an allocation.
inline void set_data_prefix(std::string& out, const Source& source) {
  char prefix[kDataPrefixBytes];
  prefix[0] = source.index != nullptr ? kIndexSpace : kRecordSpace;
  store_be32(prefix + 1, source.data_id());
  out.assign(prefix, sizeof prefix);
}

inline void set_record_key(std::string& out, const StoreSchema& store, std::string_view key) {
  set_data_prefix(out, {&store, nullptr});
  out.append(key);
}

inline void set_index_entry_key(std::string& out, const StoreSchema& store,
                                const IndexSchema& index, std::string_view index_key,
                                std::string_view primary_key) {
  set_data_prefix(out, {&store, &index});
  out.append(index_key);
  out.append(primary_key);
}

// What an engine key holds behind its data prefix. REQUIRES: it has one.
inline std::string_view behind_prefix(std::string_view engine_key) {
  return engine_key.substr(kDataPrefixBytes);
}

}  // namespace flowdb
