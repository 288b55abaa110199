// PUT, PIECE, DELETE and BACKFILL.
#include "document/key.h"
#include "interpreter.h"

namespace flowdb {

namespace {

// Puts a generated key into a value: as decimal text between the bytes of a JSON text, as a number
// in its place elsewhere.
Status inject(std::string& value, ValueKind kind, uint32_t offset, double number) {
  if (kind == ValueKind::json) {
    if (offset > value.size()) return Status::invalid_argument("injection: outside of the value");
    value.insert(offset, std::to_string(static_cast<uint64_t>(number)));
    return Status::ok();
  }
  if (value.size() < sizeof number || offset > value.size() - sizeof number) {
    return Status::invalid_argument("injection: outside of the value");
  }
  store_le(value.data() + offset, number);
  return Status::ok();
}

}  // namespace

// A generated key is known only here: it goes into the value and the index keys at the places that
// the page has left. All of them are copied into one buffer first, which is large enough not to
// move.
Status Interpreter::put(Transaction& transaction, const Command& command) {
  CommandReader in(command.body);
  const bool generate = (command.flags & protocol::kPutGenerateKey) != 0;
  PutRequest request;
  request.store = command.source;
  request.overwrite = (command.flags & protocol::kPutNoOverwrite) == 0;
  request.key = in.bytes("key");
  request.value.kind =
      static_cast<ValueKind>(in.choice("kind", static_cast<uint32_t>(ValueKind::tagged)));
  const uint32_t injection = in.u32("injection");
  request.value.bytes = in.bytes("value");

  double number = 0;
  std::string generated_key;
  std::string injected_value;
  if (generate) {
    FLOWDB_RETURN_IF_ERROR(in.status());
    if (!request.key.empty()) in.fail("key", "given, and to be generated");
    FLOWDB_ASSIGN_OR_RETURN(number, transaction.generated_key(command.source));
    generated_key = number_key(number);
    request.key = generated_key;
    patched_.clear();
    patched_.reserve(command.body.size());
    if (injection != protocol::kNoInjection) {
      injected_value = request.value.bytes;
      FLOWDB_RETURN_IF_ERROR(inject(injected_value, request.value.kind, injection, number));
      request.value.bytes = injected_value;
    }
  } else if (injection != protocol::kNoInjection) {
    in.fail("injection", "of no generated key");
  }

  index_keys_.clear();
  for (uint32_t left = in.count("index keys", 12); left > 0; --left) {
    IndexKey entry;
    entry.index_id = in.u32("index");
    const uint32_t patches = in.count("patches", 4);
    if (patches == 0) {
      entry.key = in.bytes("index key");
    } else if (generate) {
      FLOWDB_RETURN_IF_ERROR(patch_key(in, patches, number, entry.key));
    } else {
      in.fail("patches", "of no generated key");
    }
    index_keys_.push_back(entry);
  }
  if ((command.flags & protocol::kPutInPieces) != 0) {
    request.pieces = in.u32("pieces");
    request.piece = in.u32("piece");
    if (request.pieces == 0) in.fail("pieces", "none");
  }
  FLOWDB_RETURN_IF_ERROR(in.finish());
  request.index_keys = &index_keys_;
  FLOWDB_RETURN_IF_ERROR(transaction.put(request));
  if (generate) replies_.f64(number);
  return Status::ok();
}

// Reads the patches of one index key and the key, and sets `key` to a patched copy in patched_.
Status Interpreter::patch_key(CommandReader& in, uint32_t patches, double number,
                              std::string_view& key) {
  patch_offsets_.clear();
  for (; patches > 0; --patches) patch_offsets_.push_back(in.u32("patch"));
  const std::string_view original = in.bytes("index key");
  FLOWDB_RETURN_IF_ERROR(in.status());
  const size_t start = patched_.size();
  patched_.append(original);
  for (const uint32_t offset : patch_offsets_) {
    if (original.size() < kNumberBytes || offset > original.size() - kNumberBytes) {
      return Status::invalid_argument("patch: outside of the index key");
    }
    store_key_number(patched_.data() + start + offset, number);
  }
  key = std::string_view(patched_).substr(start);
  return Status::ok();
}

Status Interpreter::add_piece(Transaction& transaction, const Command& command) {
  CommandReader in(command.body);
  const uint32_t piece = in.u32("piece");
  const std::string_view bytes = in.bytes("bytes");
  FLOWDB_RETURN_IF_ERROR(in.finish());
  return transaction.add_piece(command.source, piece, bytes);
}

Status Interpreter::remove(Transaction& transaction, const Command& command) {
  CommandReader in(command.body);
  const KeyRange range = in.range();
  FLOWDB_RETURN_IF_ERROR(in.finish());
  return transaction.remove(command.source, range);
}

Status Interpreter::backfill_records(Open& open, const Command& command) {
  if (open.waiting_index == 0 || command.source != open.waiting_index) {
    return Status::invalid_argument("a backfill of an index that does not wait for one");
  }
  CommandReader in(command.body);
  std::vector<std::string_view> keys;
  for (uint32_t left = in.count("records", 8); left > 0; --left) {
    const std::string_view primary_key = in.bytes("primary key");
    keys.clear();
    for (uint32_t keys_left = in.count("keys", 4); keys_left > 0; --keys_left) {
      keys.push_back(in.bytes("key"));
    }
    FLOWDB_RETURN_IF_ERROR(in.status());
    FLOWDB_RETURN_IF_ERROR(open.transaction->backfill(command.source, primary_key, keys));
  }
  return in.finish();
}

}  // namespace flowdb
