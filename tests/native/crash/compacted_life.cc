// The crashes, and what must be found behind each.
#include "crash/compacted_life.h"

#include <unordered_set>

#include "crash/damaged_superblocks.h"
#include "crash/recovered.h"
#include "storage/framing.h"

namespace flowdb {
namespace {

constexpr uint64_t kSeed = 1;
constexpr uint64_t kCommits = 48;
constexpr uint64_t kDeadBytesMin = 16 << 10;
const std::string kContainerName = "flow.db";
const std::string kLogName = "flow.wal";

Result<std::unique_ptr<Engine>> open_engine(DirectoryDisk& disk, uint64_t opening) {
  const auto root = disk.open_directory(kRoot);
  const auto open_file = [&](const std::string& name) {
    const bool is_there = disk.content().names[kRoot].count(name) != 0;
    return is_there ? root->open_file(name) : root->create_file(name);
  };
  FLOWDB_ASSIGN_OR_RETURN(auto container, open_file(kContainerName));
  FLOWDB_ASSIGN_OR_RETURN(auto log, open_file(kLogName));
  return Engine::open(std::move(container), std::move(log), crash_options(kSeed, opening));
}

Status compact(DirectoryDisk& disk) {
  return compact_file(*disk.open_directory(kRoot), kContainerName);
}

const std::string& container_of(const DirectoryImage& image) {
  return image.files[image.names[kRoot].at(kContainerName)];
}

size_t log_of(const DirectoryImage& image) { return image.names[kRoot].at(kLogName); }

// A database with dead regions. `problem` is what was wrong with that.
DirectoryImage make_database(bool closed, std::string& problem) {
  DirectoryDisk disk;
  auto opened = open_engine(disk, 1);
  if (!opened.is_ok()) {
    problem = opened.status().to_string();
    return {};
  }
  Engine& engine = *opened.value();
  const Commits commits(kSeed, 0);
  Status status;
  for (uint64_t number = 1; number <= kCommits && status.is_ok(); ++number) {
    status = engine.write(commits.batch(number), Durability::strict);
    if (number % 4 != 0 || number + 4 >= kCommits || !status.is_ok()) continue;
    status = engine.flush();
  }
  const EngineStats stats = engine.stats();
  if (stats.dead_bytes <= kDeadBytesMin || stats.memtable_bytes <= Memtable().memory_bytes()) {
    problem = "no dead regions, or nothing in the log";
  }
  if (closed && status.is_ok()) status = engine.close();
  if (!status.is_ok()) problem = status.to_string();
  disk.end_process();
  return disk.content();
}

bool is_container(const std::string& bytes) {
  return bytes.compare(0, kContainerMagic.size(), kContainerMagic) == 0 &&
         newest_superblock(bytes).generation != 0;
}

}  // namespace

CompactedLife::CompactedLife(bool closed)
    : database_(make_database(closed, problem_)), commits_(kSeed, 0) {
  DirectoryDisk disk(database_);
  const Status status = compact(disk);
  if (problem_.empty() && !status.is_ok()) problem_ = "compacting: " + status.to_string();
  if (!problem_.empty()) return;
  events_ = disk.events();
  compacted_bytes_ = container_of(disk.content()).size();
  if (compacted_bytes_ + kDeadBytesMin > container_of(database_).size()) problem_ = "nothing to do";
}

// What is wrong with the content that an opening finds, which is to be that after commit `last`.
std::string CompactedLife::check_content(DirectoryDisk& disk, uint64_t last) {
  const auto engine = open_engine(disk, 2);
  if (!engine.is_ok()) return "opening: " + engine.status().to_string();
  const auto found = read_content(*engine.value()->new_iterator({}));
  if (!found.is_ok()) return "reading: " + found.status().to_string();
  if (found->last != last) return "commit " + std::to_string(found->last) + " is the last";
  if (found->hash != commits_.hash_after(last)) return "another content";
  const Findings findings = engine.value()->verify();
  if (!findings.empty()) return "verifying: " + findings.front().to_string();
  const Status status = engine.value()->write(commits_.batch(last + 1), Durability::strict);
  if (!status.is_ok()) return "writing on: " + status.to_string();
  disk.end_process();
  return check_frames(container_of(disk.content()));
}

// What is wrong with a state, opened as it is, and once it is compacted.
std::string CompactedLife::check(const DirectoryImage& found) {
  if (found.names[kRoot].count(kContainerName) == 0) return "there is no container";
  DirectoryDisk as_it_is(found);
  std::string problem = check_content(as_it_is, kCommits);
  if (!problem.empty()) return problem;
  // A copy that shows itself as a container is a whole one.
  const auto copy = found.names[kRoot].find(kContainerName + ".compact");
  if (copy != found.names[kRoot].end() && is_container(found.files[copy->second])) {
    DirectoryImage swapped = found;
    swapped.names[kRoot][kContainerName] = copy->second;
    DirectoryDisk copied(swapped);
    problem = check_content(copied, kCommits);
    if (!problem.empty()) return "the copy: " + problem;
  }
  DirectoryDisk disk(found);
  if (Status status = compact(disk); !status.is_ok()) return "again: " + status.to_string();
  if (disk.content().names[kRoot].size() != 2) return "another file is there";
  const size_t bytes = container_of(disk.content()).size();
  if (bytes != compacted_bytes_) return "it has " + std::to_string(bytes) + " bytes";
  problem = check_content(disk, kCommits);
  return problem.empty() ? problem : "compacted again: " + problem;
}

std::string CompactedLife::crash(size_t places, uint64_t states_max, size_t& images) {
  if (!problem_.empty()) return problem_;
  std::unordered_set<uint64_t> tried;
  const auto try_image = [&](const DirectoryImage& image) -> std::string {
    uint64_t hash = 0;
    for (const auto& [name, file] : image.names[kRoot]) {
      hash = hash_of(image.files[file], hash_of(name, hash));
    }
    return tried.insert(hash).second ? check(image) : std::string();
  };
  for (size_t event = 0; event < events_.size(); ++event) {
    const DirectoryStates states(database_, events_, event, log_of(database_));
    const auto where = [event](const char* how, uint64_t number) {
      return std::string(how) + std::to_string(event) + ", state " + std::to_string(number) + ": ";
    };
    for (size_t i = 0; i <= places; ++i) {
      const std::string problem = try_image(states.killed(states.event_bytes() * i / places));
      if (!problem.empty()) return where("killed at event ", i) + problem;
    }
    const bool few = states.power_states() <= states_max;
    for (uint64_t i = 0; i < (few ? states.power_states() : states_max); ++i) {
      size_t log_durable = 0;
      const std::string problem =
          try_image(few ? states.power_state(i, log_durable) : states.power_sample(i, log_durable));
      if (!problem.empty()) return where("no power behind event ", i) + problem;
    }
  }
  images += tried.size();
  return {};
}

std::string CompactedLife::crash_behind(uint64_t states_max) {
  if (!problem_.empty()) return problem_;
  DirectoryDisk disk(database_);
  Status status = compact(disk);
  auto engine = open_engine(disk, 2);
  if (status.is_ok()) status = engine.status();
  if (status.is_ok()) {
    status = engine.value()->write(commits_.batch(kCommits + 1), Durability::strict);
  }
  if (status.is_ok()) status = engine.value()->flush();
  if (!status.is_ok()) return status.to_string();
  disk.end_process();
  const DirectoryStates states(database_, disk.events(), disk.events().size() - 1,
                               log_of(database_));
  for (uint64_t i = 0; i < states_max; ++i) {
    size_t log_durable = 0;
    DirectoryDisk found(states.power_sample(i, log_durable));
    const std::string problem = check_content(found, kCommits + 1);
    if (!problem.empty()) return "state " + std::to_string(i) + ": " + problem;
  }
  return {};
}

std::string CompactedLife::fail() {
  if (!problem_.empty()) return problem_;
  DirectoryFault fault;
  bool hit = true;
  for (fault.call = 0; hit; ++fault.call) {
    for (const auto outcome :
         {DirectoryFault::Outcome::nothing_done, DirectoryFault::Outcome::half_written,
          DirectoryFault::Outcome::all_done}) {
      for (const bool for_good : {false, true}) {
        fault.outcome = outcome;
        fault.for_good = for_good;
        DirectoryDisk disk(database_);
        disk.set_fault(fault);
        const Status status = compact(disk);
        hit = disk.has_failed();
        std::string problem = check(disk.content());
        if (problem.empty() && status.is_ok() == hit) problem = status.to_string();
        if (problem.empty()) continue;
        return "call " + std::to_string(fault.call) + ", outcome " +
               std::to_string(static_cast<int>(outcome)) + ": " + problem;
      }
    }
  }
  return fault.call > 20 ? std::string() : "too few calls";
}

}  // namespace flowdb
