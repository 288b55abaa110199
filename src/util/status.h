// Status: the outcome of a call that can fail for a reason that a user can cause.
// Result<T>: such an outcome, or a value. Bugs are assertions, never a Status.
#pragma once

#include <cassert>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace flowdb {

// The codes travel unchanged to the page, where each one becomes a DOMException (js/channel/status.ts; a test
// checks that both lists agree). Values are final: add at the end.
enum class StatusCode : uint32_t {
  ok = 0,
  not_found = 1,         // no such record, table, store or index
  constraint = 2,        // a key exists already, a unique index is violated, a generator is exhausted
  corruption = 3,        // stored bytes are not what was written; the message names file and offset
  quota_exceeded = 4,    // the origin may not store more
  io_error = 5,          // the file system refused a call for another reason
  invalid_argument = 6,  // the caller's input is outside of what the call accepts
  unsupported = 7,       // a format version, feature or compression that this build does not have
  busy = 8,              // another owner holds the database
  out_of_memory = 9,     // a configured budget does not hold the request
  aborted = 10,          // the transaction is over
  closed = 11,           // the database was closed, or a failed write has made it read-only
};

// Returns the code's name in snake_case, as in the enumeration.
std::string_view status_code_name(StatusCode code);

class [[nodiscard]] Status {
 public:
  Status() = default;
  // REQUIRES: not ok.
  Status(StatusCode code, std::string message);
  Status(const Status& other);
  Status(Status&& other) noexcept
      : code_(other.code_), message_(std::exchange(other.message_, nullptr)) {}
  Status& operator=(Status other) noexcept {
    code_ = other.code_;
    std::swap(message_, other.message_);
    return *this;
  }
  ~Status() {
    if (message_ != nullptr) drop_message();
  }

  static Status ok() { return Status(); }
  static Status not_found(std::string m = {}) { return {StatusCode::not_found, std::move(m)}; }
  static Status constraint(std::string m) { return {StatusCode::constraint, std::move(m)}; }
  // The message names what is wrong; `file` and `offset` (bytes from the file's start) say where.
  static Status corruption(std::string_view file, uint64_t offset, std::string_view what);
  static Status quota_exceeded(std::string m) { return {StatusCode::quota_exceeded, std::move(m)}; }
  static Status io_error(std::string m) { return {StatusCode::io_error, std::move(m)}; }
  static Status invalid_argument(std::string m) {
    return {StatusCode::invalid_argument, std::move(m)};
  }
  static Status unsupported(std::string m) { return {StatusCode::unsupported, std::move(m)}; }
  static Status busy(std::string m) { return {StatusCode::busy, std::move(m)}; }
  static Status out_of_memory(std::string m) { return {StatusCode::out_of_memory, std::move(m)}; }
  static Status aborted(std::string m) { return {StatusCode::aborted, std::move(m)}; }
  static Status closed(std::string m) { return {StatusCode::closed, std::move(m)}; }

  bool is_ok() const { return code_ == StatusCode::ok; }
  bool is(StatusCode code) const { return code_ == code; }
  StatusCode code() const { return code_; }
  // Empty when ok. Valid as long as this Status.
  const std::string& message() const;
  // "corruption: flow.db at 4096: ..." for logs and tests.
  std::string to_string() const;

 private:
  void drop_message();

  StatusCode code_ = StatusCode::ok;
  // Null: it is empty. It stands elsewhere because a Status is made and destroyed at each of many
  // calls, nearly all of them ok.
  const std::string* message_ = nullptr;
};

template <typename T>
class [[nodiscard]] Result {
 public:
  Result(T value) : value_(std::move(value)) {}  // NOLINT: a value is a result
  Result(Status status) : status_(std::move(status)) {  // NOLINT: so is a failure
    assert(!status_.is_ok());
  }

  bool is_ok() const { return value_.has_value(); }
  const Status& status() const { return status_; }
  // REQUIRES: is_ok().
  T& value() & {
    assert(is_ok());
    return *value_;
  }
  const T& value() const& {
    assert(is_ok());
    return *value_;
  }
  T&& value() && {
    assert(is_ok());
    return *std::move(value_);
  }
  T* operator->() { return &value(); }
  const T* operator->() const { return &value(); }

 private:
  Status status_;
  std::optional<T> value_;
};

}  // namespace flowdb

// Returns from the enclosing function when `expr`, a Status, is not ok.
#define FLOWDB_RETURN_IF_ERROR(expr)                          \
  do {                                                        \
    if (::flowdb::Status flowdb_status_ = (expr); !flowdb_status_.is_ok()) { \
      return flowdb_status_;                                  \
    }                                                         \
  } while (false)

#define FLOWDB_CONCAT_INNER(a, b) a##b
#define FLOWDB_CONCAT(a, b) FLOWDB_CONCAT_INNER(a, b)

// `FLOWDB_ASSIGN_OR_RETURN(auto x, call());` declares x, or returns the call's failure.
#define FLOWDB_ASSIGN_OR_RETURN(declaration, expr) \
  FLOWDB_ASSIGN_OR_RETURN_INNER(FLOWDB_CONCAT(flowdb_result_, __LINE__), declaration, expr)
#define FLOWDB_ASSIGN_OR_RETURN_INNER(result, declaration, expr) \
  auto result = (expr);                                          \
  if (!result.is_ok()) return result.status();                   \
  declaration = std::move(result).value()
