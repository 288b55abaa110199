// The manifest's bytes: tagged sections behind a version.
#include "engine/manifest.h"

#include "util/coding.h"
#include "util/features.h"

namespace flowdb {
namespace {

constexpr uint32_t kVersion = 1;
constexpr uint16_t kSequencesTag = 1;
constexpr uint16_t kLogTag = 2;
constexpr uint16_t kTableTag = 3;
constexpr uint16_t kAssignedTag = 4;
constexpr uint16_t kIgnorableBit = 0x8000;
constexpr uint16_t kRangeRemovesTag = 5;
constexpr uint16_t kExpiryTag = 6 | kIgnorableBit;
constexpr uint16_t kHiddenTag = 7 | kIgnorableBit;

void put_section(std::string& out, uint16_t tag, std::string_view bytes) {
  put_le(out, tag);
  put_le(out, static_cast<uint32_t>(bytes.size()));
  out.append(bytes);
}

std::string encode_table(const TableMeta& table) {
  std::string bytes;
  put_le(bytes, table.id);
  put_u8(bytes, table.level);
  put_le(bytes, table.records);
  put_le(bytes, table.smallest_sequence);
  put_le(bytes, table.largest_sequence);
  put_le(bytes, table.min_ts);
  put_le(bytes, table.max_ts);
  put_bytes(bytes, table.smallest_key);
  put_bytes(bytes, table.largest_key);
  return bytes;
}

bool decode_table(std::string_view bytes, TableMeta& table) {
  Reader in(bytes);
  std::string_view smallest;
  std::string_view largest;
  if (!in.le(table.id) || !in.u8(table.level) || !in.le(table.records) ||
      !in.le(table.smallest_sequence) || !in.le(table.largest_sequence) || !in.le(table.min_ts) ||
      !in.le(table.max_ts) || !in.bytes(smallest) || !in.bytes(largest) || !in.at_end()) {
    return false;
  }
  table.smallest_key.assign(smallest);
  table.largest_key.assign(largest);
  return table.level < kLevels && smallest <= largest;
}

}  // namespace

std::string Manifest::encode() const {
  std::string out;
  put_le(out, kVersion);
  put_le(out, uint32_t{0});
  put_le(out, uint32_t{0});
  std::string bytes;
  put_le(bytes, last_sequence);
  put_le(bytes, next_table_id);
  put_section(out, kSequencesTag, bytes);
  bytes.clear();
  put_le(bytes, log.salt);
  put_le(bytes, log.chain);
  put_le(bytes, log.offset);
  put_le(bytes, log.limit);
  put_section(out, kLogTag, bytes);
  for (const TableMeta& table : tables) {
    put_section(out, kTableTag, encode_table(table));
    if (table.assigned_sequence != 0) {
      bytes.clear();
      put_le(bytes, table.assigned_sequence);
      put_section(out, kAssignedTag, bytes);
    }
    if (table.has_range_removes) put_section(out, kRangeRemovesTag, {});
    if (table.max_expire_at != kNeverExpires) {
      bytes.clear();
      put_le(bytes, table.max_expire_at);
      put_section(out, kExpiryTag, bytes);
    }
    if (table.hidden_bytes != 0) {
      bytes.clear();
      put_le(bytes, table.hidden_bytes);
      put_section(out, kHiddenTag, bytes);
    }
  }
  return out;
}

Result<Manifest> Manifest::decode(std::string_view bytes, std::string_view file) {
  Reader in(bytes);
  const auto corrupt = [&](std::string_view what) {
    return Status::corruption(file, in.position(),
                              std::string("(offset within the manifest) ") + std::string(what));
  };
  const auto unsupported = [&](std::string what) {
    return Status::unsupported(std::string(file) + ": manifest of " + std::move(what));
  };
  uint32_t version;
  uint32_t incompatible;
  uint32_t compatible;
  if (!in.le(version)) return corrupt("cut short");
  if (version != kVersion) return unsupported("version " + std::to_string(version));
  if (!in.le(incompatible) || !in.le(compatible)) return corrupt("cut short");
  if (incompatible != 0) return unsupported("feature bits " + std::to_string(incompatible));
  Manifest manifest;
  bool has_sequences = false;
  bool has_log = false;
  while (!in.at_end()) {
    uint16_t tag;
    uint32_t length;
    std::string_view section;
    if (!in.le(tag) || !in.le(length) || !in.take(length, section)) return corrupt("cut short");
    Reader field(section);
    if (tag == kSequencesTag) {
      has_sequences =
          field.le(manifest.last_sequence) && field.le(manifest.next_table_id) && field.at_end();
      if (!has_sequences) return corrupt("malformed sequence numbers");
    } else if (tag == kLogTag) {
      LogPosition& log = manifest.log;
      has_log = field.le(log.salt) && field.le(log.chain) && field.le(log.offset) &&
                field.le(log.limit) && field.at_end();
      if (!has_log) return corrupt("a malformed log position");
    } else if (tag == kTableTag) {
      manifest.tables.emplace_back();
      if (!decode_table(section, manifest.tables.back())) return corrupt("a malformed table");
    } else if (tag == kAssignedTag) {
      uint64_t sequence = 0;
      if (manifest.tables.empty() || !field.le(sequence) || !field.at_end() || sequence == 0) {
        return corrupt("a malformed assigned sequence");
      }
      manifest.tables.back().assign_sequence(sequence);
    } else if ((kFullEngine && tag == kRangeRemovesTag) || tag == kExpiryTag ||
               tag == kHiddenTag) {
      if (manifest.tables.empty()) return corrupt("a table's section without a table");
      TableMeta& table = manifest.tables.back();
      bool whole = true;
      if (tag == kRangeRemovesTag) table.has_range_removes = true;
      if (tag == kExpiryTag) whole = field.le(table.max_expire_at);
      if (tag == kHiddenTag) whole = field.le(table.hidden_bytes);
      if (!whole || !field.at_end()) return corrupt("a malformed section of a table");
    } else if ((tag & kIgnorableBit) == 0) {
      return unsupported("an unknown section " + std::to_string(tag));
    }
  }
  if (!has_sequences || !has_log) return corrupt("a section is missing");
  return manifest;
}

}  // namespace flowdb
