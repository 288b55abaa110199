// The engine against a std::map under random operations: puts, removals, of ranges, too, expiry,
// reads, walks with all bounds, snapshots, flushes, compactions, clean and unclean reopening. The
// seed is printed when a run fails; FLOWDB_SEED replays it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <optional>

#include "engine/test_engine.h"
#include "engine/version_model.h"

namespace flowdb {
namespace {

using Place = VersionPlace;
using Content = VersionContent;
using Model = VersionModel;

class ModelRun {
 public:
  // `style`: nullopt: another one at each opening.
  ModelRun(uint64_t seed, bool times, std::optional<CompactionStyle> style)
      : random_(seed), times_(times), style_(style) {}

  void run(int steps) {
    for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) step();
    if (testing::Test::HasFailure()) return;
    release_snapshots();
    check_everything();
    expect_ok(engine_->compact_all());
    check_everything();
    *now_ += 1000;
    check_everything();
    reopen(true);
    check_everything();
  }

 private:
  uint64_t pick(uint64_t end) { return random_() % end; }
  std::string key() { return "key" + std::to_string(pick(400)); }
  int64_t ts() { return times_ ? static_cast<int64_t>(pick(5)) - 2 : 0; }
  int64_t expiry(int64_t ttl_us) const { return ttl_us == 0 ? kNeverExpires : *now_ + ttl_us; }
  EngineOptions options() {
    EngineOptions result = tiny_options(random_());
    result.now_us = [now = now_] { return *now; };
    result.default_ttl_us = default_ttl_us_;
    result.compaction_style = style_.value_or(static_cast<CompactionStyle>(pick(2)));
    return result;
  }
  std::string value() {
    const uint64_t length = pick(50) == 0 ? pick(6000) : pick(60);
    return std::string(length, static_cast<char>('a' + pick(26)));
  }

  void step() {
    *now_ += static_cast<int64_t>(pick(3));
    switch (pick(20)) {
      case 0:
        return expect_ok(engine_->flush());
      case 1:
        return maintain();
      case 2:
        return pick(10) == 0 ? expect_ok(engine_->compact_all()) : maintain();
      case 3:
        return pick(3) == 0 ? reopen(pick(2) == 0) : maintain();
      case 4:
        return take_snapshot();
      case 5:
        return pick(4) == 0 ? release_snapshots() : check_snapshot();
      case 6:
      case 7:
        return check_walk(model_, {});
      case 8:
      case 9:
      case 10:
        return check_get(model_, {}, key());
      case 11:
        return check_overlay();
      case 12:
        return write_overlays();
      default:
        return write_batches();
    }
  }

  // Two keys near each other, now and then far.
  std::pair<std::string, std::string> range() {
    const uint64_t first = pick(400);
    const uint64_t last = first + pick(pick(5) == 0 ? 300 : 10);
    return std::minmax("key" + std::to_string(first), "key" + std::to_string(last));
  }
  void put(WriteBatch& batch, Model& model, int64_t ttl_us) {
    if (pick(30) == 0) {
      const auto [begin, end] = range();
      batch.remove_range(begin, end);
      return erase_range(model, begin, end);
    }
    const Place place{key(), ts()};
    if (pick(4) == 0) {
      batch.remove(place.key, place.ts);
      model.erase(place);
    } else {
      Content content{value()};
      // Some have expired when they are written.
      if (pick(4) == 0) content.expire_at = *now_ + static_cast<int64_t>(pick(300));
      batch.put(place.key, content.value, place.ts, content.expire_at);
      if (content.expire_at == kNeverExpires) content.expire_at = expiry(ttl_us);
      model[place] = content;
    }
  }

  void write_batches() {
    std::vector<WriteBatch> batches(1 + pick(3));
    std::vector<const WriteBatch*> pointers;
    // Now and then more than the log takes at once.
    const uint64_t count = pick(40) == 0 ? 1000 : 1 + pick(12);
    for (WriteBatch& batch : batches) {
      const uint64_t operations = pick(count);
      // A TTL counts for what has none of its own.
      int64_t ttl_us = default_ttl_us_;
      if (pick(5) == 0) {
        ttl_us = static_cast<int64_t>(pick(3)) * 100;
        batch.set_ttl(ttl_us);
      }
      for (uint64_t i = operations; i > 0; --i) put(batch, model_, ttl_us);
      pointers.push_back(&batch);
    }
    expect_ok(engine_->write(pointers, pick(2) == 0 ? Durability::strict : Durability::relaxed));
  }

