// KnownCounts: how many entries stores and indexes have, as far as somebody has counted them, or
// they were empty, and all who wrote since have known what they changed.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

namespace flowdb {

// Stores and indexes by their data ids: few of them, so that a search is a short walk. Transactions
// are numbered in the order in which they begin.
class KnownCounts {
 public:
  // nullopt: it is not known, or what the transaction sees is older.
  std::optional<uint64_t> find(uint32_t data_id, uint64_t transaction) const {
    for (const Known& known : known_) {
      if (known.data_id != data_id) continue;
      return transaction < known.since ? std::nullopt : known.count;
    }
    return std::nullopt;
  }
  // What a transaction has counted that has not written there itself.
  void add(uint32_t data_id, uint64_t transaction, uint64_t count) {
    Known& known = entry(data_id);
    if (transaction >= known.since) known.count = count;
  }
  // A new one, which is empty.
  void begin(uint32_t data_id) { entry(data_id).count = 0; }
  // The commit of `writer` has changed it, which transactions see from `next` on. `by`: nullopt:
  // nobody knows. What was committed while the writer was open, it has not seen.
  void change(uint32_t data_id, uint64_t writer, uint64_t next, std::optional<int64_t> by) {
    Known& known = entry(data_id);
    if (!by || !known.count || writer < known.since) {
      known.count = std::nullopt;
    } else {
      *known.count += static_cast<uint64_t>(*by);
    }
    known.since = next;
  }
  // Nobody counts it any more.
  void remove(uint32_t data_id) {
    for (Known& known : known_) {
      if (known.data_id != data_id) continue;
      known = known_.back();
      known_.pop_back();
      return;
    }
  }

 private:
  struct Known {
    uint32_t data_id;
    std::optional<uint64_t> count;
    uint64_t since;
  };

  Known& entry(uint32_t data_id) {
    for (Known& known : known_) {
      if (known.data_id == data_id) return known;
    }
    return known_.emplace_back(Known{data_id, std::nullopt, 0});
  }

  std::vector<Known> known_;
};

}  // namespace flowdb
