// GET, GET_ALL, COUNT and SCAN.
#include "interpreter.h"
#include "value_list.h"

namespace flowdb {

using protocol::GetAllWhat;

namespace {

// Values of so many bytes go ahead of their reply: whoever gets them decodes them meanwhile.
constexpr uint64_t kPartBytes = 256 << 10;

// Writes a large value's pieces.
class PieceWriter final : public PieceSink {
 public:
  explicit PieceWriter(ReplyWriter& replies) : replies_(replies) {}
  void piece(std::string_view bytes, bool more) override {
    replies_.piece(bytes, more);
    bytes_ += bytes.size();
  }
  uint64_t bytes() const { return bytes_; }

 private:
  ReplyWriter& replies_;
  uint64_t bytes_ = 0;
};

// What becomes of the entries of a GET_ALL or a SCAN.
class EntryCollector final : public ScanSink {
 public:
  // Where the values come from and their pieces go.
  struct Way {
    Transaction& transaction;
    uint32_t source;
    ReplyWriter& replies;
  };

  // `keys`, `primary_keys` and `values` may each be null: not wanted. Limits are 0 for none.
  EntryCollector(const Way& way, std::string* keys, std::string* primary_keys, ValueList* values,
                 uint64_t entries_max, uint64_t value_bytes_max)
      : way_(way),
        pieces_(way.replies),
        keys_(keys),
        primary_keys_(primary_keys),
        values_(values),
        entries_max_(entries_max),
        value_bytes_max_(value_bytes_max) {}

  bool entry(const Entry& entry) override {
    ++count_;
    if (keys_ != nullptr) keys_->append(entry.key);
    if (primary_keys_ != nullptr) primary_keys_->append(entry.primary_key);
    if (values_ != nullptr) add_value(entry.value);
    if (!status_.is_ok() || (entries_max_ != 0 && count_ >= entries_max_)) return false;
    return value_bytes_max_ == 0 || values_ == nullptr ||
           values_->value_bytes() + pieces_.bytes() < value_bytes_max_;
  }

  uint32_t count() const { return count_; }
  // Not ok when a large value could not be read.
  const Status& status() const { return status_; }

 private:
  void add_value(const Value& value) {
    if (value.is_large) {
      values_->add_in_pieces(value.kind);
      status_ = way_.transaction.read_pieces(way_.source, value, pieces_);
    } else {
      values_->add(value);
    }
    if (value_bytes_max_ != 0 || values_->value_bytes() < kPartBytes) return;
    values_->finish();
    way_.replies.values(values_->count(), values_->bytes());
    values_->restart();
  }