  void fill(Memtable& overlay, Model& model, uint64_t count) {
    same_number_ = pick(2) == 0;
    for (uint64_t i = 0; i < count; ++i) {
      const Place place{key(), 0};
      // A transaction numbers all its writes alike, or not.
      const uint64_t sequence = same_number_ ? 7 : 1 + i;
      if (pick(20) == 0) {
        const auto [begin, end] = range();
        if (begin == end) continue;
        overlay.insert({begin, end, 0, kNeverExpires, sequence, RecordKind::remove_range});
        erase_range(model, begin, end);
      } else if (pick(4) == 0) {
        overlay.insert({place.key, {}, 0, kNeverExpires, sequence, RecordKind::remove});
        model.erase(place);
      } else {
        const Content content{value(), expiry(default_ttl_us_)};
        // The default counts only when it is written; one that nobody writes has to have it itself.
        overlay.insert({place.key, content.value, 0, content.expire_at, sequence, RecordKind::put});
        model[place] = content;
      }
    }
  }

  void write_overlays() {
    Memtable first;
    Memtable second;
    fill(first, model_, pick(10));
    fill(second, model_, pick(20) == 0 ? 1000 : pick(10));
    expect_ok(engine_->write_overlays({&first, &second}, Durability::relaxed));
  }

  void maintain() {
    const Upkeep upkeep = pick(2) == 0 ? Upkeep::due : Upkeep::all;
    const Result<bool> more = engine_->maintain(static_cast<int64_t>(pick(2)), upkeep);
    expect_ok(more.status());
  }

  void reopen(bool cleanly) {
    release_snapshots();
    if (cleanly) {
      expect_ok(engine_->close());
      EXPECT_LE(stored_.log->size(), 4096u);
    }
    // The files as they are, without what a destructor may do.
    const StoredDatabase found = stored_.copy();
    engine_.reset();
    stored_ = found;
    engine_ = stored_.open(options());
  }

  void take_snapshot() {
    if (snapshots_.size() > 3) return;
    snapshots_.emplace_back(engine_->pin_snapshot(), model_);
  }

  void release_snapshots() {
    for (const auto& [sequence, model] : snapshots_) engine_->unpin_snapshot(sequence);
    snapshots_.clear();
  }

  void check_snapshot() {
    if (snapshots_.empty()) return;
    const auto& [sequence, model] = snapshots_[pick(snapshots_.size())];
    ReadOptions options;
    options.snapshot = sequence;
    check_walk(model, options);
    check_get(model, options, key());
  }

  // Bounds of all kinds, each now and then.
  void choose_bounds(ReadOptions& options) {
    lower_ = key();
    upper_ = key();
    prefix_ = key().substr(0, 3 + pick(4));
    if (pick(2) == 0) options.lower = lower_;
    if (pick(2) == 0) options.upper = upper_;
    if (pick(4) == 0) options.prefix = prefix_;
    if (pick(4) == 0) options.ts_min = ts();
    if (pick(4) == 0) options.ts_max = ts();
    if (pick(4) == 0) options.versions = Versions::latest;
  }

  // What a reader with these bounds shall see.
  Model visible(const Model& model, const ReadOptions& options) const {
    Model found;
    for (const auto& [place, content] : model) {
      if (options.lower && place.key < *options.lower) continue;
      if (options.upper && place.key >= *options.upper) continue;
      if (place.key.compare(0, options.prefix.size(), options.prefix) != 0) continue;
      if (place.ts < options.ts_min || place.ts > options.ts_max) continue;
      if (content.expire_at <= *now_) continue;
      const bool same_key = !found.empty() && std::prev(found.end())->first.key == place.key;
      if (same_key && options.versions == Versions::latest) continue;
      found.emplace_hint(found.end(), place, content);
    }
    return found;
  }

  void check_overlay() {
    Memtable overlay;
    Model model = model_;
    fill(overlay, model, pick(30));
    ReadOptions options;
    options.overlay = &overlay;
    check_walk(model, options);
    for (int i = 0; i < 5; ++i) check_get(model, options, key());
  }

