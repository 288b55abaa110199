// FaultyDisk: the two files of a database in memory, in the hands of a test. It records every
// change, ends the process at any moment, and lets a call of the test's choice fail in each way in
// which a file system may.
#pragma once

#include <functional>
#include <memory>

#include "crash/history.h"
#include "storage/file.h"

namespace flowdb {

// Which call fails, and how.
struct Fault {
  // What a write answers. The first three are what a browser's handle returns instead of the count
  // that it was asked for (wasm/opfs_file.cc turns them into quota_exceeded).
  enum class Outcome : uint8_t {
    short_count,   // half of it is written
    no_space,      // 4294967288, nothing is written
    zero,          // nothing is written
    error,         // nothing is written
    error_behind,  // all of it is written, and the call fails all the same
  };
  static constexpr size_t kOutcomes = 5;

  int64_t call = -1;  // the number of the first call that fails, of any kind, on either file
  Outcome outcome = Outcome::error;
  bool for_good = false;  // every later call fails, too
};

class FaultyDisk {
 public:
  explicit FaultyDisk(Disk initial = {});

  // The files as one process has them. Those of a process that was ended reach nothing any more.
  std::unique_ptr<File> open_container() { return open_file(kContainerFile); }
  std::unique_ptr<File> open_log() { return open_file(kLogFile); }
  // Ends the process: what its destructors still do does not happen.
  void end_process();

  const Disk& content() const { return state_->content; }
  const History& history() const { return state_->history; }
  // Puts other contents in place, as durable ones without a past.
  void restart_from(Disk content);
  // Goes back to the time behind the first `events` events; of the last one, a write, only the
  // first `torn` bytes have happened.
  void go_back_to(size_t events, size_t torn);

  // Off: changes are made and not noted.
  void set_recording(bool recording) { state_->recording = recording; }
  // What later events are noted under, unless the event itself tells more (classify() in the
  // source).
  void set_activity(Activity activity);
  void set_attempted(uint64_t number) { state_->attempted = number; }
  // The number of flushes of the log that were noted so far, as the count of events behind the last
  // one.
  size_t last_log_sync() const { return state_->last_log_sync; }

  void set_fault(const Fault& fault);
  // No call fails from now on.
  void end_fault() { state_->fault.call = -1; }
  // Since set_fault().
  bool has_failed() const { return state_->has_failed; }
  bool write_has_failed() const { return state_->write_has_failed; }

 private:
  class OpenFile;
  struct State {
    Disk content;
    History history;
    bool recording = true;
    uint64_t process = 0;
    Activity activity = Activity::recovery;
    uint64_t attempted = 0;
    size_t last_log_sync = 0;
    // For the classification.
    std::array<uint64_t, 2> high{};  // how far each file was written since it was last cut
    Activity container_activity = Activity::recovery;
    Activity log_activity = Activity::commit;
    Fault fault;
    int64_t calls = 0;
    bool has_failed = false;
    bool write_has_failed = false;

    bool next_call_fails();
    void note(FileEvent event);
    Activity classify(const FileEvent& event);
  };

  std::unique_ptr<File> open_file(size_t file);

  std::shared_ptr<State> state_ = std::make_shared<State>();
};

}  // namespace flowdb
