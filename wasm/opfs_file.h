// OpfsFile: a synchronous access handle of the Origin Private File System as a File. The handle
// itself is a JavaScript object in the module's `flowFiles`, at a number; it is opened and closed
// by JavaScript.
#pragma once

#include <string>

#include "storage/file.h"

namespace flowdb {

class OpfsFile final : public File {
 public:
  // `number`: the handle's place in `flowFiles`. `name`: for error messages.
  OpfsFile(int number, std::string name) : number_(number), name_(std::move(name)) {}

  Result<size_t> read_at(uint64_t offset, char* buffer, size_t length) override;
  Status write_at(uint64_t offset, std::string_view bytes) override;
  Status truncate(uint64_t size) override;
  Status sync() override;
  Result<uint64_t> size() override;
  std::string_view name() const override { return name_; }

 private:
  Status failure(const char* call, double outcome) const;

  int number_;
  std::string name_;
};

}  // namespace flowdb
