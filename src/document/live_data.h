// LiveData: which data ids still mean something. What is stored under any other is dead, and
// compaction drops it.
#pragma once

#include <cstdint>
#include <string_view>
#include <vector>

#include "util/key_fate.h"

namespace flowdb {

class LiveData {
 public:
  // Ids are given out in ascending order.
  void add(uint32_t data_id);
  // From now on nothing new can refer to the id; transactions numbered below `transaction` still
  // may.
  void give_up(uint32_t data_id, uint64_t transaction);
  // Nobody ever saw the id.
  void remove(uint32_t data_id);
  // `oldest`: the number of the oldest open transaction. What only older ones could refer to is
  // dead.
  // Result: whether anything has died.
  bool release(uint64_t oldest);

  // A DropFilter: engine keys of stores and indexes that are no more.
  KeyFate fate(std::string_view key) const;

 private:
  struct GivenUp {
    uint32_t data_id;
    uint64_t transaction;
  };

  std::vector<uint32_t> live_;  // ascending; those given up, too, until they are released
  std::vector<GivenUp> given_up_;
};

}  // namespace flowdb
