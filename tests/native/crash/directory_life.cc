// The steps of a life, and what each one promises.
#include "crash/directory_life.h"

#include <algorithm>

#include "crash/recovered.h"
#include "engine/spill.h"

namespace flowdb {
namespace {

// Reading everything for verify() takes as long as a recovery.
constexpr uint64_t kVerifiedOneIn = 8;

}  // namespace

DirectoryLife::DirectoryLife(const DirectoryShape& shape, uint64_t seed,
                             const std::optional<DirectoryFault>& fault)
    : shape_(shape),
      seed_(seed),
      random_(seed),
      commits_(seed, 11, is_full(seed)),
      faulty_life_(fault) {
  if (fault) disk_.set_fault(*fault);
  faulty_ = faulty_life_;
  open();
  live();
  for (int i = 0; i < shape.crashes && problem_.empty(); ++i) {
    crash();
    live();
  }
  end_process();
}

void DirectoryLife::live() {
  for (int i = 0; i < shape_.steps && problem_.empty(); ++i) step();
}

void DirectoryLife::step() {
  switch (below(32)) {
    case 0:
    case 1:
    case 2:
      return void(done(engine_->flush(), "flush"));
    case 3:
    case 4:
    case 5:
    case 6:
      return void(done(engine_->maintain(0).status(), "maintain"));
    case 7:
      return void(done(engine_->compact_all(), "compact_all"));
    case 8:
      close();
      if (engine_ == nullptr) open();
      return;
    case 9:
      end_process();
      return open();
    case 10:
      return spill();
    case 11:
    case 12:
      return hold_or_release();
    case 13:
    case 14:
      return shape_.faults && !faulty_life_ ? step_with_fault() : commit();
    default:
      return commit();
  }
}

void DirectoryLife::attempt(uint64_t number) { disk_.set_attempted(std::max(number, in_doubt_)); }

void DirectoryLife::commit() {
  const size_t count = below(3) == 0 ? 2 + below(2) : 1;
  std::vector<WriteBatch> batches;
  std::vector<const WriteBatch*> pointers;
  for (size_t i = 1; i <= count; ++i) batches.push_back(commits_.batch(last_ + i));
  for (const WriteBatch& batch : batches) pointers.push_back(&batch);
  const bool strict = below(3) == 0;
  attempt(last_ + count);
  const Status status = engine_->write(pointers, strict ? Durability::strict : Durability::relaxed);
  if (!done(status, "write", count)) return;
  last_ += count;
  promise(strict);
}

// Its writes go to tables in two runs, of which the newer one counts.
void DirectoryLife::spill() {
  Memtable obsolete;
  Memtable newest;
  fill_runs(commits_.batch(last_ + 1), obsolete, newest);
  Status status;
  {
    Spill spill;  // it must not outlive the engine
    status = engine_->spill(obsolete, spill);
    if (status.is_ok()) status = engine_->spill(newest, spill);
    attempt(last_ + 1);
    if (status.is_ok()) status = engine_->write_spill(spill);
  }
  if (!done(status, "spill", 1)) return;
  ++last_;
  covered_ = last_;
  promise(false);
}

// A view that is held while tables come and go still reads what it saw.
void DirectoryLife::hold_or_release() {
  if (held_.size() < 2 && below(2) == 0) {
    held_.push_back(hold_view(*engine_, last_, below(2) == 0));
    return;
  }
  if (held_.empty()) return;
  HeldView held = std::move(held_.front());
  held_.erase(held_.begin());
  const uint64_t number = held.number;
  const auto found = release_view(*engine_, std::move(held));
  if (!done(found.status(), "a held view")) return;
  if (found->hash != commits_.hash_after(number)) {
    problem_ = "a view held since commit " + std::to_string(number) + " reads otherwise";
  }
}

void DirectoryLife::step_with_fault() {
  DirectoryFault fault;
  fault.call = static_cast<int64_t>(below(30));
  fault.outcome = static_cast<DirectoryFault::Outcome>(below(3));
  fault.for_good = below(3) == 0;
  disk_.set_fault(fault);
  faulty_ = true;
  switch (below(5)) {
    case 0:
      done(engine_->flush(), "flush");
      break;
    case 1:
      done(engine_->maintain(1).status(), "maintain");
      break;
    case 2:
      done(engine_->compact_all(), "compact_all");
      break;
    case 3:
      close();
      if (engine_ == nullptr) open();
      break;
    default:
      commit();
      break;
  }
  disk_.end_fault();
  faulty_ = false;
}

bool DirectoryLife::done(const Status& status, const std::string& what, size_t doubtful) {
  if (!problem_.empty()) return false;
  if (status.is_ok()) {
    if (doubtful == 0) promise(false);
    return true;
  }
  if (faulty_ && disk_.has_failed()) {
    outlive_fault(doubtful);
  } else {
    problem_ = what + " after commit " + std::to_string(last_) + ": " + status.to_string();
  }
  return false;
}

void DirectoryLife::outlive_fault(size_t doubtful) {
  disk_.end_fault();
  faulty_ = false;
  const bool goes_on = engine_ != nullptr && engine_->accepts_writes();
  if (goes_on) {
    // What was refused never comes back, and what is committed is still read.
    attempt(last_);
    const auto found = read_content(*engine_->new_iterator({}));
    if (!done(found.status(), "read after a fault")) return;
    if (found->hash != commits_.hash_after(last_)) problem_ = "a refused commit is visible";
    return;
  }
  end_process();
  in_doubt_ = std::max(in_doubt_, last_ + doubtful);
  attempt(last_);
  DirectoryDisk copy(disk_.content());
  auto opened = copy.open(crash_options(seed_, 2000 + openings_));
  const uint64_t acknowledged = last_;
  if (!opened.is_ok()) {
    problem_ = "open after a fault: " + opened.status().to_string();
    return;
  }
  const auto found = read_content(*opened.value()->new_iterator({}));
  if (!done(found.status(), "read after a fault")) return;
  if (found->last < acknowledged || found->last > acknowledged + doubtful) {
    problem_ = "found commit " + std::to_string(found->last) + " after a fault, expected " +
               std::to_string(acknowledged) + " to " + std::to_string(acknowledged + doubtful);
    return;
  }
  last_ = found->last;
  open();
}

void DirectoryLife::open() {
  if (!problem_.empty()) return;
  last_opening_ = events();
  auto opened = disk_.open(crash_options(seed_, ++openings_));
  if (!opened.is_ok()) {
    engine_ = nullptr;
    done(opened.status(), "open");
    return;
  }
  engine_ = std::move(opened).value();
  const auto found = read_content(*engine_->new_iterator({}));
  if (!done(found.status(), "read")) return;
  if (found->last != last_ || found->hash != commits_.hash_after(last_)) {
    problem_ = "opened at commit " + std::to_string(found->last) + " instead of " +
               std::to_string(last_) + ", or with another content";
  }
}

void DirectoryLife::close() {
  held_.clear();
  const Status status = engine_->close();
  if (status.is_ok()) covered_ = last_;
  // A close that fails ends the engine all the same.
  if (!done(status, "close")) return;
  end_process();
}

void DirectoryLife::end_process() {
  held_.clear();
  disk_.end_process();
  engine_.reset();
}

// Both happen late in what there is, so that crashes can hit the recovery of the crash before.
void DirectoryLife::crash() {
  end_process();
  const size_t from = below(2) == 0 && last_opening_ < events() ? last_opening_ : events() / 2;
  const size_t event = from + below(events() - from);
  DirectoryImage found;
  Expectation expected;
  const bool kill = below(2) == 0;
  size_t torn = 0;
  {
    const DirectoryStates states = states_at(event);
    torn = below(states.event_bytes() + 1);
    if (below(2) == 0) torn = states.event_bytes();
    size_t log_durable = 0;
    found = kill ? states.killed(torn) : states.power_sample(random_(), log_durable);
    expected = kill ? after_kill(event, torn == states.event_bytes())
                    : after_power_failure(event, log_durable);
  }
  const bool whole = torn == disk_.events()[event].bytes.size();
  // What it recovers to tells what is promised from now on.
  DirectoryDisk copy(found);
  auto opened = copy.open(crash_options(seed_, 1000 + openings_));
  if (!opened.is_ok()) {
    problem_ = "open after a crash: " + opened.status().to_string();
    return;
  }
  const auto content = read_content(*opened.value()->new_iterator({}));
  if (!content.is_ok() || content->last < expected.floor || content->last > expected.ceiling) {
    problem_ = "not what was expected after a crash: " + content.status().to_string();
    return;
  }
  last_ = content->last;
  covered_ = 0;
  if (kill) {
    // The history goes on: what was not flushed may still be lost.
    disk_.go_back_to(event + 1, whole ? SIZE_MAX : torn);
    while (promises_.size() > 1 && promises_.back().events > event + (whole ? 1 : 0)) {
      promises_.pop_back();
    }
    covered_ = promises_.back().covered;
  } else {
    disk_.restart_from(std::move(found));
    promises_ = {{0, last_, last_, SIZE_MAX}};
    covered_ = last_;
    in_doubt_ = 0;
  }
  attempt(last_);
  open();
}

void DirectoryLife::promise(bool strict) {
  Promise p;
  p.events = events();
  p.last = last_;
  if (strict) p.log_sync = disk_.last_log_sync();
  // Everything is in tables when nothing is left to be flushed.
  if (engine_ != nullptr && engine_->stats().memtable_bytes == Memtable().memory_bytes()) {
    covered_ = last_;
  }
  p.covered = covered_;
  promises_.push_back(p);
}

Expectation DirectoryLife::after_kill(size_t event, bool whole) const {
  Expectation expected;
  expected.ceiling = disk_.events()[event].attempted;
  for (const Promise& p : promises_) {
    if (p.events <= event + (whole ? 1 : 0)) expected.floor = std::max(expected.floor, p.last);
  }
  return expected;
}

Expectation DirectoryLife::after_power_failure(size_t event, size_t log_durable) const {
  Expectation expected;
  expected.ceiling = disk_.events()[event].attempted;
  for (const Promise& p : promises_) {
    if (p.events > event + 1) continue;
    expected.floor = std::max(expected.floor, p.covered);
    if (p.log_sync <= log_durable) expected.floor = std::max(expected.floor, p.last);
  }
  return expected;
}

std::string DirectoryLife::check(DirectoryImage found, const Expectation& expected,
                                 uint64_t number) {
  DirectoryDisk disk(std::move(found));
  const bool later = number % 3 == 0;
  const auto content_of = [&](Engine& engine, uint64_t& last) -> std::string {
    const auto content = read_content(*engine.new_iterator({}));
    if (!content.is_ok()) return "reading: " + content.status().to_string();
    last = content->last;
    if (content->hash == commits_.hash_after(last, later)) return {};
    return "not the content after commit " + std::to_string(last);
  };
  // Other random numbers than any opening before.
  const uint64_t opening = (number + 1) << 20;
  auto opened = disk.open(crash_options(seed_, opening, later));
  if (!opened.is_ok()) return "opening: " + opened.status().to_string();
  uint64_t last = 0;
  std::string problem = content_of(*opened.value(), last);
  if (!problem.empty()) return problem;
  if (last < expected.floor || last > expected.ceiling) {
    return "commit " + std::to_string(last) + " is the last, expected " +
           std::to_string(expected.floor) + " to " + std::to_string(expected.ceiling);
  }
  Engine& engine = *opened.value();
  // No file is left over but the tables', the checkpoint and the log.
  const auto& names = disk.content().names;
  if (names[kTables].size() != engine.storage().stats().live_tables || names[kRoot].size() != 2) {
    return std::to_string(names[kTables].size()) + " and " + std::to_string(names[kRoot].size()) +
           " files are there";
  }
  // The next commit, which may be one that was lost, byte for byte.
  const Durability durability = number % 2 == 0 ? Durability::strict : Durability::relaxed;
  Status status = engine.write(commits_.batch(last + 1), durability);
  if (!status.is_ok()) return "writing on: " + status.to_string();
  if (number % kVerifiedOneIn == 0) {
    const Findings findings = engine.verify();
    if (!findings.empty()) return "verifying: " + findings.front().to_string();
  }
  const uint64_t how = number / 2 % 10;
  if (how == 0) status = engine.close();
  if (how == 1) status = engine.flush();
  if (how == 2) status = engine.compact_all();
  if (how == 3) status = engine.maintain(0).status();
  if (!status.is_ok()) return "ending in way " + std::to_string(how) + ": " + status.to_string();
  disk.end_process();
  opened = disk.open(crash_options(seed_, opening + 1, later));
  if (!opened.is_ok()) return "opening again: " + opened.status().to_string();
  uint64_t again = 0;
  problem = content_of(*opened.value(), again);
  if (problem.empty() && again != last + 1) problem = "the last commit is lost";
  return problem.empty() ? problem : "opened again, way " + std::to_string(how) + ": " + problem;
}

}  // namespace flowdb
