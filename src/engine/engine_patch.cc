// Partial updates of JSON values.
#include <string>

#include "engine/engine.h"
#include "util/json.h"

namespace flowdb {

Status Engine::patch(std::string_view key, std::string_view merge, Durability durability,
                     int64_t ts) {
  FLOWDB_ASSIGN_OR_RETURN(const Json changes, Json::parse(merge));
  ReadOptions version;
  version.ts_min = version.ts_max = ts;
  std::string stored;
  int64_t expire_at = kNeverExpires;
  FLOWDB_RETURN_IF_ERROR(get(key, version, stored, &expire_at));
  Result<Json> value = Json::parse(stored);
  if (!value.is_ok()) {
    return Status::invalid_argument("the stored value is not to be patched: " +
                                    value.status().message());
  }
  merge_patch(value.value(), changes);
  std::string text;
  value->append_to(text);
  WriteBatch batch;
  batch.put(key, text, ts, expire_at);
  batch.set_ttl(0);  // one that never expires goes on never to
  return write(batch, durability);
}

}  // namespace flowdb