  void check_get(const Model& model, ReadOptions options, const std::string& wanted) {
    if (pick(4) == 0) options.ts_max = ts();
    if (pick(8) == 0) options.ts_min = ts();
    std::string found;
    int64_t expire_at = 0;
    const Status status = engine_->get(wanted, options, found, &expire_at);
    for (auto at = model.lower_bound({wanted, options.ts_max});
         at != model.end() && at->first.key == wanted && at->first.ts >= options.ts_min; ++at) {
      if (at->second.expire_at <= *now_) continue;
      expect_ok(status);
      EXPECT_EQ(found, at->second.value) << wanted;
      EXPECT_EQ(expire_at, at->second.expire_at) << wanted;
      return;
    }
    EXPECT_EQ(status.code(), StatusCode::not_found) << wanted << " " << status.to_string();
  }

  // A walk from somewhere, that turns round now and then.
  void check_walk(const Model& model, ReadOptions options) {
    choose_bounds(options);
    const Model view = visible(model, options);
    auto iterator = engine_->new_iterator(options);
    auto at = view.begin();
    const auto end = view.end();
    const std::string target = key();
    const uint64_t way = pick(4);
    SCOPED_TRACE("seek " + std::to_string(way) + " target " + target);
    switch (way) {
      case 0:
        iterator->seek_to_first();
        break;
      case 1:
        iterator->seek_to_last();
        at = view.empty() ? end : std::prev(end);
        break;
      case 2:
        iterator->seek(target);
        at = view.lower_bound({target, INT64_MAX});
        break;
      default:
        iterator->seek_for_prev(target);
        at = view.upper_bound({target, INT64_MIN});
        at = at == view.begin() ? end : std::prev(at);
    }
    const uint64_t turns = pick(3);
    bool forward = pick(2) == 0;
    for (int steps = 0; steps < 2000; ++steps) {
      expect_ok(iterator->status());
      ASSERT_EQ(iterator->valid(), at != end);
      if (at == end) return;
      ASSERT_EQ(iterator->key(), at->first.key)
          << "step " << steps << (forward ? " forward" : " backward");
      ASSERT_EQ(iterator->ts(), at->first.ts);
      ASSERT_EQ(iterator->value(), at->second.value);
      ASSERT_EQ(iterator->expire_at(), at->second.expire_at);
      if (turns > 0 && pick(20) < turns) forward = !forward;
      if (forward) {
        iterator->next();
        ++at;
      } else {
        iterator->prev();
        at = at == view.begin() ? end : std::prev(at);
      }
    }
  }

  void check_everything() {
    const Model view = visible(model_, {});
    auto iterator = engine_->new_iterator({});
    auto expected = view.begin();
    for (iterator->seek_to_first(); iterator->valid(); iterator->next(), ++expected) {
      ASSERT_NE(expected, view.end());
      ASSERT_EQ(iterator->key(), expected->first.key);
      ASSERT_EQ(iterator->value(), expected->second.value);
    }
    expect_ok(iterator->status());
    ASSERT_EQ(expected, view.end());
    for (int i = 0; i < 420; ++i) check_get(model_, {}, "key" + std::to_string(i));
  }

  std::mt19937_64 random_;
  bool times_;
  std::optional<CompactionStyle> style_;
  Model model_;
  std::shared_ptr<int64_t> now_ = std::make_shared<int64_t>(1'000'000);
  int64_t default_ttl_us_ = pick(2) == 0 ? 0 : 200;
  bool same_number_ = false;
  StoredDatabase stored_;
  std::unique_ptr<Engine> engine_ = stored_.open(options());
  // The bytes of the bounds in use.
  std::string lower_;
  std::string upper_;
  std::string prefix_;
  std::vector<std::pair<uint64_t, Model>> snapshots_;
};

void run_model(bool times, std::optional<CompactionStyle> style = CompactionStyle::leveled) {
  const char* const given = std::getenv("FLOWDB_SEED");
  for (int round = 0; round < 12; ++round) {
    const uint64_t seed =
        given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
    SCOPED_TRACE("FLOWDB_SEED=" + std::to_string(seed));
    ModelRun(seed, times, style).run(1500);
    if (testing::Test::HasFailure() || given != nullptr) return;
  }
}

TEST(ModelTest, OneVersionAKey) { run_model(false); }
TEST(ModelTest, ManyTimesAKey) { run_model(true); }
TEST(ModelTest, OneVersionAKeySizeTiered) { run_model(false, CompactionStyle::size_tiered); }
TEST(ModelTest, ManyTimesAKeySizeTiered) { run_model(true, CompactionStyle::size_tiered); }
TEST(ModelTest, InOneStyleAndTheOther) { run_model(true, std::nullopt); }

}  // namespace
}  // namespace flowdb