  const Way way_;
  PieceWriter pieces_;
  Status status_;
  std::string* keys_;
  std::string* primary_keys_;
  ValueList* values_;
  uint64_t entries_max_;
  uint64_t value_bytes_max_;
  uint32_t count_ = 0;
};

}  // namespace

Status Interpreter::get(Transaction& transaction, const Command& command) {
  CommandReader in(command.body);
  const KeyRange range = in.range();
  FLOWDB_RETURN_IF_ERROR(in.finish());
  const bool key_only = (command.flags & protocol::kKeyOnly) != 0;
  Entry entry;
  FLOWDB_ASSIGN_OR_RETURN(const bool found,
                          transaction.get(command.source, range, !key_only, entry));
  replies_.u32(found ? 1 : 0);
  if (!found) return Status::ok();
  if (key_only) {
    replies_.bytes(entry.primary_key);
  } else if (entry.value.is_large) {
    replies_.u32(static_cast<uint32_t>(entry.value.kind) | protocol::kValueInPieces);
    replies_.bytes({});
    PieceWriter pieces(replies_);
    return transaction.read_pieces(command.source, entry.value, pieces);
  } else {
    replies_.u32(static_cast<uint32_t>(entry.value.kind));
    replies_.bytes(entry.value.bytes);
  }
  return Status::ok();
}

Status Interpreter::count(Transaction& transaction, const Command& command) {
  CommandReader in(command.body);
  const KeyRange range = in.range();
  FLOWDB_RETURN_IF_ERROR(in.finish());
  FLOWDB_ASSIGN_OR_RETURN(const uint64_t counted, transaction.count(command.source, range));
  replies_.f64(static_cast<double>(counted));
  return Status::ok();
}

// The keys stand before the values, so that values wait in a buffer of their own where both are
// wanted.
Status Interpreter::get_all(Transaction& transaction, const Command& command) {
  CommandReader in(command.body);
  ScanRequest request;
  request.source = command.source;
  request.range = in.range();
  const uint32_t limit = in.u32("limit");
  request.direction = in.direction();
  const auto what =
      static_cast<GetAllWhat>(in.choice("what", static_cast<uint32_t>(GetAllWhat::records)));
  FLOWDB_RETURN_IF_ERROR(in.finish());
  request.values = what != GetAllWhat::primary_keys;

  const EntryCollector::Way way{transaction, command.source, replies_};
  const size_t count_at = replies_.out().size();
  replies_.u32(0);
  if (what == GetAllWhat::values) {
    ValueList values(replies_.out());
    EntryCollector collector(way, nullptr, nullptr, &values, limit, 0);
    FLOWDB_RETURN_IF_ERROR(transaction.scan(request, collector).status());
    FLOWDB_RETURN_IF_ERROR(collector.status());
    values.finish();
    store_le(replies_.out().data() + count_at, collector.count());
    return Status::ok();
  }
  const bool with_values = what == GetAllWhat::records;
  const bool with_keys = with_values && transaction.schema().find(command.source).index != nullptr;
  values_.clear();
  ValueList values(values_);
  const size_t keys_at = replies_.begin_bytes();
  EntryCollector collector(way, with_keys ? &replies_.out() : nullptr, &replies_.out(),
                           with_values ? &values : nullptr, limit, 0);
  FLOWDB_RETURN_IF_ERROR(transaction.scan(request, collector).status());
  FLOWDB_RETURN_IF_ERROR(collector.status());
  replies_.end_bytes(keys_at);
  if (with_values) {
    values.finish();
    replies_.out().append(values_);
  }
  store_le(replies_.out().data() + count_at, collector.count());
  return Status::ok();
}

Status Interpreter::scan(Transaction& transaction, const Command& command) {
  CommandReader in(command.body);
  ScanRequest request;
  request.source = command.source;
  request.range = in.range();
  request.direction = in.direction();
  const uint32_t entries_max = in.u32("entries at most");
  const uint32_t value_bytes_max = in.u32("value bytes at most");
  request.skip = in.u32("skip");
  request.position =
      static_cast<Position>(in.choice("position kind", static_cast<uint32_t>(Position::at_pair)));
  request.key = in.bytes("position key");
  request.primary_key = in.bytes("position primary key");
  FLOWDB_RETURN_IF_ERROR(in.finish());
  request.values = (command.flags & protocol::kKeyOnly) == 0;

  const bool is_index = transaction.schema().find(command.source).index != nullptr;
  const EntryCollector::Way way{transaction, command.source, replies_};
  const size_t count_at = replies_.out().size();
  replies_.u32(0);
  replies_.u32(0);
  values_.clear();
  ValueList values(values_);
  const size_t keys_at = replies_.begin_bytes();
  EntryCollector collector(way, is_index ? &replies_.out() : nullptr, &replies_.out(),
                           request.values ? &values : nullptr, entries_max, value_bytes_max);
  FLOWDB_ASSIGN_OR_RETURN(const bool done, transaction.scan(request, collector));
  FLOWDB_RETURN_IF_ERROR(collector.status());
  replies_.end_bytes(keys_at);
  if (request.values) {
    values.finish();
    replies_.out().append(values_);
  }
  store_le(replies_.out().data() + count_at, collector.count());
  store_le<uint32_t>(replies_.out().data() + count_at + 4, done ? 1 : 0);
  return Status::ok();
}

}  // namespace flowdb
