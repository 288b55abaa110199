// RecordedFile: a File in memory that notes every change, so that a test can make the file as it
// was at any moment: as the end of the process leaves it, or a power failure.
#pragma once

#include <memory>
#include <random>
#include <string>
#include <vector>

#include "storage/file.h"
#include "storage/memory_file.h"

namespace flowdb {

// One change of one of the recorded files, or a flush.
struct FileEvent {
  enum class Kind { write, truncate, sync };
  size_t file = 0;  // index among the recorded files
  Kind kind = Kind::write;
  uint64_t offset = 0;  // of a write; the new size of a truncation
  std::string bytes;
};

using FileHistory = std::vector<FileEvent>;

class RecordedFile final : public File {
 public:
  RecordedFile(size_t index, std::string name, std::shared_ptr<FileHistory> history)
      : index_(index),
        file_(std::make_shared<std::string>(), std::move(name)),
        history_(std::move(history)) {}

  Result<size_t> read_at(uint64_t offset, char* buffer, size_t length) override {
    return file_.read_at(offset, buffer, length);
  }
  Status write_at(uint64_t offset, std::string_view bytes) override {
    history_->push_back({index_, FileEvent::Kind::write, offset, std::string(bytes)});
    return file_.write_at(offset, bytes);
  }
  Status truncate(uint64_t size) override {
    history_->push_back({index_, FileEvent::Kind::truncate, size, {}});
    return file_.truncate(size);
  }
  Status sync() override {
    history_->push_back({index_, FileEvent::Kind::sync, 0, {}});
    return file_.sync();
  }
  Result<uint64_t> size() override { return file_.size(); }
  std::string_view name() const override { return file_.name(); }

 private:
  size_t index_;
  MemoryFile file_;
  std::shared_ptr<FileHistory> history_;
};

// Does an event to a file's bytes.
inline void apply_event(const FileEvent& event, std::string& bytes) {
  if (event.kind == FileEvent::Kind::truncate) bytes.resize(event.offset);
  if (event.kind != FileEvent::Kind::write) return;
  if (bytes.size() < event.offset + event.bytes.size()) {
    bytes.resize(event.offset + event.bytes.size());
  }
  bytes.replace(event.offset, event.bytes.size(), event.bytes);
}

// Does any subset of an event's 512-byte sectors, in an order of no meaning; the size changes or
// does not.
template <typename Random>
void apply_some_sectors(const FileEvent& event, std::string& bytes, Random& random) {
  constexpr uint64_t sector = 512;
  if (event.kind == FileEvent::Kind::truncate && random() % 2 == 0) bytes.resize(event.offset);
  if (event.kind != FileEvent::Kind::write) return;
  const uint64_t end = event.offset + event.bytes.size();
  if (bytes.size() < end && random() % 2 == 0) bytes.resize(end);
  for (uint64_t at = event.offset; at < end;) {
    const uint64_t next = std::min(end, (at / sector + 1) * sector);
    if (random() % 2 == 0) {
      apply_event({event.file, FileEvent::Kind::write, at,
                   event.bytes.substr(at - event.offset, next - at)},
                  bytes);
    }
    at = next;
  }
}

}  // namespace flowdb
