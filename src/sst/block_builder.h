// BlockBuilder: the payload of a data block or of an index block (FORMAT.md). Keys are stored
// without what they share with the key before; every 16th stands in full, as a place to start from.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "util/record.h"

namespace flowdb {

class BlockBuilder {
 public:
  // Entries in record order. A block has entries of one of the two kinds only.
  void add_record(const Record& record);
  void add_index_entry(std::string_view key, std::string_view value);

  bool empty() const { return count_ == 0; }
  // Bytes of the payload if it were finished now.
  size_t size() const { return payload_.size() + (restarts_.size() + 1) * sizeof(uint32_t); }
  // Completes the payload; valid until reset().
  std::string_view finish();
  void reset();

 private:
  // Writes the lengths; `rest` becomes what of the key is to be stored.
  void begin_entry(std::string_view key, std::string_view& rest);

  std::string payload_;
  std::vector<uint32_t> restarts_;
  std::string last_key_;
  uint32_t count_ = 0;
};

}  // namespace flowdb
