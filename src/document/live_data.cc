// See live_data.h.
#include "document/live_data.h"

#include <algorithm>

#include "document/engine_key.h"
#include "document/large_value.h"
#include "util/coding.h"

namespace flowdb {

void LiveData::add(uint32_t data_id) {
  live_.insert(std::lower_bound(live_.begin(), live_.end(), data_id), data_id);
}

void LiveData::give_up(uint32_t data_id, uint64_t transaction) {
  given_up_.push_back({data_id, transaction});
}

void LiveData::remove(uint32_t data_id) {
  const auto at = std::lower_bound(live_.begin(), live_.end(), data_id);
  if (at != live_.end() && *at == data_id) live_.erase(at);
}

bool LiveData::release(uint64_t oldest) {
  size_t kept = 0;
  for (const GivenUp& entry : given_up_) {
    if (entry.transaction <= oldest) {
      remove(entry.data_id);
    } else {
      given_up_[kept++] = entry;
    }
  }
  const bool has_died = kept < given_up_.size();
  given_up_.resize(kept);
  return has_died;
}

KeyFate LiveData::fate(std::string_view key) const {
  if (key.size() < kDataPrefixBytes) return {};
  const char space = key[0];
  if (space != kRecordSpace && space != kIndexSpace && space != kPieceSpace) return {};
  const uint32_t data_id = load_be32(key.data() + 1);
  const auto next = std::lower_bound(live_.begin(), live_.end(), data_id);
  if (next == live_.end()) return {true, std::string(1, static_cast<char>(space + 1))};
  KeyFate fate{*next != data_id, std::string(1, space)};
  put_be32(fate.until, fate.is_dead ? *next : data_id + 1);
  return fate;
}

}  // namespace flowdb
