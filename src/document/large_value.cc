// Pieces of large values: their keys, and what a transaction does with them.
#include "document/large_value.h"

#include "document/database.h"
#include "document/transaction.h"
#include "util/coding.h"

namespace flowdb {

std::string encode_large_value(const LargeValue& value) {
  std::string reference;
  put_le(reference, value.id);
  put_le(reference, value.pieces);
  put_le(reference, value.bytes);
  return reference;
}

std::optional<LargeValue> decode_large_value(std::string_view reference) {
  LargeValue value;
  Reader in(reference);
  if (!in.le(value.id) || !in.le(value.pieces) || !in.le(value.bytes) || !in.at_end()) {
    return std::nullopt;
  }
  return value;
}

void set_piece_key(std::string& out, uint32_t data_id, uint64_t value_id, uint32_t piece) {
  out.assign(1, kPieceSpace);
  put_be32(out, data_id);
  put_be32(out, static_cast<uint32_t>(value_id >> 32));
  put_be32(out, static_cast<uint32_t>(value_id));
  put_be32(out, piece);
}

// Pieces come in order, but for the one that comes with the put.
Status Transaction::add_piece(uint32_t store_id, uint32_t piece, std::string_view bytes) {
  FLOWDB_RETURN_IF_ERROR(check_writable());
  FLOWDB_ASSIGN_OR_RETURN(const StoreSchema* const target, store(store_id));
  if (piece == 0 || pending_.data_id != target->data_id) drop_pending();
  if (pending_.data_id == 0) {
    pending_.data_id = target->data_id;
    pending_.value.id = database_->take_value_id(target->data_id);
  }
  const uint32_t next = pending_.next;
  if (piece == next + 1 && !pending_.gap.has_value()) {
    pending_.gap = next;
  } else if (piece != next) {
    drop_pending();
    return Status::invalid_argument("a piece of a value that does not follow the one before");
  }
  pending_.next = piece + 1;
  return write_piece(piece, bytes);
}

Status Transaction::write_piece(uint32_t piece, std::string_view bytes) {
  FLOWDB_RETURN_IF_ERROR(make_room());
  set_piece_key(key_buffer_, pending_.data_id, pending_.value.id, piece);
  write_record(key_buffer_, bytes);
  pending_.value.bytes += bytes.size();
  return Status::ok();
}

Status Transaction::put_large(const PutRequest& request) {
  FLOWDB_RETURN_IF_ERROR(check_writable());
  FLOWDB_ASSIGN_OR_RETURN(const StoreSchema* const target, store(request.store));
  const bool follows = pending_.data_id == target->data_id &&
                       request.piece == pending_.gap.value_or(pending_.next) &&
                       request.pieces == pending_.next + (pending_.gap.has_value() ? 0 : 1);
  Status status = follows ? write_piece(request.piece, request.value.bytes)
                          : Status::invalid_argument("a value whose pieces are not all there");
  if (status.is_ok()) {
    pending_.next = pending_.value.pieces = request.pieces;
    const std::string reference = encode_large_value(pending_.value);
    PutRequest whole = request;
    whole.value.bytes = reference;
    whole.value.is_large = true;
    status = put_record(whole);
  }
  if (!status.is_ok()) drop_pending();
  pending_ = {};
  return status;
}

void Transaction::drop_pending() {
  if (!is_over()) {
    for (uint32_t piece = 0; piece < pending_.next; ++piece) {
      set_piece_key(key_buffer_, pending_.data_id, pending_.value.id, piece);
      remove_record(key_buffer_);
    }
  }
  pending_ = {};
}

void Transaction::remove_pieces(const StoreSchema& target, const Value& value) {
  const std::optional<LargeValue> large = large_value_of(value);
  for (uint32_t piece = 0; large && piece < large->pieces; ++piece) {
    set_piece_key(key_buffer_, target.data_id, large->id, piece);
    remove_record(key_buffer_);
  }
}

Status Transaction::read_pieces(uint32_t source_id, const Value& value, PieceSink& sink) {
  FLOWDB_ASSIGN_OR_RETURN(const Source target, source(source_id));
  const std::optional<LargeValue> large = large_value_of(value);
  const auto corrupt = [](const char* what) {
    return Status(StatusCode::corruption, std::string("flow.db: a large value: ") + what);
  };
  if (!large) return corrupt("its reference is none");
  std::string key;
  std::string end;
  set_piece_key(key, target.store->data_id, large->id, 0);
  set_piece_key(end, target.store->data_id, large->id, large->pieces);
  const std::string begin = key;
  ReadOptions options = read_options();
  options.lower = begin;
  options.upper = end;
  const std::unique_ptr<Iterator> it = database_->engine().new_iterator(options);
  it->seek_to_first();
  uint64_t bytes = 0;
  for (uint32_t piece = 0; piece < large->pieces; ++piece) {
    FLOWDB_RETURN_IF_ERROR(it->status());
    set_piece_key(key, target.store->data_id, large->id, piece);
    if (!it->valid() || it->key() != key) return corrupt("a piece is missing");
    bytes += it->value().size();
    sink.piece(it->value(), piece + 1 < large->pieces);
    it->next();
  }
  return bytes == large->bytes ? Status::ok() : corrupt("its pieces have another length");
}

// Ids go on behind the largest one that is stored: what was dropped since can come back under none.
Status Database::load_large_values() {
  ReadOptions options;
  options.lower = kPieceKeysFirst;
  options.upper = kPieceKeysLast;
  const std::unique_ptr<Iterator> it = engine_->new_iterator(options);
  std::string key;
  for (it->seek_to_last(); it->valid(); it->seek_for_prev(key)) {
    Reader in(it->key());
    uint8_t space = 0;
    uint32_t data_id = 0;
    uint32_t high = 0;
    uint32_t low = 0;
    if (!in.u8(space) || !in.be32(data_id) || !in.be32(high) || !in.be32(low)) {
      return {StatusCode::corruption, "flow.db: the key of a large value's piece is cut short"};
    }
    large_values_.push_back({data_id, (uint64_t{high} << 32 | low) + 1});
    set_piece_key(key, data_id, 0, 0);
  }
  return it->status();
}

bool Database::has_large_values(uint32_t data_id) const {
  for (const LargeValues& known : large_values_) {
    if (known.data_id == data_id) return true;
  }
  return false;
}

uint64_t Database::take_value_id(uint32_t data_id) {
  for (LargeValues& known : large_values_) {
    if (known.data_id == data_id) return known.next++;
  }
  large_values_.push_back({data_id, 2});
  return 1;
}

}  // namespace flowdb
