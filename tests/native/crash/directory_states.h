// DirectoryStates: every state in which the directories may be found after a crash in or right
// behind one event, by the crash model of the design. What CrashPoint is to the two files of a
// container; beside the bytes, names may be lost.
#pragma once

#include <random>

#include "crash/directory_disk.h"

namespace flowdb {

class DirectoryStates {
 public:
  // REQUIRES: event < events.size(); both outlive this.
  DirectoryStates(const DirectoryImage& initial, const std::vector<DirectoryEvent>& events,
                  size_t event, size_t log_file);

  // The process is killed: everything before the event is there, and of the event itself, if it is
  // a write, the first `torn` bytes.
  size_t event_bytes() const { return events_[event_].bytes.size(); }
  DirectoryImage killed(size_t torn) const;

  // The power fails behind the event. Since the last flush of a file, or, where that one did
  // nothing, the one before, each sector has any of the contents that it was given, and the file
  // any of its sizes; since the last flush of a directory, or the one before, each name stands for
  // any of the files that it stood for, or none. How many such states there are, no more than
  // UINT64_MAX / 2; `log_durable` becomes the count of events up to which the log is durable.
  uint64_t power_states() const;
  DirectoryImage power_state(uint64_t number, size_t& log_durable) const;
  // One at random, where all are too many.
  DirectoryImage power_sample(uint64_t number, size_t& log_durable) const;

 private:
  // Something that a power failure decides by itself: what it may be, oldest first, and since which
  // event.
  template <typename Value>
  struct Open {
    std::vector<Value> values;
    std::vector<size_t> events;
  };
  // A file, or the names of a directory, behind a given flush.
  struct Pending {
    size_t durable_up_to = 0;
    std::string durable;
    std::map<size_t, Open<std::string>> sectors;
    std::vector<size_t> sizes;                  // the newest last; empty for names
    std::map<std::string, Open<size_t>> names;  // SIZE_MAX: no such file
    uint64_t states() const;
  };
  // Chooses one of so many values, with the events since which they are there.
  using Choose = std::function<size_t(const std::vector<size_t>& events)>;

  Pending pending_file(size_t file, size_t durable_up_to) const;
  Pending pending_names(size_t directory, size_t durable_up_to) const;
  std::string build_file(const Pending& pending, size_t size, const Choose& choose) const;

  const DirectoryImage& initial_;
  const std::vector<DirectoryEvent>& events_;
  const size_t event_;
  const size_t log_file_;
  // Of each: behind the last flush, and behind the one before it.
  std::array<std::vector<Pending>, 2> directories_;
  std::vector<std::vector<Pending>> files_;
};

}  // namespace flowdb
