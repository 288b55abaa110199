// All numbers of protocol.h, with the status codes, as JSON text under the names of
// js/channel/protocol.ts and status.ts: a module of its own, for the test that both languages agree.
#include <emscripten.h>

#include <initializer_list>
#include <string>
#include <string_view>

#include "document/range.h"
#include "document/transaction.h"
#include "protocol.h"
#include "util/status.h"

namespace flowdb::protocol {

namespace {

struct Constant {
  std::string_view name;
  uint32_t value;
};

template <typename Enum>
constexpr uint32_t number(Enum value) {
  return static_cast<uint32_t>(value);
}

void append_group(std::string& out, std::string_view name,
                  std::initializer_list<Constant> constants) {
  out += out.empty() ? "{\"" : ",\"";
  out += name;
  out += "\":";
  char separator = '{';
  for (const Constant& constant : constants) {
    out += separator;
    out += '"';
    out += constant.name;
    out += "\":";
    out += std::to_string(constant.value);
    separator = ',';
  }
  out += '}';
}

void append_statuses(std::string& out) {
  out += ",\"StatusCode\":";
  char separator = '{';
  for (uint32_t code = 0; code <= number(StatusCode::closed); ++code) {
    out += separator;
    out += '"';
    out += status_code_name(static_cast<StatusCode>(code));
    out += "\":";
    out += std::to_string(code);
    separator = ',';
  }
  out += '}';
}

std::string constants_json() {
  std::string out;
  append_group(out, "TransactionMode",
               {{"readonly", number(TransactionMode::readonly)},
                {"readwrite", number(TransactionMode::readwrite)}});
  append_group(out, "Operation",
               {{"put", number(Operation::put)},
                {"get", number(Operation::get)},
                {"getAll", number(Operation::get_all)},
                {"count", number(Operation::count)},
                {"delete", number(Operation::remove)},
                {"clear", number(Operation::clear)},
                {"scan", number(Operation::scan)},
                {"createStore", number(Operation::create_store)},
                {"deleteStore", number(Operation::delete_store)},
                {"rename", number(Operation::rename)},
                {"createIndex", number(Operation::create_index)},
                {"deleteIndex", number(Operation::delete_index)},
                {"backfill", number(Operation::backfill)},
                {"piece", number(Operation::piece)}});
  append_group(out, "PutFlag",
               {{"noOverwrite", kPutNoOverwrite},
                {"generateKey", kPutGenerateKey},
                {"inPieces", kPutInPieces}});
  append_group(out, "GetFlag", {{"keyOnly", kKeyOnly}});
  append_group(out, "ScanFlag", {{"keyOnly", kKeyOnly}});
  append_group(out, "StoreFlag", {{"autoIncrement", kStoreAutoIncrement}});
  append_group(out, "IndexFlag", {{"unique", kIndexUnique}, {"multiEntry", kIndexMultiEntry}});
  append_group(out, "RangeFlag",
               {{"lower", kRangeLower},
                {"upper", kRangeUpper},
                {"lowerOpen", kRangeLowerOpen},
                {"upperOpen", kRangeUpperOpen},
                {"single", kRangeSingle}});
  append_group(out, "Direction",
               {{"next", number(Direction::next)},
                {"nextUnique", number(Direction::next_unique)},
                {"prev", number(Direction::prev)},
                {"prevUnique", number(Direction::prev_unique)}});
  append_group(out, "GetAllWhat",
               {{"values", number(GetAllWhat::values)},
                {"primaryKeys", number(GetAllWhat::primary_keys)},
                {"records", number(GetAllWhat::records)}});
  append_group(out, "ScanPosition",
               {{"start", number(Position::start)},
                {"behind", number(Position::behind_pair)},
                {"atKey", number(Position::at_key)},
                {"atEntry", number(Position::at_pair)}});
  append_group(out, "ValuesFormat",
               {{"json", number(ValuesFormat::json)}, {"each", number(ValuesFormat::each)}});
  append_group(out, "ReplyKind",
               {{"ok", number(ReplyKind::ok)},
                {"error", number(ReplyKind::error)},
                {"committed", number(ReplyKind::committed)},
                {"aborted", number(ReplyKind::aborted)},
                {"piece", number(ReplyKind::piece)},
                {"values", number(ReplyKind::values)}});
  append_statuses(out);
  out += ",\"COMMAND_HEADER_BYTES\":" + std::to_string(kCommandHeaderBytes) +
         ",\"REPLY_HEADER_BYTES\":" + std::to_string(kReplyHeaderBytes) +
         ",\"NO_INJECTION\":" + std::to_string(kNoInjection) +
         ",\"VALUE_IN_PIECES\":" + std::to_string(kValueInPieces) +
         ",\"MORE_FOLLOWS\":" + std::to_string(kMoreFollows) + "}";
  return out;
}

}  // namespace

// The address of the text, which a zero ends.
extern "C" EMSCRIPTEN_KEEPALIVE const char* protocol_constants() {
  static const std::string text = constants_json();
  return text.c_str();
}

}  // namespace flowdb::protocol
