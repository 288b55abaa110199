// Findings as text.
#include "storage/finding.h"

namespace flowdb {

std::string Finding::to_string() const {
  std::string text(status_code_name(code));
  text += ": " + file + " at " + std::to_string(offset);
  if (table) text += ", table " + std::to_string(*table);
  text += ": " + what;
  if (!expected.empty() || !found.empty()) {
    text += " (expected " + expected + ", found " + found + ")";
  }
  return text;
}

Finding finding_of(const Status& status, std::string_view file, uint64_t offset) {
  Finding finding;
  finding.code = status.code();
  finding.file = file;
  finding.offset = offset;
  finding.what = status.message();
  return finding;
}

}  // namespace flowdb
