// Recording, ending and failing.
#include "crash/faulty_disk.h"

#include <algorithm>
#include <cstring>

#include "storage/container_format.h"
#include "wal/log_format.h"

namespace flowdb {

class FaultyDisk::OpenFile final : public File {
 public:
  OpenFile(std::shared_ptr<State> state, size_t file)
      : state_(std::move(state)), process_(state_->process), file_(file) {}

  Result<size_t> read_at(uint64_t offset, char* buffer, size_t length) override {
    if (fails()) return Status::io_error("injected: read");
    const std::string& content = state_->content[file_];
    if (offset >= content.size()) return size_t{0};
    const size_t n = std::min(length, content.size() - static_cast<size_t>(offset));
    std::memcpy(buffer, content.data() + offset, n);
    return n;
  }

  Status write_at(uint64_t offset, std::string_view bytes) override {
    if (!fails()) {
      change({FileEvent::Kind::write, file_, {}, 0, offset, std::string(bytes)});
      return Status::ok();
    }
    state_->write_has_failed = true;
    using Outcome = Fault::Outcome;
    const Outcome outcome = state_->fault.outcome;
    const size_t written = outcome == Outcome::short_count    ? bytes.size() / 2
                           : outcome == Outcome::error_behind ? bytes.size()
                                                              : 0;
    if (written > 0 && is_alive()) {
      change({FileEvent::Kind::write, file_, {}, 0, offset, std::string(bytes.substr(0, written))});
    }
    if (outcome == Outcome::error || outcome == Outcome::error_behind) {
      return Status::io_error("injected: write");
    }
    return Status::quota_exceeded("injected: write");
  }

  Status truncate(uint64_t size) override {
    if (fails()) return Status::quota_exceeded("injected: truncate");
    change({FileEvent::Kind::truncate, file_, {}, 0, size, {}});
    return Status::ok();
  }

  Status sync() override {
    if (fails()) return Status::io_error("injected: sync");
    change({FileEvent::Kind::sync, file_, {}, 0, 0, {}});
    return Status::ok();
  }

  Result<uint64_t> size() override {
    if (fails()) return Status::io_error("injected: size");
    return uint64_t{state_->content[file_].size()};
  }

  std::string_view name() const override {
    return file_ == kContainerFile ? "flow.db" : "flow.wal";
  }

 private:
  bool is_alive() const { return process_ == state_->process; }
  bool fails() { return !is_alive() || state_->next_call_fails(); }

  void change(FileEvent event) {
    apply_event(event, state_->content[file_]);
    if (state_->recording) state_->note(std::move(event));
  }

  const std::shared_ptr<State> state_;
  const uint64_t process_;
  const size_t file_;
};

FaultyDisk::FaultyDisk(Disk initial) { restart_from(std::move(initial)); }

std::unique_ptr<File> FaultyDisk::open_file(size_t file) {
  return std::make_unique<OpenFile>(state_, file);
}

void FaultyDisk::end_process() { ++state_->process; }

void FaultyDisk::restart_from(Disk content) {
  end_process();
  State& s = *state_;
  s.content = std::move(content);
  s.history.halved_headers = halved_headers(s.history, s.history.events.size());
  s.history.events.clear();
  if (s.recording) s.history.initial = s.content;
  s.last_log_sync = 0;
  for (size_t file = 0; file < s.content.size(); ++file) s.high[file] = s.content[file].size();
}

void FaultyDisk::go_back_to(size_t events, size_t torn) {
  end_process();
  State& s = *state_;
  s.history.events.resize(events);
  FileEvent* const last = events == 0 ? nullptr : &s.history.events.back();
  if (last != nullptr && last->kind == FileEvent::Kind::write) {
    last->bytes.resize(std::min(torn, last->bytes.size()));
  }
  s.content = s.history.initial;
  s.last_log_sync = 0;
  for (size_t i = 0; i < events; ++i) {
    const FileEvent& event = s.history.events[i];
    apply_event(event, s.content[event.file]);
    if (event.kind == FileEvent::Kind::sync && event.file == kLogFile) s.last_log_sync = i + 1;
  }
}

void FaultyDisk::set_activity(Activity activity) {
  State& s = *state_;
  s.activity = activity;
  s.container_activity = activity;
  s.log_activity = activity;
}

void FaultyDisk::set_fault(const Fault& fault) {
  State& s = *state_;
  s.fault = fault;
  s.calls = 0;
  s.has_failed = false;
  s.write_has_failed = false;
}

bool FaultyDisk::State::next_call_fails() {
  if (fault.call < 0) return false;
  const int64_t call = calls++;
  const bool fails = fault.for_good ? call >= fault.call : call == fault.call;
  has_failed = has_failed || fails;
  return fails;
}

void FaultyDisk::State::note(FileEvent event) {
  event.activity = classify(event);
  event.attempted = attempted;
  history.events.push_back(std::move(event));
  if (history.events.back().kind != FileEvent::Kind::sync) return;
  if (history.events.back().file == kLogFile) last_log_sync = history.events.size();
}

// A step of the workload is a commit, a flush, a compaction or an opening; its events tell the
// rest: a write into room of the container that was written before is reuse, one into room of the
// log recycling, and so is what follows it in the step.
Activity FaultyDisk::State::classify(const FileEvent& event) {
  uint64_t& top = high[event.file];
  if (event.kind == FileEvent::Kind::truncate) {
    const bool cuts = event.offset < top;
    top = event.offset;
    if (activity == Activity::recovery) return activity;
    return cuts ? Activity::truncation
                : (event.file == kLogFile ? log_activity : container_activity);
  }
  const uint64_t end = event.offset + event.bytes.size();
  if (activity == Activity::recovery) {
    top = std::max(top, end);
    return activity;
  }
  if (event.file == kLogFile) {
    if (event.kind == FileEvent::Kind::write) {
      const bool jump = event.bytes.size() == kJumpFrameBytes &&
                        event.bytes[frame_field::kType] == static_cast<char>(FrameType::jump);
      if (jump) {
        log_activity = Activity::recycling;
      } else if (end <= top) {
        log_activity = Activity::recycling;
      } else {
        log_activity = activity == Activity::flush ? activity : Activity::commit;
      }
      top = std::max(top, end);
    }
    return log_activity;
  }
  if (event.kind == FileEvent::Kind::write) {
    if (event.offset >= kFileHeaderBytes && event.bytes.size() > kRecordHeaderBytes) {
      if (event.offset < top && activity != Activity::relocation) {
        container_activity = Activity::reuse;
      }
      top = std::max(top, end);
    }
  }
  if (container_activity == Activity::commit) return Activity::flush;
  return container_activity;
}

}  // namespace flowdb
