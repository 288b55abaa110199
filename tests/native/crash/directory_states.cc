// The states of the crash model, numbered.
#include "crash/directory_states.h"

#include <algorithm>

namespace flowdb {
namespace {

using Kind = DirectoryEvent::Kind;
constexpr size_t kSectorSize = 512;
constexpr uint64_t kStatesMax = UINT64_MAX / 2;

uint64_t times(uint64_t a, uint64_t b) { return b != 0 && a > kStatesMax / b ? kStatesMax : a * b; }

std::string sector_of(const std::string& content, size_t index) {
  std::string sector;
  if (index * kSectorSize < content.size())
    sector = content.substr(index * kSectorSize, kSectorSize);
  sector.resize(kSectorSize, '\0');
  return sector;
}

// The last two of the counts of events behind a flush, the newest first.
std::vector<size_t> last_flushes(const std::vector<DirectoryEvent>& events, size_t end, bool names,
                                 size_t number) {
  std::vector<size_t> flushes;
  for (size_t i = end; i-- > 0 && flushes.size() < 2;) {
    const DirectoryEvent& e = events[i];
    const bool meant = names ? e.kind == Kind::sync_names && e.directory == number
                             : e.kind == Kind::sync && e.file == number;
    if (meant) flushes.push_back(i + 1);
  }
  if (flushes.size() < 2) flushes.push_back(0);
  return flushes;
}

}  // namespace

DirectoryStates::DirectoryStates(const DirectoryImage& initial,
                                 const std::vector<DirectoryEvent>& events, size_t event,
                                 size_t log_file)
    : initial_(initial), events_(events), event_(event), log_file_(log_file) {
  size_t files = initial.files.size();
  for (size_t i = 0; i <= event; ++i) {
    if (events[i].kind == Kind::create) files = std::max(files, events[i].file + 1);
  }
  for (size_t directory = 0; directory < directories_.size(); ++directory) {
    for (const size_t flush : last_flushes(events, event + 1, true, directory)) {
      directories_[directory].push_back(pending_names(directory, flush));
    }
  }
  for (size_t file = 0; file < files; ++file) {
    files_.emplace_back();
    for (const size_t flush : last_flushes(events, event + 1, false, file)) {
      files_.back().push_back(pending_file(file, flush));
    }
  }
}

DirectoryImage DirectoryStates::killed(size_t torn) const {
  DirectoryImage image = initial_;
  for (size_t i = 0; i < event_; ++i) apply_event(events_[i], image);
  DirectoryEvent last = events_[event_];
  const bool whole = torn >= last.bytes.size();
  if (!whole) last.bytes.resize(torn);
  if (whole || torn > 0) apply_event(last, image);
  return image;
}

DirectoryStates::Pending DirectoryStates::pending_file(size_t file, size_t durable_up_to) const {
  Pending pending;
  pending.durable_up_to = durable_up_to;
  DirectoryImage image;
  image.files.resize(file + 1);
  std::string& content = image.files[file];
  if (file < initial_.files.size()) content = initial_.files[file];
  if (durable_up_to == 0) pending.durable = content;
  std::vector<size_t> sizes;
  for (size_t i = 0; i <= event_; ++i) {
    const DirectoryEvent& e = events_[i];
    if (e.file == file && (e.kind == Kind::write || e.kind == Kind::truncate)) {
      apply_event(e, image);
      if (i >= durable_up_to) {
        sizes.push_back(content.size());
        const size_t at = static_cast<size_t>(e.offset);
        for (size_t s = at / kSectorSize; s * kSectorSize < at + e.bytes.size(); ++s) {
          pending.sectors[s].values.push_back(sector_of(content, s));
          pending.sectors[s].events.push_back(i);
        }
      }
    }
    if (i + 1 == durable_up_to) pending.durable = content;
  }
  sizes.insert(sizes.begin(), pending.durable.size());
  for (size_t i = 0; i < sizes.size(); ++i) {
    const auto behind = sizes.begin() + static_cast<std::ptrdiff_t>(i) + 1;
    if (std::find(behind, sizes.end(), sizes[i]) == sizes.end()) pending.sizes.push_back(sizes[i]);
  }
  return pending;
}

DirectoryStates::Pending DirectoryStates::pending_names(size_t directory,
                                                        size_t durable_up_to) const {
  Pending pending;
  pending.durable_up_to = durable_up_to;
  DirectoryImage image = initial_;
  for (size_t i = 0; i < durable_up_to; ++i) apply_event(events_[i], image);
  for (const auto& [name, file] : image.names[directory]) pending.names[name].values = {file};
  for (size_t i = durable_up_to; i <= event_; ++i) {
    const DirectoryEvent& e = events_[i];
    if (!e.is_of_names() || e.kind == Kind::sync_names || e.directory != directory) continue;
    const auto becomes = [&](const std::string& name, size_t file) {
      Open<size_t>& open = pending.names[name];
      if (open.values.empty()) open.values = {SIZE_MAX};
      open.values.push_back(file);
      open.events.push_back(i);
    };
    if (e.kind == Kind::rename) becomes(e.new_name, e.file);
    becomes(e.name, e.kind == Kind::create ? e.file : SIZE_MAX);
  }
  return pending;
}

uint64_t DirectoryStates::Pending::states() const {
  uint64_t states = std::max<uint64_t>(1, sizes.size());
  for (const auto& entry : sectors) states = times(states, 1 + entry.second.events.size());
  for (const auto& entry : names) states = times(states, 1 + entry.second.events.size());
  return states;
}

std::string DirectoryStates::build_file(const Pending& pending, size_t size,
                                        const Choose& choose) const {
  std::string content = pending.durable;
  content.resize(size, '\0');
  for (const auto& [index, sector] : pending.sectors) {
    const size_t choice = choose(sector.events);
    const size_t at = index * kSectorSize;
    if (choice == 0 || at >= size) continue;
    const size_t length = std::min(kSectorSize, size - at);
    content.replace(at, length, sector.values[choice - 1], 0, length);
  }
  return content;
}

uint64_t DirectoryStates::power_states() const {
  uint64_t states = 1;
  const auto count = [&states](const std::vector<Pending>& flushes) {
    uint64_t sum = 0;
    for (const Pending& pending : flushes) sum = std::min(kStatesMax, sum + pending.states());
    states = times(states, sum);
  };
  for (const auto& flushes : directories_) count(flushes);
  for (const auto& flushes : files_) count(flushes);
  return states;
}

DirectoryImage DirectoryStates::power_state(uint64_t number, size_t& log_durable) const {
  const auto take = [&number](uint64_t of) {
    const uint64_t digit = number % of;
    number /= of;
    return static_cast<size_t>(digit);
  };
  const Choose choose = [&](const std::vector<size_t>& events) { return take(1 + events.size()); };
  // One digit says behind which flush, and what of that.
  const auto flush_of = [&](const std::vector<Pending>& flushes) {
    uint64_t sum = 0;
    for (const Pending& pending : flushes) sum += pending.states();
    uint64_t digit = take(sum);
    const Pending* pending = flushes.data();
    while (digit >= pending->states()) digit -= (pending++)->states();
    return std::make_pair(pending, digit);
  };
  DirectoryImage image;
  for (size_t directory = 0; directory < directories_.size(); ++directory) {
    const auto [pending, digit] = flush_of(directories_[directory]);
    const uint64_t rest = std::exchange(number, digit);
    for (const auto& [name, open] : pending->names) {
      const size_t file = open.values[choose(open.events)];
      if (file != SIZE_MAX) image.names[directory][name] = file;
    }
    number = rest;
  }
  for (size_t file = 0; file < files_.size(); ++file) {
    const auto [pending, digit] = flush_of(files_[file]);
    const uint64_t rest = std::exchange(number, digit);
    if (file == log_file_) log_durable = pending->durable_up_to;
    const size_t size = pending->sizes[take(pending->sizes.size())];
    image.files.push_back(build_file(*pending, size, choose));
    number = rest;
  }
  return image;
}

DirectoryImage DirectoryStates::power_sample(uint64_t number, size_t& log_durable) const {
  std::mt19937_64 random(number * 0x9e3779b97f4a7c15 + event_);
  const auto below = [&random](uint64_t n) { return static_cast<size_t>(random() % n); };
  // Those that are likely to matter: everything, nothing, up to or from an event on, all but that
  // one, it alone, or any mixture; and now and then something older.
  const size_t kind = below(7);
  const size_t pivot = below(event_ + 1);
  const size_t near = event_ - std::min(event_, below(12));
  const size_t turn = below(2) == 0 ? pivot : near;
  const Choose choose = [&](const std::vector<size_t>& events) -> size_t {
    const auto up_to = [&](size_t end) {
      return static_cast<size_t>(std::lower_bound(events.begin(), events.end(), end) -
                                 events.begin());
    };
    if (events.empty()) return 0;
    switch (kind) {
      case 0:
        return events.size();
      case 1:
        return 0;
      case 2:
        return up_to(turn);
      case 3:
        return events.back() >= turn ? events.size() : 0;
      case 4:
        return events.back() == turn ? 0 : events.size();
      case 5:
        return events.back() == turn ? events.size() : 0;
      default:
        return below(4) == 0 ? below(1 + events.size()) : below(2) * events.size();
    }
  };
  const auto flush_of = [&](const std::vector<Pending>& flushes) -> const Pending& {
    return flushes[below(3) == 0 ? flushes.size() - 1 : 0];
  };
  DirectoryImage image;
  for (size_t directory = 0; directory < directories_.size(); ++directory) {
    for (const auto& [name, open] : flush_of(directories_[directory]).names) {
      const size_t file = open.values[choose(open.events)];
      if (file != SIZE_MAX) image.names[directory][name] = file;
    }
  }
  const bool garbage = below(4) == 0;
  for (size_t file = 0; file < files_.size(); ++file) {
    const Pending& pending = flush_of(files_[file]);
    if (file == log_file_) log_durable = pending.durable_up_to;
    const size_t size =
        below(2) == 0 ? pending.sizes.back() : pending.sizes[below(pending.sizes.size())];
    Pending shown = pending;
    if (garbage && size > pending.durable.size()) {
      // Room that was gained and not written shows bytes of no meaning.
      shown.durable.resize(
          std::min(size, (pending.durable.size() + kSectorSize - 1) / kSectorSize * kSectorSize));
      while (shown.durable.size() < size) shown.durable += static_cast<char>(random());
    }
    image.files.push_back(build_file(shown, size, choose));
  }
  return image;
}

}  // namespace flowdb
