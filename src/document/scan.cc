// Reading: the first of a range, how many there are, and one after the other.
#include "document/database.h"
#include "document/transaction.h"
#include "document/walk.h"

namespace flowdb {

namespace {

// Takes one entry and keeps a copy of its keys.
class FirstEntry final : public ScanSink {
 public:
  FirstEntry(Entry& entry, std::string& key, std::string& primary_key, std::string& value)
      : entry_(entry), key_(key), primary_key_(primary_key), value_(value) {}

  bool entry(const Entry& found) override {
    key_ = found.key;
    primary_key_ = found.primary_key;
    value_ = found.value.bytes;
    entry_ = {key_, primary_key_, {found.value.kind, value_, found.value.is_large}};
    has_ = true;
    return false;
  }
  bool has() const { return has_; }

 private:
  Entry& entry_;
  std::string& key_;
  std::string& primary_key_;
  std::string& value_;
  bool has_ = false;
};

}  // namespace

Result<bool> Transaction::get(uint32_t source_id, const KeyRange& range, bool with_value,
                              Entry& entry) {
  FLOWDB_RETURN_IF_ERROR(check_readable());
  FLOWDB_ASSIGN_OR_RETURN(const Source target, source(source_id));
  if (target.index == nullptr && range.is_single()) {
    FLOWDB_RETURN_IF_ERROR(check_range(range));
    set_record_key(key_buffer_, *target.store, *range.lower);
    FLOWDB_ASSIGN_OR_RETURN(const bool found, read(key_buffer_, record_buffer_));
    if (!found) return false;
    entry.key = entry.primary_key = behind_prefix(key_buffer_);
    FLOWDB_RETURN_IF_ERROR(decode_value(record_buffer_, entry.value));
    return true;
  }
  ScanRequest request;
  request.source = source_id;
  request.range = range;
  request.values = with_value;
  FirstEntry sink(entry, found_key_, found_primary_key_, found_value_);
  FLOWDB_RETURN_IF_ERROR(walk_entries(target, request, sink, nullptr));
  return sink.has();
}

Result<uint64_t> Transaction::count(uint32_t source_id, const KeyRange& range) {
  FLOWDB_RETURN_IF_ERROR(check_readable());
  FLOWDB_ASSIGN_OR_RETURN(const Source target, source(source_id));
  FLOWDB_RETURN_IF_ERROR(check_range(range));
  const uint32_t data_id = target.data_id();
  const bool is_everything = !range.lower && !range.upper && !has_written_to(data_id);
  if (is_everything) {
    const std::optional<uint64_t> known = database_->counts_.find(data_id, number_);
    if (known) return *known;
  }
  const WalkBounds bounds = range_bounds(target, range);
  Iterator& it = iterator(target);
  uint64_t counted = 0;
  for (it.seek(bounds.begin); it.valid() && it.key() < bounds.end; it.next()) ++counted;
  FLOWDB_RETURN_IF_ERROR(it.status());
  if (is_everything) database_->counts_.add(data_id, number_, counted);
  return counted;
}

Result<bool> Transaction::scan(const ScanRequest& request, ScanSink& sink) {
  FLOWDB_RETURN_IF_ERROR(check_readable());
  FLOWDB_ASSIGN_OR_RETURN(const Source target, source(request.source));
  bool done = false;
  FLOWDB_RETURN_IF_ERROR(walk_entries(target, request, sink, &done));
  return done;
}

// `done` may be null: to know it costs a step.
Status Transaction::walk_entries(const Source& target, const ScanRequest& request, ScanSink& sink,
                                 bool* done) {
  FLOWDB_RETURN_IF_ERROR(check_range(request.range));
  WalkBounds bounds = range_bounds(target, request.range);
  FLOWDB_RETURN_IF_ERROR(apply_position(target, request, bounds));
  Direction direction = request.direction;
  if (target.index == nullptr) {
    direction = is_forward(direction) ? Direction::next : Direction::prev;
  }
  Walk walk(iterator(target), target, direction, bounds);
  FLOWDB_ASSIGN_OR_RETURN(bool more, walk.start());
  for (uint64_t left = request.skip; more && left > 0; --left) {
    FLOWDB_ASSIGN_OR_RETURN(more, walk.next());
  }
  bool wanted = true;
  while (more && wanted) {
    Entry entry{walk.key(), walk.primary_key(), {}};
    if (request.values) {
      std::string_view stored;
      if (target.index == nullptr) {
        stored = walk.stored();
      } else {
        FLOWDB_RETURN_IF_ERROR(read_indexed(target, entry.primary_key));
        stored = record_buffer_;
      }
      FLOWDB_RETURN_IF_ERROR(decode_value(stored, entry.value));
    }
    wanted = sink.entry(entry);
    if (!wanted && done == nullptr) return Status::ok();
    FLOWDB_ASSIGN_OR_RETURN(more, walk.next());
  }
  if (done != nullptr) *done = !more;
  return Status::ok();
}

// Reads the record that an index entry leads to into record_buffer_.
Status Transaction::read_indexed(const Source& target, std::string_view primary_key) {
  set_record_key(key_buffer_, *target.store, primary_key);
  FLOWDB_ASSIGN_OR_RETURN(const bool found, read(key_buffer_, record_buffer_));
  if (found) return Status::ok();
  return {StatusCode::corruption, "flow.db: the index " + target.index->name +
                                      " has an entry for a record that is missing"};
}

}  // namespace flowdb
