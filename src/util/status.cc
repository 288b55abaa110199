// Names and texts of Status.
#include "util/status.h"

namespace flowdb {

std::string_view status_code_name(StatusCode code) {
  switch (code) {
    case StatusCode::ok: return "ok";
    case StatusCode::not_found: return "not_found";
    case StatusCode::constraint: return "constraint";
    case StatusCode::corruption: return "corruption";
    case StatusCode::quota_exceeded: return "quota_exceeded";
    case StatusCode::io_error: return "io_error";
    case StatusCode::invalid_argument: return "invalid_argument";
    case StatusCode::unsupported: return "unsupported";
    case StatusCode::busy: return "busy";
    case StatusCode::out_of_memory: return "out_of_memory";
    case StatusCode::aborted: return "aborted";
    case StatusCode::closed: return "closed";
  }
  return "unknown";
}

Status::Status(StatusCode code, std::string message) : code_(code) {
  assert(code != StatusCode::ok);
  if (!message.empty()) message_ = new std::string(std::move(message));
}

Status::Status(const Status& other) : code_(other.code_) {
  if (other.message_ != nullptr) message_ = new std::string(*other.message_);
}

void Status::drop_message() { delete message_; }

const std::string& Status::message() const {
  static const std::string empty;
  return message_ != nullptr ? *message_ : empty;
}

Status Status::corruption(std::string_view file, uint64_t offset, std::string_view what) {
  std::string message(file);
  message += " at ";
  message += std::to_string(offset);
  message += ": ";
  message += what;
  return {StatusCode::corruption, std::move(message)};
}

std::string Status::to_string() const {
  std::string text(status_code_name(code_));
  if (message_ != nullptr) {
    text += ": ";
    text += *message_;
  }
  return text;
}

}  // namespace flowdb
