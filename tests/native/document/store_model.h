// What a store with indexes must hold, as simply as it can be said: a map of records. Index entries
// are not kept but derived from it at each question.
#pragma once

#include <algorithm>
#include <map>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "document/range.h"
#include "document/test_database.h"
#include "document/transaction.h"

namespace flowdb {

struct ModelRecord {
  std::string value;
  IndexKeys index_keys;
};

using ModelPair = std::pair<std::string, std::string>;  // key and primary key

struct StoreModel {
  std::map<std::string, ModelRecord> records;

  // Whether another record has one of the keys in a unique index.
  bool violates(const std::set<uint32_t>& unique, const std::string& primary_key,
                const IndexKeys& index_keys) const {
    for (const auto& [other, record] : records) {
      if (other == primary_key) continue;
      for (const auto& entry : index_keys) {
        if (unique.count(entry.first) == 0) continue;
        const auto& theirs = record.index_keys;
        if (std::find(theirs.begin(), theirs.end(), entry) != theirs.end()) return true;
      }
    }
    return false;
  }

  // All entries of a source, ascending. `index` 0 is the store.
  std::vector<ModelPair> entries(uint32_t index) const {
    std::set<ModelPair> all;
    for (const auto& [primary_key, record] : records) {
      if (index == 0) all.emplace(primary_key, primary_key);
      for (const auto& [id, key] : record.index_keys) {
        if (id == index) all.emplace(key, primary_key);
      }
    }
    return {all.begin(), all.end()};
  }

  static bool contains(const KeyRange& range, const std::string& key) {
    if (range.lower && (range.lower_open ? key <= *range.lower : key < *range.lower)) return false;
    return !range.upper || (range.upper_open ? key < *range.upper : key <= *range.upper);
  }

  // What a scan yields, in its order.
  std::vector<ModelPair> scan(uint32_t index, const ScanRequest& request) const {
    const bool unique = is_unique(request.direction) && index != 0;
    std::vector<ModelPair> out;
    for (const ModelPair& entry : entries(index)) {
      if (!contains(request.range, entry.first)) continue;
      if (unique && !out.empty() && out.back().first == entry.first) continue;
      out.push_back(entry);
    }
    if (!is_forward(request.direction)) std::reverse(out.begin(), out.end());
    const auto before_position = [&](const ModelPair& entry) {
      if (request.position == Position::start) return false;
      int order = entry.first.compare(request.key);
      const bool pairs = request.position != Position::at_key && index != 0 && !unique;
      if (order == 0 && pairs) order = entry.second.compare(request.primary_key);
      if (!is_forward(request.direction)) order = -order;
      return request.position == Position::behind_pair ? order <= 0 : order < 0;
    };
    out.erase(std::remove_if(out.begin(), out.end(), before_position), out.end());
    const size_t skipped = std::min<size_t>(request.skip, out.size());
    out.erase(out.begin(), out.begin() + static_cast<ptrdiff_t>(skipped));
    return out;
  }
};

}  // namespace flowdb
