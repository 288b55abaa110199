// The steps of a workload, and what each one promises.
#include "crash/workload.h"

#include <algorithm>

#include "crash/recovered.h"
#include "engine/spill.h"

namespace flowdb {
namespace {

uint64_t large_every(const Shape& shape) { return shape.large_commit > 0 ? 11 : 0; }

}  // namespace

Workload::Workload(const Shape& shape, uint64_t seed, const std::optional<Fault>& fault)
    : shape_(shape),
      seed_(seed),
      random_(seed),
      commits_(seed, large_every(shape), is_full(seed)),
      faulty_life_(fault.has_value()) {
  if (fault) disk_.set_fault(*fault);
  faulty_ = faulty_life_;
  open();
  // Most of them begin behind a clean close, which cuts the log to its small extents.
  if (problem_.empty() && below(4) != 0) {
    commit(false);
    close();
    open();
  }
  live();
  for (int i = 0; i < shape.crashes && problem_.empty(); ++i) {
    crash();
    if (problem_.empty()) live();
  }
  if (problem_.empty() && faulty_life_) kill();
  if (problem_.empty() && below(2) == 0) close();
  disk_.end_process();
}

Workload::~Workload() = default;

std::string Workload::check(Disk found, const Expectation& expected, uint64_t number) {
  return check_recovered(std::move(found), commits_, expected, seed_, number);
}

void Workload::live() {
  for (int i = 0; i < shape_.steps && problem_.empty(); ++i) step();
}

bool Workload::ok(const Status& status, std::string_view what) {
  if (!problem_.empty()) return false;
  if (status.is_ok()) return true;
  if (faulty_ && disk_.has_failed()) return false;
  problem_ =
      std::string(what) + " after commit " + std::to_string(last_) + ": " + status.to_string();
  return false;
}

void Workload::attempt(uint64_t number) { disk_.set_attempted(std::max(number, in_doubt_)); }

void Workload::step() {
  const Shape& s = shape_;
  const std::pair<int, void (Workload::*)()> steps[] = {
      {s.flush, &Workload::flush},
      {s.maintain, &Workload::maintain},
      {s.compact, &Workload::compact},
      {s.relocate, &Workload::relocate},
      {s.kill, &Workload::kill},
      {s.spill, &Workload::spill},
      {s.hold_iterator, &Workload::hold_or_release},
      {faulty_life_ ? 0 : s.fault, &Workload::step_with_fault},
  };
  int all = s.commit + s.reopen;
  for (const auto& [weight, run] : steps) all += weight;
  int pick = static_cast<int>(below(static_cast<size_t>(all)));
  for (const auto& [weight, run] : steps) {
    if (pick >= 0 && pick < weight) return (this->*run)();
    pick -= weight;
  }
  if (pick < s.commit) return commit(true);
  close();
  if (problem_.empty()) open();
}

void Workload::flush() {
  disk_.set_activity(Activity::flush);
  if (ok(engine_->flush(), "flush")) return promise(*engine_, false);
  outlive_fault(0);
}

void Workload::maintain() {
  disk_.set_activity(Activity::compaction);
  const Upkeep upkeep = below(2) == 0 ? Upkeep::due : Upkeep::all;
  for (size_t i = 1 + below(12); i > 0; --i) {
    if (!ok(engine_->maintain(0, upkeep).status(), "maintain")) return outlive_fault(0);
  }
  promise(*engine_, false);
}

void Workload::compact() {
  disk_.set_activity(Activity::compaction);
  if (ok(engine_->compact_all(), "compact_all")) return promise(*engine_, false);
  outlive_fault(0);
}

void Workload::relocate() {
  disk_.set_activity(Activity::relocation);
  Storage& storage = engine_->storage();
  for (int i = 0; i < 3 && storage.reclaimable_bytes() > 0; ++i) {
    if (!ok(storage.reclaim(), "reclaim")) return outlive_fault(0);
  }
  promise(*engine_, false);
}

void Workload::kill() {
  held_.clear();
  disk_.end_process();
  engine_.reset();
  open();
}

void Workload::commit(bool grouped) {
  const size_t count = grouped && below(3) == 0 ? 2 + below(2) : 1;
  std::vector<WriteBatch> batches;
  std::vector<const WriteBatch*> pointers;
  for (size_t i = 1; i <= count; ++i) batches.push_back(commits_.batch(last_ + i));
  for (const WriteBatch& batch : batches) pointers.push_back(&batch);
  const bool strict = below(3) == 0;
  disk_.set_activity(Activity::commit);
  attempt(last_ + count);
  if (!ok(engine_->write(pointers, strict ? Durability::strict : Durability::relaxed), "write")) {
    return outlive_fault(count);
  }
  committed(*engine_, count, strict);
}

// Its writes go to tables in two runs, of which the newer one counts; between them another commit
// may be made.
void Workload::spill() {
  const bool other_between = !faulty_ && below(2) == 0;
  const uint64_t number = last_ + (other_between ? 2 : 1);
  Memtable obsolete;
  Memtable newest;
  fill_runs(commits_.batch(number), obsolete, newest);
  // It must not outlive the engine.
  auto spill = std::make_unique<Spill>();
  const auto outlive = [&](size_t count) {
    spill.reset();
    outlive_fault(count);
  };
  disk_.set_activity(Activity::flush);
  if (!ok(engine_->spill(obsolete, *spill), "spill")) return outlive(0);
  if (other_between) commit(false);
  if (!problem_.empty()) return;
  disk_.set_activity(Activity::flush);
  if (!ok(engine_->spill(newest, *spill), "spill")) return outlive(0);
  attempt(number);
  if (!ok(engine_->write_spill(*spill), "write_spill")) return outlive(1);
  committed(*engine_, 1, false);
}

void Workload::step_with_fault() {
  Fault fault;
  const bool commits = below(2) == 0;  // with one or two calls most often
  fault.call = static_cast<int64_t>(below(commits ? 3 : 20));
  fault.outcome = static_cast<Fault::Outcome>(below(Fault::kOutcomes));
  fault.for_good = below(3) == 0;
  disk_.set_fault(fault);
  faulty_ = true;
  switch (commits ? 4 : below(4)) {
    case 0:
      flush();
      break;
    case 1:
      maintain();
      break;
    case 2:
      compact();
      break;
    case 3:
      close();
      open();
      break;
    default:
      commit(true);
      break;
  }
  disk_.end_fault();
  faulty_ = false;
}

void Workload::outlive_fault(size_t count) {
  if (!problem_.empty()) return;
  disk_.end_fault();
  const bool open_still = engine_ != nullptr && engine_->accepts_writes();
  if (open_still) {
    // What was refused never comes back, and what is committed is still read.
    attempt(last_);
    const auto found = read_content(*engine_->new_iterator({}));
    if (ok(found.status(), "read after a fault") && found->hash != commits_.hash_after(last_)) {
      problem_ = "a refused commit is visible behind " + std::to_string(last_);
    }
    // Before the next write covers what is left of it.
    if (below(2) == 0) kill();
    return;
  }
  held_.clear();
  disk_.end_process();
  engine_.reset();
  in_doubt_ = std::max(in_doubt_, last_ + count);
  attempt(last_);
  FaultyDisk copy(disk_.content());
  auto opened =
      Engine::open(copy.open_container(), copy.open_log(), crash_options(seed_, 2000 + openings_));
  if (!ok(opened.status(), "open after a fault")) return;
  const auto found = read_content(*opened.value()->new_iterator({}));
  if (!ok(found.status(), "read after a fault")) return;
  if (found->last < last_ || found->last > last_ + count) {
    problem_ = "found commit " + std::to_string(found->last) + " after a fault, expected " +
               std::to_string(last_) + " to " + std::to_string(last_ + count);
    return;
  }
  last_ = found->last;
  open();
}

void Workload::open() {
  disk_.set_activity(Activity::recovery);
  last_opening_ = history().events.size();
  auto opened =
      Engine::open(disk_.open_container(), disk_.open_log(), crash_options(seed_, ++openings_));
  if (!ok(opened.status(), "open")) return outlive_fault(0);
  engine_ = std::move(opened).value();
  const auto found = read_content(*engine_->new_iterator({}));
  if (!ok(found.status(), "read")) return outlive_fault(0);
  if (found->last != last_ || found->hash != commits_.hash_after(last_)) {
    problem_ = "opened at commit " + std::to_string(found->last) + " instead of " +
               std::to_string(last_) + ", or with another content";
    return;
  }
  recovered(*engine_);
}

void Workload::close() {
  held_.clear();
  disk_.set_activity(Activity::flush);
  if (ok(engine_->close(), "close")) promise(*engine_, false);
  if (!problem_.empty()) return;
  disk_.end_process();
  engine_.reset();
}

// A view that is held while tables come and go still reads what it saw.
void Workload::hold_or_release() {
  if (held_.size() < 2 && below(2) == 0) {
    held_.push_back(hold_view(*engine_, last_, below(2) == 0));
    return;
  }
  if (held_.empty()) return;
  HeldView held = std::move(held_.front());
  held_.erase(held_.begin());
  const uint64_t number = held.number;
  const auto found = release_view(*engine_, std::move(held));
  if (!ok(found.status(), "a held view")) return;
  if (found->hash != commits_.hash_after(number)) {
    problem_ = "a view held since commit " + std::to_string(number) + " reads something else";
  }
}

size_t Workload::last_superblock(size_t event) const {
  while (event > 0 && !is_superblock(history().events[event])) --event;
  return event;
}

bool Workload::has_written_log(size_t event) const {
  const auto& events = history().events;
  for (size_t i = event; i-- > 0 && events[i].attempted == events[event].attempted;) {
    if (events[i].file == kLogFile && events[i].kind == FileEvent::Kind::write) return true;
  }
  return false;
}

void Workload::crash() {
  held_.clear();
  // Both happen late in what there is, so that crashes can hit the recovery of the crash before.
  const size_t events = history().events.size();
  if (events == 0) return;
  const size_t from = last_opening_ < events && below(2) == 0 ? last_opening_ : events / 2;
  size_t event = from + below(events - from);
  const bool kill = below(2) == 0;
  // The next process may take for durable what it finds: most of all a superblock.
  const size_t superblock = kill && below(2) == 0 ? last_superblock(event) : 0;
  if (superblock > 0) event = superblock;
  const CrashPoint point(history(), event);
  Disk found;
  Expectation expected;
  size_t torn = point.event_bytes();
  bool whole = true;
  if (kill) {
    if (superblock == 0 && !point.is_atomic()) torn = below(torn + 1);
    found = point.killed(torn);
    whole = torn == point.event_bytes();
    expected = after_kill(event, whole);
  } else {
    DurableUpTo durable;
    found = point.power_sample(random_(), durable);
    expected = after_power_failure(event, durable);
  }
  // What it recovers to tells what is promised from now on.
  FaultyDisk copy(found);
  copy.set_recording(false);
  auto opened =
      Engine::open(copy.open_container(), copy.open_log(), crash_options(seed_, 1000 + openings_));
  if (!ok(opened.status(), "open after a crash")) return;
  const auto content = read_content(*opened.value()->new_iterator({}));
  if (!ok(content.status(), "read after a crash")) return;
  if (content->last < expected.floor || content->last > expected.ceiling) {
    problem_ = "found commit " + std::to_string(content->last) + " after a crash, expected " +
               std::to_string(expected.floor) + " to " + std::to_string(expected.ceiling);
    return;
  }
  engine_.reset();
  last_ = content->last;
  if (kill) {
    // A failed write that is being taken back comes back when the flush behind that does nothing;
    // it was neither acknowledged nor refused.
    if (has_written_log(event)) in_doubt_ = std::max(in_doubt_, expected.ceiling);
    // The history goes on: what was not flushed may still be lost.
    disk_.go_back_to(event + 1, torn);
    while (promises_.size() > 1 && promises_.back().events > event + (whole ? 1 : 0)) {
      promises_.pop_back();
    }
  } else {
    disk_.restart_from(std::move(found));
    promises_ = {{0, last_, last_, SIZE_MAX}};
    in_doubt_ = 0;
  }
  attempt(last_);
  open();
}

}  // namespace flowdb
