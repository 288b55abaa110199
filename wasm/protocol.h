// The numbers of js/channel/PROTOCOL.md that this side uses. Listed by protocol_constants.cc, too.
#pragma once

#include <cstddef>
#include <cstdint>

namespace flowdb::protocol {

enum class Operation : uint8_t {
  put = 1,
  get = 2,
  get_all = 3,
  count = 4,
  remove = 5,
  clear = 6,
  scan = 7,
  create_store = 8,
  delete_store = 9,
  rename = 10,
  create_index = 11,
  delete_index = 12,
  backfill = 13,
  piece = 14,
};

enum class ReplyKind : uint32_t {
  ok = 0,
  error = 1,
  committed = 2,
  aborted = 3,
  piece = 4,
  values = 5,
};

enum class GetAllWhat : uint32_t { values = 0, primary_keys = 1, records = 2 };

enum class ValuesFormat : uint32_t { json = 0, each = 1 };

inline constexpr uint32_t kPutNoOverwrite = 1;
inline constexpr uint32_t kPutGenerateKey = 2;
inline constexpr uint32_t kPutInPieces = 4;
inline constexpr uint32_t kMoreFollows = 1 << 8;    // in a PIECE reply's first word
inline constexpr uint32_t kValueInPieces = 1 << 8;  // in a value's kind
inline constexpr uint32_t kKeyOnly = 1;             // of GET and SCAN
inline constexpr uint32_t kStoreAutoIncrement = 1;
inline constexpr uint32_t kIndexUnique = 1;
inline constexpr uint32_t kIndexMultiEntry = 2;

inline constexpr uint32_t kRangeLower = 1;
inline constexpr uint32_t kRangeUpper = 2;
inline constexpr uint32_t kRangeLowerOpen = 4;
inline constexpr uint32_t kRangeUpperOpen = 8;
inline constexpr uint32_t kRangeSingle = 16;

inline constexpr uint32_t kNoInjection = 0xffffffff;

inline constexpr size_t kCommandHeaderBytes = 16;
inline constexpr size_t kReplyHeaderBytes = 20;

}  // namespace flowdb::protocol
