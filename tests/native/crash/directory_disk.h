// DirectoryDisk: the directories of a database that has a file for each table, in memory, in the
// hands of a test. It records every change, ends the process at any moment, and lets a call of the
// test's choice fail. What FaultyDisk is to the two files of a container.
#pragma once

#include <array>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "engine/engine.h"
#include "storage/directory.h"

namespace flowdb {

inline constexpr size_t kRoot = 0;
inline constexpr size_t kTables = 1;

// Which files the two directories have, by number, and the bytes of all files that there ever were.
struct DirectoryImage {
  std::array<std::map<std::string, size_t>, 2> names;
  std::vector<std::string> files;
};

struct DirectoryEvent {
  enum class Kind : uint8_t { create, rename, remove, sync_names, write, truncate, sync };
  Kind kind = Kind::write;
  size_t directory = kRoot;  // of the calls on names
  std::string name;
  std::string new_name;
  size_t file = 0;  // created, or written to
  uint64_t offset = 0;
  std::string bytes;
  // The number of the last commit that had been handed to the engine.
  uint64_t attempted = 0;

  bool is_of_names() const { return kind <= Kind::sync_names; }
};

// Without sync and sync_names, which change nothing.
void apply_event(const DirectoryEvent& event, DirectoryImage& image);

// Which call fails, and how.
struct DirectoryFault {
  enum class Outcome : uint8_t { nothing_done, half_written, all_done };
  int64_t call = -1;  // of any kind, counted from 0; -1: none
  Outcome outcome = Outcome::nothing_done;
  bool for_good = false;  // every later call fails, too
};

class DirectoryDisk {
 public:
  // All of `initial` is durable.
  explicit DirectoryDisk(DirectoryImage initial = {});

  // The database as one process has it. What a process that was ended still does reaches nothing.
  Result<std::unique_ptr<Engine>> open(EngineOptions options);
  std::unique_ptr<Directory> open_directory(size_t directory);
  void end_process();

  const DirectoryImage& initial() const { return state_->initial; }
  const DirectoryImage& content() const { return state_->content; }
  const std::vector<DirectoryEvent>& events() const { return state_->events; }
  // Puts other contents in place, as durable ones without a past.
  void restart_from(DirectoryImage image);
  // Goes back to the time behind the first `events` events, of the last one, a write, only the
  // first `torn` bytes.
  void go_back_to(size_t events, size_t torn);

  void set_attempted(uint64_t number) { state_->attempted = number; }
  void set_fault(const DirectoryFault& fault);
  void end_fault() { state_->fault.call = -1; }
  // Since set_fault().
  bool has_failed() const { return state_->has_failed; }
  // The number of the log, and the count of events behind its last flush.
  size_t log_file() const;
  size_t last_log_sync() const;

 private:
  class OpenDirectory;
  class OpenFile;
  struct State {
    DirectoryImage initial;
    DirectoryImage content;
    std::vector<DirectoryEvent> events;
    uint64_t attempted = 0;
    uint64_t process = 0;
    DirectoryFault fault;
    int64_t calls = 0;
    bool has_failed = false;

    // Asked once a call.
    bool next_call_fails();
    // Makes the change, or fails with it.
    Status change(uint64_t of_process, DirectoryEvent event);
  };
  std::shared_ptr<State> state_;
};

}  // namespace flowdb
