// History: everything that was done to the two files of a database, in one common order, and what
// the engine was about when it did it.
#pragma once

#include <array>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "storage/container_format.h"

namespace flowdb {

inline constexpr size_t kContainerFile = 0;
inline constexpr size_t kLogFile = 1;
inline constexpr size_t kSector = 512;

// The bytes of both files.
using Disk = std::array<std::string, 2>;

// What the engine was doing at an event; a crash there is counted under it.
enum class Activity : uint8_t {
  commit,
  flush,
  compaction,
  reuse,
  relocation,
  recycling,
  truncation,
  recovery,
};
inline constexpr std::array<std::string_view, 8> kActivityNames = {
    "commit", "flush", "compaction", "reuse", "relocation", "recycling", "truncation", "recovery"};

struct FileEvent {
  enum class Kind : uint8_t { write, truncate, sync };
  Kind kind = Kind::write;
  size_t file = kContainerFile;
  Activity activity = Activity::commit;
  // The number of the last commit that had been handed to the engine.
  uint64_t attempted = 0;
  uint64_t offset = 0;  // of a write; the new size of a truncation
  std::string bytes;    // of a write
};

// Whether the event writes into the container's header: mostly a superblock.
inline bool is_superblock(const FileEvent& event) {
  return event.file == kContainerFile && event.kind == FileEvent::Kind::write &&
         event.offset < kFileHeaderBytes;
}

struct History {
  Disk initial;  // all of it durable
  // Where failing writes have left the first half of a filler's header in it.
  std::vector<size_t> halved_headers;
  std::vector<FileEvent> events;
};

// Of the write of a filler's header that fails, so many bytes may be there.
inline constexpr size_t kHalfHeaderBytes = kRecordHeaderBytes / 2;

// Where that has happened, up to the first `events` events.
inline std::vector<size_t> halved_headers(const History& history, size_t events) {
  std::vector<size_t> halves = history.halved_headers;
  for (size_t i = 0; i < events; ++i) {
    const FileEvent& e = history.events[i];
    if (e.file == kContainerFile && e.bytes.size() == kHalfHeaderBytes) {
      halves.push_back(static_cast<size_t>(e.offset));
    }
  }
  return halves;
}

inline void apply_event(const FileEvent& event, std::string& content) {
  const size_t at = static_cast<size_t>(event.offset);
  if (event.kind == FileEvent::Kind::truncate) content.resize(at, '\0');
  if (event.kind != FileEvent::Kind::write || event.bytes.empty()) return;
  if (content.size() < at + event.bytes.size()) content.resize(at + event.bytes.size(), '\0');
  content.replace(at, event.bytes.size(), event.bytes);
}

}  // namespace flowdb
