// What a file may hold after a crash: records the calls that a test makes, and builds the contents
// that the crash model (DESIGN) allows at any point between them.
#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "storage/memory_file.h"

namespace flowdb {

struct FileCall {
  enum class Kind { write, truncate, sync };
  Kind kind;
  uint64_t offset;    // of a write; the size of a truncate
  std::string bytes;  // of a write
};

using FileCalls = std::vector<FileCall>;

// A File in memory that notes what changes it.
class RecordingFile final : public File {
 public:
  RecordingFile(std::shared_ptr<std::string> bytes, std::shared_ptr<FileCalls> calls,
                std::string name)
      : file_(std::move(bytes), std::move(name)), calls_(std::move(calls)) {}

  Result<size_t> read_at(uint64_t offset, char* buffer, size_t length) override {
    return file_.read_at(offset, buffer, length);
  }
  Status write_at(uint64_t offset, std::string_view bytes) override {
    calls_->push_back({FileCall::Kind::write, offset, std::string(bytes)});
    return file_.write_at(offset, bytes);
  }
  Status truncate(uint64_t size) override {
    calls_->push_back({FileCall::Kind::truncate, size, {}});
    return file_.truncate(size);
  }
  Status sync() override {
    calls_->push_back({FileCall::Kind::sync, 0, {}});
    return file_.sync();
  }
  Result<uint64_t> size() override { return file_.size(); }
  std::string_view name() const override { return file_.name(); }

 private:
  MemoryFile file_;
  std::shared_ptr<FileCalls> calls_;
};

using OnImage = std::function<void(const std::string& image)>;

// The process ends in or behind the last of the first `count` calls: every call before it is there,
// and of a last write any number of its first bytes, all or none when it lies in one sector.
// `initial`: the file before the first call.
void killed_images(const std::string& initial, const FileCalls& calls, size_t count,
                   const OnImage& on_image);

// The power fails behind the first `count` calls: of what was written since the last flush that did
// something, any sector may be there or not, whatever size the file has; room that the file gained
// holds zeros or what once stood there. `flush_works(i)`: whether call i, a flush, does something.
// Single sectors are tried each, and `random_images` mixtures.
void powerless_images(const std::string& initial, const FileCalls& calls, size_t count,
                      const std::function<bool(size_t)>& flush_works, uint64_t seed,
                      int random_images, const OnImage& on_image);

}  // namespace flowdb
