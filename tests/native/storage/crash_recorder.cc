// The images of the crash model.
#include "storage/crash_recorder.h"

#include <algorithm>
#include <map>
#include <random>

namespace flowdb {
namespace {

constexpr size_t kSector = 512;

void apply_call(std::string& content, const FileCall& call) {
  const size_t at = static_cast<size_t>(call.offset);
  switch (call.kind) {
    case FileCall::Kind::write:
      if (content.size() < at + call.bytes.size()) content.resize(at + call.bytes.size(), '\0');
      content.replace(at, call.bytes.size(), call.bytes);
      break;
    case FileCall::Kind::truncate:
      content.resize(at, '\0');
      break;
    case FileCall::Kind::sync:
      break;
  }
}

std::string sector_of(const std::string& content, size_t index) {
  std::string sector =
      index * kSector < content.size() ? content.substr(index * kSector, kSector) : std::string();
  sector.resize(kSector, '\0');
  return sector;
}

// What the disk may make of the calls since the last flush.
struct Pending {
  std::string durable;  // at that flush
  std::map<size_t, std::vector<std::string>>
      sectors;                // the contents of each since then, oldest first
  std::vector<size_t> sizes;  // that the file had since then
};

Pending pending_at(const std::string& initial, const FileCalls& calls, size_t count,
                   const std::function<bool(size_t)>& flush_works) {
  Pending pending;
  pending.durable = initial;
  std::string content = initial;
  // Truncation does not clear what stood behind the new end: growing again may bring it back.
  std::map<size_t, std::string> stale;
  for (size_t i = 0; i < count; ++i) {
    const FileCall& call = calls[i];
    if (call.kind == FileCall::Kind::sync) {
      if (!flush_works(i)) continue;
      pending.durable = content;
      pending.sectors.clear();
      pending.sizes.clear();
      continue;
    }
    const std::string before = content;
    apply_call(content, call);
    pending.sizes.push_back(content.size());
    if (call.kind == FileCall::Kind::truncate) {
      for (size_t s = content.size() / kSector; s * kSector < before.size(); ++s) {
        stale[s] = sector_of(before, s);
      }
      continue;
    }
    const size_t from = std::min(static_cast<size_t>(call.offset), before.size()) / kSector;
    for (size_t s = from; s * kSector < call.offset + call.bytes.size(); ++s) {
      const bool grown = s * kSector >= before.size();
      if (grown && stale.count(s) != 0) pending.sectors[s].push_back(stale[s]);
      pending.sectors[s].push_back(sector_of(content, s));
    }
  }
  pending.sizes.push_back(pending.durable.size());
  return pending;
}

// `choice(sector, versions)`: which of the versions 0 (as at the flush) to `versions` is on the
// disk.
std::string image(const Pending& pending, size_t size,
                  const std::function<size_t(size_t, size_t)>& choice) {
  std::string content = pending.durable;
  content.resize(std::max(size, content.size()), '\0');
  for (const auto& [sector, versions] : pending.sectors) {
    const size_t chosen = choice(sector, versions.size());
    if (chosen == 0) continue;
    const size_t at = sector * kSector;
    if (content.size() < at + kSector) content.resize(at + kSector, '\0');
    content.replace(at, kSector, versions[chosen - 1]);
  }
  content.resize(size);
  return content;
}

}  // namespace

void killed_images(const std::string& initial, const FileCalls& calls, size_t count,
                   const OnImage& on_image) {
  std::string content = initial;
  for (size_t i = 0; i < count; ++i) {
    const bool last = i + 1 == count;
    if (last && calls[i].kind == FileCall::Kind::write) {
      const std::string& bytes = calls[i].bytes;
      const size_t at = static_cast<size_t>(calls[i].offset);
      // A write within one sector is there or not.
      const bool atomic = !bytes.empty() && at / kSector == (at + bytes.size() - 1) / kSector;
      for (size_t torn = 0; !atomic && torn < bytes.size(); ++torn) {
        // In the middle of a long write, where its bytes are all alike, some places stand for all.
        if (torn > 1000 && bytes.size() - torn > 1000 && torn % 101 != 0) continue;
        std::string part = content;
        apply_call(part, {FileCall::Kind::write, calls[i].offset, bytes.substr(0, torn)});
        on_image(part);
      }
    }
    apply_call(content, calls[i]);
  }
  on_image(content);
}

void powerless_images(const std::string& initial, const FileCalls& calls, size_t count,
                      const std::function<bool(size_t)>& flush_works, uint64_t seed,
                      int random_images, const OnImage& on_image) {
  const Pending pending = pending_at(initial, calls, count, flush_works);
  const auto newest = [](size_t, size_t versions) { return versions; };
  const auto none = [](size_t, size_t) { return size_t{0}; };
  std::vector<size_t> sizes = pending.sizes;
  std::sort(sizes.begin(), sizes.end());
  sizes.erase(std::unique(sizes.begin(), sizes.end()), sizes.end());
  for (const size_t size : sizes) {
    on_image(image(pending, size, newest));
    on_image(image(pending, size, none));
    for (const auto& entry : pending.sectors) {
      const size_t one = entry.first;
      on_image(image(pending, size, [&](size_t s, size_t n) { return s == one ? n : 0; }));
      on_image(image(pending, size, [&](size_t s, size_t n) { return s == one ? 0 : n; }));
    }
  }
  std::mt19937_64 random(seed);
  for (int i = 0; i < random_images; ++i) {
    const size_t size = sizes[random() % sizes.size()];
    on_image(image(pending, size, [&](size_t, size_t n) { return random() % (n + 1); }));
  }
}

}  // namespace flowdb
