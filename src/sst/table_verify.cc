// One walk over the records computes again what the table says of them.
#include "sst/table_verify.h"

#include <algorithm>

#include "sst/block_cursor.h"
#include "sst/bloom.h"

namespace flowdb {
namespace {

// Keys may be long and are any bytes.
std::string shown(std::string_view key) {
  std::string text;
  for (const char c : key.substr(0, 40)) {
    const bool plain = c >= ' ' && c <= '~' && c != '\\';
    constexpr char digits[] = "0123456789abcdef";
    if (plain) {
      text += c;
    } else {
      text += {'\\', 'x', digits[static_cast<uint8_t>(c) >> 4], digits[c & 15]};
    }
  }
  return key.size() > 40 ? text + "..." : text;
}

class Verifier {
 public:
  Verifier(const StoredTable& table, Findings& findings)
      : survey_(table, findings), length_(table.location.length) {}

  std::optional<TableProperties> run() {
    if (survey_.footer() && survey_.footer()->filter.length != 0) {
      filter_ = survey_.read_payload(survey_.footer()->filter);
    }
    for (const TableSurvey::DataBlock& block : survey_.blocks()) check_block(block);
    if (survey_.properties()) compare_properties(*survey_.properties());
    if (survey_.footer()) check_cover(*survey_.footer());
    return survey_.properties();
  }

 private:
  void differ(uint64_t offset, std::string what, std::string expected, std::string found) {
    survey_.report(offset, std::move(what), std::move(expected), std::move(found));
  }
  void check_number(std::string what, uint64_t said, uint64_t counted) {
    if (said == counted) return;
    differ(survey_.footer()->properties.offset, std::move(what), std::to_string(said),
           std::to_string(counted));
  }

  void check_block(const TableSurvey::DataBlock& data) {
    const std::unique_ptr<Block> block = survey_.read_data_block(data);
    if (block == nullptr) {
      all_read_ = false;
      return;
    }
    const uint64_t at = data.handle.offset;
    BlockCursor cursor(*block);
    std::string first_key;
    int64_t min_ts = INT64_MAX;
    int64_t max_ts = INT64_MIN;
    bool is_first = true;
    for (cursor.seek_to_first(); cursor.valid(); cursor.next()) {
      const Record& record = cursor.record();
      if (is_first) first_key.assign(record.key);
      is_first = false;
      if (counted_.records > 0 && compare_records(last_, record) >= 0) {
        differ(at, "records out of order", "behind " + shown(last_.key), shown(record.key));
      }
      counted_.add(record);
      last_ = record;
      last_.key = counted_.largest_key;
      min_ts = std::min(min_ts, record.ts);
      max_ts = std::max(max_ts, record.ts);
      if (filter_ && !bloom_may_contain(filter_->view(), bloom_hash(record.key))) {
        differ(survey_.footer()->filter.offset, "the filter lacks a key", shown(record.key), "");
      }
    }
    if (cursor.error() != EntryError::none) {
      all_read_ = false;
      survey_.report(at, "a block's entry is malformed");
      return;
    }
    if (!data.is_described) return;
    if (first_key != data.first_key) {
      differ(at, "the block's first key", shown(data.first_key), shown(first_key));
    }
    if (last_.key != data.last_key) {
      differ(at, "the block's last key", shown(data.last_key), shown(last_.key));
    }
    if (min_ts != data.min_ts || max_ts != data.max_ts) {
      differ(at, "the block's bounds of ts",
             std::to_string(data.min_ts) + " to " + std::to_string(data.max_ts),
             std::to_string(min_ts) + " to " + std::to_string(max_ts));
    }
  }

  void compare_properties(const TableProperties& said) {
    const size_t problems = survey_.problems();
    const RangeRemoves removes = survey_.read_range_removes();
    all_read_ = all_read_ && problems == survey_.problems();
    if (!all_read_ || !survey_.footer()) return;
    if (said.range_removes.length != 0) counted_.add(removes);
    const uint64_t at = survey_.footer()->properties.offset;
    if ((said.range_removes.length != 0) != (survey_.footer()->incompatible != 0)) {
      survey_.report(at, "footer and properties differ in whether ranges are removed");
    }
    check_number("the number of records", said.records, counted_.records);
    check_number("the number of deletes", said.removes, counted_.removes);
    check_number("the smallest sequence number", said.smallest_sequence,
                 counted_.smallest_sequence);
    check_number("the largest sequence number", said.largest_sequence, counted_.largest_sequence);
    if (said.smallest_key != counted_.smallest_key) {
      differ(at, "the smallest key", shown(said.smallest_key), shown(counted_.smallest_key));
    }
    if (said.largest_key != counted_.largest_key) {
      differ(at, "the largest key", shown(said.largest_key), shown(counted_.largest_key));
    }
    if (said.min_ts != counted_.min_ts || said.max_ts != counted_.max_ts ||
        said.max_expire_at != counted_.max_expire_at) {
      survey_.report(at, "the bounds of ts, or the largest expire_at");
    }
  }

  // Every byte is a block's, the footer's, or a zero between the two.
  void check_cover(const Footer& footer) {
    std::vector<BlockHandle> parts;
    for (const auto& block : survey_.blocks()) {
      if (!block.is_described) return;
      parts.push_back(block.handle);
    }
    if (footer.filter.length != 0) parts.push_back(footer.filter);
    if (survey_.properties() && survey_.properties()->range_removes.length != 0) {
      parts.push_back(survey_.properties()->range_removes);
    }
    if (footer.index.length != 0) parts.push_back(footer.index);
    parts.push_back(footer.properties);
    uint64_t at = 0;
    for (const BlockHandle& part : parts) {
      if (part.offset != at) {
        return differ(at, "the next block's offset", std::to_string(at),
                      std::to_string(part.offset));
      }
      at += part.length + kBlockTrailerBytes;
    }
    const uint64_t end = length_ - Footer::kBytes;
    if (at > end || end - at >= kSectorBytes || !survey_.is_zero(at, end)) {
      survey_.report(at, "the padding in front of the footer is not zero");
    }
  }

  TableSurvey survey_;
  const uint64_t length_;
  std::optional<ByteBuffer> filter_;
  bool all_read_ = true;
  TableProperties counted_;
  Record last_;  // its key is counted_'s largest one
};

}  // namespace

std::optional<TableProperties> verify_table(const StoredTable& table, Findings& findings) {
  return Verifier(table, findings).run();
}

}  // namespace flowdb
