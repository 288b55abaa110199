// The directories and files as a process sees them.
#include "crash/directory_disk.h"

#include <algorithm>

namespace flowdb {

void apply_event(const DirectoryEvent& event, DirectoryImage& image) {
  using Kind = DirectoryEvent::Kind;
  auto& names = image.names[event.directory];
  switch (event.kind) {
    case Kind::create:
      image.files.resize(std::max(image.files.size(), event.file + 1));
      names[event.name] = event.file;
      return;
    case Kind::rename:
      names[event.new_name] = event.file;
      names.erase(event.name);
      return;
    case Kind::remove:
      names.erase(event.name);
      return;
    case Kind::truncate:
      image.files[event.file].resize(static_cast<size_t>(event.offset), '\0');
      return;
    case Kind::write: {
      if (event.bytes.empty()) return;  // torn before its first byte
      std::string& content = image.files[event.file];
      const size_t at = static_cast<size_t>(event.offset);
      content.resize(std::max(content.size(), at + event.bytes.size()), '\0');
      content.replace(at, event.bytes.size(), event.bytes);
      return;
    }
    case Kind::sync:
    case Kind::sync_names:
      return;
  }
}

bool DirectoryDisk::State::next_call_fails() {
  if (fault.call < 0) return false;
  const int64_t call = calls++;
  const bool fails = fault.for_good ? call >= fault.call : call == fault.call;
  has_failed = has_failed || fails;
  return fails;
}

Status DirectoryDisk::State::change(uint64_t of_process, DirectoryEvent event) {
  if (of_process != process) return Status::io_error("this process was ended");
  const bool fails = next_call_fails();
  if (fails && fault.outcome == DirectoryFault::Outcome::half_written) {
    event.bytes.resize(event.bytes.size() / 2);
  }
  const bool done =
      !fails || fault.outcome == DirectoryFault::Outcome::all_done ||
      (!event.bytes.empty() && fault.outcome == DirectoryFault::Outcome::half_written);
  if (done) {
    apply_event(event, content);
    event.attempted = attempted;
    events.push_back(std::move(event));
  }
  return fails ? Status::quota_exceeded("injected") : Status::ok();
}

class DirectoryDisk::OpenFile final : public File {
 public:
  OpenFile(std::shared_ptr<State> state, size_t file, std::string name)
      : state_(std::move(state)), process_(state_->process), file_(file), name_(std::move(name)) {}

  Result<size_t> read_at(uint64_t offset, char* buffer, size_t length) override {
    if (is_over()) return Status::io_error("injected");
    const std::string& content = state_->content.files[file_];
    if (offset >= content.size()) return size_t{0};
    return content.copy(buffer, length, static_cast<size_t>(offset));
  }
  Status write_at(uint64_t offset, std::string_view bytes) override {
    DirectoryEvent event = event_of(DirectoryEvent::Kind::write);
    event.offset = offset;
    event.bytes = bytes;
    return state_->change(process_, std::move(event));
  }
  Status truncate(uint64_t size) override {
    DirectoryEvent event = event_of(DirectoryEvent::Kind::truncate);
    event.offset = size;
    return state_->change(process_, std::move(event));
  }
  Status sync() override { return state_->change(process_, event_of(DirectoryEvent::Kind::sync)); }
  Result<uint64_t> size() override {
    if (is_over()) return Status::io_error("injected");
    return state_->content.files[file_].size();
  }
  std::string_view name() const override { return name_; }

 private:
  // The process has ended, or the call fails.
  bool is_over() const { return process_ != state_->process || state_->next_call_fails(); }
  DirectoryEvent event_of(DirectoryEvent::Kind kind) const {
    DirectoryEvent event;
    event.kind = kind;
    event.file = file_;
    return event;
  }

  const std::shared_ptr<State> state_;
  const uint64_t process_;
  const size_t file_;
  const std::string name_;
};

class DirectoryDisk::OpenDirectory final : public Directory {
 public:
  OpenDirectory(std::shared_ptr<State> state, size_t directory)
      : state_(std::move(state)), process_(state_->process), directory_(directory) {}

