// The states of the crash model, numbered.
#include "crash/crash_point.h"

#include <algorithm>
#include <random>

#include "storage/container_format.h"

namespace flowdb {
namespace {

constexpr uint64_t kStatesMax = UINT64_MAX / 2;

uint64_t times(uint64_t a, uint64_t b) { return b != 0 && a > kStatesMax / b ? kStatesMax : a * b; }

std::string sector_of(const std::string& content, size_t index) {
  std::string sector =
      index * kSector < content.size() ? content.substr(index * kSector, kSector) : std::string();
  sector.resize(kSector, '\0');
  return sector;
}

}  // namespace

CrashPoint::CrashPoint(const History& history, size_t event) : history_(history), event_(event) {
  for (size_t file = 0; file < pending_.size(); ++file) {
    std::vector<size_t> flushes = {0};
    for (size_t i = 0; i <= event; ++i) {
      const FileEvent& e = history.events[i];
      if (e.file == file && e.kind == FileEvent::Kind::sync) flushes.push_back(i + 1);
    }
    pending_[file].push_back(pending_of(file, flushes.back()));
    if (flushes.size() > 1) {
      pending_[file].push_back(pending_of(file, flushes[flushes.size() - 2]));
    }
  }
}

bool CrashPoint::is_atomic() const {
  const FileEvent& e = history_.events[event_];
  if (e.kind != FileEvent::Kind::write || e.bytes.empty()) return true;
  const bool one_sector = e.offset / kSector == (e.offset + e.bytes.size() - 1) / kSector;
  const bool header = e.offset < kFileHeaderBytes || e.bytes.size() <= kRecordHeaderBytes;
  return e.file == kContainerFile && header && one_sector;
}

size_t CrashPoint::event_bytes() const { return history_.events[event_].bytes.size(); }

Disk CrashPoint::killed(size_t torn) const {
  Disk disk = history_.initial;
  for (size_t i = 0; i < event_; ++i) {
    apply_event(history_.events[i], disk[history_.events[i].file]);
  }
  FileEvent last = history_.events[event_];
  const bool whole = torn >= last.bytes.size();
  if (!whole) last.bytes.resize(torn);
  if (whole || torn > 0) apply_event(last, disk[last.file]);
  return disk;
}

uint64_t CrashPoint::Pending::states() const {
  uint64_t states = sizes.size();
  for (const auto& entry : sectors) states = times(states, 1 + entry.second.contents.size());
  return states;
}

CrashPoint::Pending CrashPoint::pending_of(size_t file, size_t durable_up_to) const {
  Pending pending;
  pending.durable_up_to = durable_up_to;
  std::string content = history_.initial[file];
  // Cutting a file does not clear what stood behind its new end: growing again may bring it back.
  std::map<size_t, std::string> stale;
  if (durable_up_to == 0) pending.durable = content;
  std::vector<size_t> sizes;
  for (size_t i = 0; i <= event_; ++i) {
    const FileEvent& e = history_.events[i];
    if (e.file == file && e.kind != FileEvent::Kind::sync) {
      const size_t size_before = content.size();
      if (e.kind == FileEvent::Kind::truncate) {
        for (size_t s = static_cast<size_t>(e.offset) / kSector; s * kSector < size_before; ++s) {
          stale[s] = sector_of(content, s);
        }
      }
      apply_event(e, content);
      if (i >= durable_up_to) {
        sizes.push_back(content.size());
        const size_t at = static_cast<size_t>(e.offset);
        for (size_t s = at / kSector; s * kSector < at + e.bytes.size(); ++s) {
          Pending::Sector& sector = pending.sectors[s];
          sector.contents.push_back(sector_of(content, s));
          sector.last_event = i;
        }
      }
    }
    if (i + 1 == durable_up_to) pending.durable = content;
  }
  for (auto& [index, sector] : pending.sectors) {
    sector.written = sector.contents.size();
    // A sector beyond the durable end may also show what stood there before the file was cut.
    const auto found = stale.find(index);
    if (index * kSector >= pending.durable.size() && found != stale.end()) {
      sector.contents.push_back(found->second);
    }
  }
  sizes.insert(sizes.begin(), pending.durable.size());
  // Each size once, the newest at its last place.
  for (size_t i = 0; i < sizes.size(); ++i) {
    if (std::find(sizes.begin() + static_cast<std::ptrdiff_t>(i) + 1, sizes.end(), sizes[i]) ==
        sizes.end()) {
      pending.sizes.push_back(sizes[i]);
    }
  }
  return pending;
}

std::string CrashPoint::build(const Pending& pending, size_t size,
                              const std::map<size_t, size_t>& chosen) {
  std::string content = pending.durable;
  content.resize(size, '\0');
  for (const auto& [index, choice] : chosen) {
    const size_t at = index * kSector;
    if (choice == 0 || at >= size) continue;
    const std::string& sector = pending.sectors.at(index).contents[choice - 1];
    const size_t length = std::min(kSector, size - at);
    content.replace(at, length, sector, 0, length);
  }
  return content;
}

uint64_t CrashPoint::power_states() const {
  uint64_t states = 0;
  for (const Pending& container : pending_[kContainerFile]) {
    for (const Pending& log : pending_[kLogFile]) {
      states = std::min(kStatesMax, states + times(container.states(), log.states()));
    }
  }
  return states;
}

Disk CrashPoint::power_state(uint64_t number, DurableUpTo& durable) const {
  for (const Pending& container : pending_[kContainerFile]) {
    for (const Pending& log : pending_[kLogFile]) {
      const uint64_t states = times(container.states(), log.states());
      if (number >= states) {
        number -= states;
        continue;
      }
      Disk disk;
      size_t file = 0;
      for (const Pending* pending : {&container, &log}) {
        durable[file] = pending->durable_up_to;
        const size_t size = pending->sizes[number % pending->sizes.size()];
        number /= pending->sizes.size();
        std::map<size_t, size_t> chosen;
        for (const auto& [index, sector] : pending->sectors) {
          chosen[index] = static_cast<size_t>(number % (1 + sector.contents.size()));
          number /= 1 + sector.contents.size();
        }
        disk[file++] = build(*pending, size, chosen);
      }
      return disk;
    }
  }
  return history_.initial;
}

Disk CrashPoint::power_sample(uint64_t number, DurableUpTo& durable) const {
  std::mt19937_64 random(number * 0x9e3779b97f4a7c15 + event_);
  const auto below = [&random](uint64_t n) { return static_cast<size_t>(random() % n); };
  std::array<const Pending*, 2> files;
  // Every sector that is open, in the order in which they were last written.
  struct Open {
    size_t event, file, index, written, contents;
  };
  std::vector<Open> open;
  for (size_t file = 0; file < files.size(); ++file) {
    files[file] = &pending_[file][below(3) == 0 ? pending_[file].size() - 1 : 0];
    durable[file] = files[file]->durable_up_to;
    for (const auto& [index, sector] : files[file]->sectors) {
      open.push_back({sector.last_event, file, index, sector.written, sector.contents.size()});
    }
  }
  std::sort(open.begin(), open.end(), [](const Open& a, const Open& b) {
    return std::tie(a.event, a.file, a.index) < std::tie(b.event, b.file, b.index);
  });
  const size_t kind = below(9);
  const size_t pivot = open.empty() ? 0 : below(open.size());
  const size_t event_pivot = open.empty() ? 0 : open[pivot].event;
  std::array<std::map<size_t, size_t>, 2> chosen;
  for (size_t i = 0; i < open.size(); ++i) {
    const Open& o = open[i];
    bool there = false;
    switch (kind) {
      case 0:
        there = false;
        break;
      case 1:
        there = true;
        break;
      case 2:
        there = i < pivot;
        break;
      case 3:
        there = i >= pivot;
        break;
      case 4:
        there = i != pivot;
        break;
      case 5:
        there = i == pivot;
        break;
      case 6:
        there = o.event == event_pivot;
        break;  // one write overtakes all others
      case 7:
        there = below(2) == 0;
        break;
      default:
        there = o.event != event_pivot;
        break;
    }
    if (!there) continue;
    chosen[o.file][o.index] = below(4) == 0 ? 1 + below(o.contents) : o.written;
  }
  // What room that was gained and not written shows.
  const size_t room = below(8);
  Disk disk;
  for (size_t file = 0; file < files.size(); ++file) {
    const Pending& p = *files[file];
    const size_t size = below(2) == 0 ? p.sizes.back() : p.sizes[below(p.sizes.size())];
    disk[file] = build(p, size, chosen[file]);
    if (room > 1 || size <= p.durable.size()) continue;
    // Something else that the disk once held: in the log what stood anywhere in it, or bytes of no
    // meaning. Not where the
    // magic is to stand: a file that begins otherwise is no torn creation but someone else's, and
    // refused.
    const size_t first = std::max<size_t>(1, (p.durable.size() + kSector - 1) / kSector);
    for (size_t s = first; s * kSector < size; ++s) {
      const auto found = chosen[file].find(s);
      if (found != chosen[file].end() && found->second != 0) continue;
      if (below(4) == 0) continue;
      std::string other(kSector, '\0');
      const std::string& source = files[kLogFile]->durable;
      if (room == 0 && file == kLogFile && source.size() >= kSector) {
        other = sector_of(source, below(source.size() / kSector));
      } else {
        for (char& c : other) c = static_cast<char>(random());
      }
      const size_t length = std::min(kSector, size - s * kSector);
      disk[file].replace(s * kSector, length, other, 0, length);
    }
  }
  return disk;
}

}  // namespace flowdb
