// Opening what was found, and going on with it.
#include "crash/recovered.h"

#include <random>

#include "crash/damaged_superblocks.h"
#include "crash/faulty_disk.h"
#include "sst/compressor.h"
#include "storage/framing.h"

namespace flowdb {
namespace {

// Reading everything for verify() takes as long as a recovery, and so does a further opening.
constexpr uint64_t kVerifiedOneIn = 8;
constexpr uint64_t kDamagedOneIn = 4;

std::string name_of(const VersionPlace& place) {
  return place.key + (place.ts == 0 ? std::string() : "@" + std::to_string(place.ts));
}

std::string differences(Engine& engine, const Content& expected) {
  Content found;
  const auto iterator = engine.new_iterator({});
  for (iterator->seek_to_first(); iterator->valid(); iterator->next()) {
    found[{std::string(iterator->key()), iterator->ts()}] = {std::string(iterator->value()),
                                                             iterator->expire_at()};
  }
  std::string text;
  for (const auto& [place, content] : expected) {
    const std::string value = content.value.substr(0, 8);
    const auto at = found.find(place);
    if (at == found.end()) {
      text += " " + name_of(place) + " is missing (" + value + ")";
    } else if (at->second.value != content.value || at->second.expire_at != content.expire_at) {
      text += " " + name_of(place) + " is " + at->second.value.substr(0, 8) + ", not " + value;
    }
  }
  for (const auto& [place, content] : found) {
    if (expected.count(place) == 0) {
      text += " " + name_of(place) + " is there (" + content.value.substr(0, 8) + ")";
    }
  }
  return text;
}

// Result: what is wrong with the engine's content; `last` becomes the number of its last commit.
std::string check_content(Engine& engine, Commits& commits, uint64_t ceiling, bool later,
                          uint64_t& last) {
  const auto found = read_content(*engine.new_iterator({}));
  if (!found.is_ok()) return "reading: " + found.status().to_string();
  last = found->last;
  if (last > ceiling) return "commit " + std::to_string(last) + " was never made";
  if (found->hash == commits.hash_after(last, later)) return {};
  return "not the content after commit " + std::to_string(last) + ":" +
         differences(engine, commits.content_after(last, later));
}

Status end(Engine& engine, uint64_t how) {
  switch (how) {
    case 0:
      return engine.close();
    case 1:
      return engine.flush();
    case 2:
      return engine.compact_all();
    case 3:
      return engine.maintain(0).status();
    default:
      return Status::ok();
  }
}

Result<std::unique_ptr<Engine>> open(FaultyDisk& disk, const EngineOptions& options) {
  return Engine::open(disk.open_container(), disk.open_log(), options);
}

// `left`: the files, and the last commit, when all is done.
struct Left {
  Disk disk;
  uint64_t last = 0;
};
std::string recover(Disk found, Commits& commits, const Expectation& expected, uint64_t seed,
                    uint64_t number, Left& left) {
  FaultyDisk disk(std::move(found));
  disk.set_recording(false);
  // Other random numbers than any opening before.
  const uint64_t opening = (number + 1) << 20;
  const bool later = number % 3 == 0;
  auto opened = open(disk, crash_options(seed, opening, later));
  if (!opened.is_ok()) return "opening: " + opened.status().to_string();
  uint64_t last = 0;
  std::string problem = check_content(*opened.value(), commits, expected.ceiling, later, last);
  if (problem.empty()) problem = check_frames(disk.content()[kContainerFile]);
  if (!problem.empty()) return problem;
  if (last < expected.floor) {
    return "commit " + std::to_string(last) + " is the last, " + std::to_string(expected.floor) +
           " is lost";
  }
  // The next commit, which may be one that was lost, byte for byte.
  const Durability durability = number % 2 == 0 ? Durability::strict : Durability::relaxed;
  Status status = opened.value()->write(commits.batch(last + 1), durability);
  if (!status.is_ok()) return "writing on: " + status.to_string();
  // A recovery leaves nothing that would pass for damage.
  if (number % kVerifiedOneIn == 0) {
    const Findings findings = opened.value()->verify();
    if (!findings.empty()) return "verifying: " + findings.front().to_string();
  }
  const uint64_t how = number / 2 % 10;
  status = end(*opened.value(), how);
  if (!status.is_ok()) return "ending in way " + std::to_string(how) + ": " + status.to_string();
  disk.end_process();
  opened = open(disk, crash_options(seed, opening + 1, later));
  if (!opened.is_ok()) {
    return "opening again, way " + std::to_string(how) + ": " + opened.status().to_string();
  }
  uint64_t again = 0;
  problem = check_content(*opened.value(), commits, last + 1, later, again);
  if (problem.empty() && again != last + 1) {
    problem = "commit " + std::to_string(again) + " is the last, not " + std::to_string(last + 1);
  }
  if (problem.empty()) problem = check_frames(disk.content()[kContainerFile]);
  if (!problem.empty()) return "opened again, way " + std::to_string(how) + ": " + problem;
  disk.end_process();
  left = {disk.content(), again};
  return {};
}

}  // namespace

EngineOptions crash_options(uint64_t seed, uint64_t opening, bool later) {
  EngineOptions options;
  const auto random = std::make_shared<std::mt19937_64>(seed * 1'000'003 + opening);
  options.random = [random] { return (*random)(); };
  options.now_us = [later] { return later ? kCrashLater : kCrashNow; };
  options.memtable_bytes_max = 16 << 10;
  options.block_bytes = 512;
  options.table_bytes_max = 4 << 10;
  // With the larger one, some room is free for checkpoints alone.
  options.region_bytes_min = seed % 5 == 2 ? 12 << 10 : 4 << 10;
  options.block_cache_bytes = 64 << 10;
  options.level0_tables_max = 2;
  options.level1_bytes_max = 16 << 10;
  options.log_extent_bytes_min = 4 << 10;
  // Small ones fill several extents before the memtable is full.
  options.log_extent_bytes_max = seed % 3 == 0 ? 4 << 10 : 8 << 10;
  options.compression = seed % 2 == 0 ? Compression::none : Compression::lz4;
  if (kHasZstd && seed % 7 == 4) options.compression = Compression::zstd;
  if (seed % 5 == 3) options.compaction_style = CompactionStyle::size_tiered;
  return options;
}

std::string check_recovered(Disk found, Commits& commits, const Expectation& expected,
                            uint64_t seed, uint64_t number) {
  Left left;
  std::string problem = recover(std::move(found), commits, expected, seed, number, left);
  if (!problem.empty()) return problem;
  // The way back without superblocks.
  const bool both = number % kDamagedOneIn == 1;
  if (!both && number % kDamagedOneIn != 0) return {};
  const auto which = both ? DamagedSuperblocks::both : DamagedSuperblocks::newest;
  const std::optional<Disk> damaged = with_damaged(left.disk, which);
  if (!damaged) return {};
  problem = recover(*damaged, commits, {left.last, left.last}, seed, number, left);
  if (!problem.empty()) {
    problem = (both ? "both superblocks damaged: " : "newest superblock damaged: ") + problem;
  }
  return problem;
}

}  // namespace flowdb