  Result<std::unique_ptr<File>> create_file(const std::string& name) override {
    const size_t file = state_->content.files.size();
    FLOWDB_RETURN_IF_ERROR(change(DirectoryEvent::Kind::create, name, file));
    return opened(name, file);
  }
  Result<std::unique_ptr<File>> open_file(const std::string& name) override {
    if (state_->next_call_fails()) return Status::io_error("injected");
    const auto found = names().find(name);
    if (found == names().end()) return Status::not_found(name);
    return opened(name, found->second);
  }
  Status rename(const std::string& from, const std::string& to) override {
    const auto found = names().find(from);
    if (found == names().end()) return Status::not_found(from);
    return change(DirectoryEvent::Kind::rename, from, found->second, to);
  }
  Status remove(const std::string& name) override {
    if (names().count(name) == 0) return Status::ok();
    return change(DirectoryEvent::Kind::remove, name, 0);
  }
  Result<std::vector<std::string>> list() override {
    if (state_->next_call_fails()) return Status::io_error("injected");
    std::vector<std::string> result;
    for (const auto& entry : names()) result.push_back(entry.first);
    return result;
  }
  Status sync() override { return change(DirectoryEvent::Kind::sync_names, {}, 0); }
  std::string_view name() const override { return directory_ == kRoot ? "db" : "db/SST"; }

 private:
  const std::map<std::string, size_t>& names() const { return state_->content.names[directory_]; }
  Status change(DirectoryEvent::Kind kind, const std::string& of, size_t file,
                const std::string& to = {}) {
    DirectoryEvent event;
    event.kind = kind;
    event.directory = directory_;
    event.name = of;
    event.new_name = to;
    event.file = file;
    return state_->change(process_, std::move(event));
  }
  Result<std::unique_ptr<File>> opened(const std::string& of, size_t file) {
    return std::unique_ptr<File>(new OpenFile(state_, file, of));
  }

  const std::shared_ptr<State> state_;
  const uint64_t process_;
  const size_t directory_;
};

DirectoryDisk::DirectoryDisk(DirectoryImage initial) : state_(std::make_shared<State>()) {
  restart_from(std::move(initial));
}

Result<std::unique_ptr<Engine>> DirectoryDisk::open(EngineOptions options) {
  return Engine::open(open_directory(kRoot), open_directory(kTables), std::move(options));
}

std::unique_ptr<Directory> DirectoryDisk::open_directory(size_t directory) {
  return std::make_unique<OpenDirectory>(state_, directory);
}

void DirectoryDisk::end_process() { ++state_->process; }

void DirectoryDisk::restart_from(DirectoryImage image) {
  end_process();
  state_->events.clear();
  state_->initial = image;
  state_->content = std::move(image);
}

void DirectoryDisk::go_back_to(size_t events, size_t torn) {
  end_process();
  state_->events.resize(events);
  DirectoryEvent& last = state_->events.back();
  if (torn < last.bytes.size()) last.bytes.resize(torn);
  state_->content = state_->initial;
  for (const DirectoryEvent& event : state_->events) apply_event(event, state_->content);
}

void DirectoryDisk::set_fault(const DirectoryFault& fault) {
  state_->fault = fault;
  state_->calls = 0;
  state_->has_failed = false;
}

size_t DirectoryDisk::log_file() const {
  const auto& names = content().names[kRoot];
  const auto log = names.find("flow.wal");
  return log == names.end() ? SIZE_MAX : log->second;
}

size_t DirectoryDisk::last_log_sync() const {
  size_t last = 0;
  for (size_t i = 0; i < events().size(); ++i) {
    const DirectoryEvent& event = events()[i];
    if (event.kind == DirectoryEvent::Kind::sync && event.file == log_file()) last = i + 1;
  }
  return last;
}

}  // namespace flowdb
