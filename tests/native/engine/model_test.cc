// The engine against a std::map under random operations: writes, reads, walks, snapshots, flushes,
// compactions, clean and unclean reopening. The seed is printed when a run fails; FLOWDB_SEED
// replays it.
#include <gtest/gtest.h>

#include <cstdlib>
#include <map>
#include <optional>

#include "engine/test_engine.h"

namespace flowdb {
namespace {

struct Place {
  std::string key;
  int64_t ts = 0;
  bool operator<(const Place& other) const {
    return key != other.key ? key < other.key : ts > other.ts;
  }
};
using Model = std::map<Place, std::string>;

class ModelRun {
 public:
  ModelRun(uint64_t seed, bool times) : random_(seed), times_(times) {}

  void run(int steps) {
    for (int i = 0; i < steps && !testing::Test::HasFailure(); ++i) step();
    if (testing::Test::HasFailure()) return;
    release_snapshots();
    check_everything();
    expect_ok(engine_->compact_all());
    check_everything();
    reopen(true);
    check_everything();
  }

 private:
  uint64_t pick(uint64_t end) { return random_() % end; }
  std::string key() { return "key" + std::to_string(pick(400)); }
  int64_t ts() { return times_ ? static_cast<int64_t>(pick(3)) - 1 : 0; }
  std::string value() {
    const uint64_t length = pick(50) == 0 ? pick(6000) : pick(60);
    return std::string(length, static_cast<char>('a' + pick(26)));
  }

  void step() {
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

  void put(WriteBatch& batch, Model& model) {
    const Place place{key(), ts()};
    if (pick(4) == 0) {
      batch.remove(place.key, place.ts);
      model.erase(place);
    } else {
      const std::string bytes = value();
      const bool gone = pick(20) == 0;
      batch.put(place.key, bytes, place.ts, gone ? 5 : kNeverExpires);
      if (gone) {
        model.erase(place);
      } else {
        model[place] = bytes;
      }
    }
  }

  void write_batches() {
    std::vector<WriteBatch> batches(1 + pick(3));
    std::vector<const WriteBatch*> pointers;
    // Now and then more than the log takes at once.
    const uint64_t count = pick(40) == 0 ? 1000 : 1 + pick(12);
    for (WriteBatch& batch : batches) {
      for (uint64_t i = pick(count); i > 0; --i) put(batch, model_);
      pointers.push_back(&batch);
    }
    expect_ok(engine_->write(pointers, pick(2) == 0 ? Durability::strict : Durability::relaxed));
  }

  void fill(Memtable& overlay, Model& model, uint64_t count) {
    for (uint64_t i = 0; i < count; ++i) {
      const Place place{key(), 0};
      const uint64_t sequence = overlay.count();
      if (pick(4) == 0) {
        overlay.insert({place.key, {}, 0, kNeverExpires, sequence, RecordKind::remove});
        model.erase(place);
      } else {
        const std::string bytes = value();
        overlay.insert({place.key, bytes, 0, kNeverExpires, sequence, RecordKind::put});
        model[place] = bytes;
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
    const Result<bool> more = engine_->maintain(static_cast<int64_t>(pick(2)));
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
    engine_ = stored_.open(tiny_options(random_()));
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

  void check_overlay() {
    Memtable overlay;
    Model model = model_;
    fill(overlay, model, pick(30));
    ReadOptions options;
    options.overlay = &overlay;
    check_walk(model, options);
    for (int i = 0; i < 5; ++i) check_get(model, options, key());
  }

  void check_get(const Model& model, const ReadOptions& options, const std::string& wanted) {
    const auto expected = model.lower_bound({wanted, INT64_MAX});
    std::string found;
    const Status status = engine_->get(wanted, options, found);
    if (expected == model.end() || expected->first.key != wanted) {
      EXPECT_EQ(status.code(), StatusCode::not_found) << wanted << " " << status.to_string();
    } else {
      expect_ok(status);
      EXPECT_EQ(found, expected->second) << wanted;
    }
  }

  // A walk from somewhere, that turns round now and then.
  void check_walk(const Model& model, ReadOptions options) {
    const std::string lower = key();
    const std::string upper = key();
    if (pick(2) == 0) options.lower = lower;
    if (pick(2) == 0) options.upper = upper;
    const auto begin = options.lower ? model.lower_bound({lower, INT64_MAX}) : model.begin();
    auto end = options.upper ? model.lower_bound({upper, INT64_MAX}) : model.end();
    if (options.lower && options.upper && lower >= upper) end = begin;
    auto iterator = engine_->new_iterator(options);
    auto at = begin;
    const std::string target = key();
    const uint64_t way = pick(4);
    SCOPED_TRACE("seek " + std::to_string(way) + " target " + target + " lower " +
                 (options.lower ? lower : "") + " upper " + (options.upper ? upper : ""));
    switch (way) {
      case 0:
        iterator->seek_to_first();
        break;
      case 1:
        iterator->seek_to_last();
        at = begin == end ? end : std::prev(end);
        break;
      case 2:
        iterator->seek(target);
        at =
            begin == end ? end : model.lower_bound({std::max(target, begin->first.key), INT64_MAX});
        if (at == model.end() || (options.upper && at->first.key >= upper)) at = end;
        break;
      default:
        iterator->seek_for_prev(target);
        at = model.upper_bound({target, INT64_MIN});
        if (options.upper && upper <= target) at = end;
        at = at == begin || begin == end || (options.lower && target < lower) ? end : std::prev(at);
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
      ASSERT_EQ(iterator->value(), at->second);
      if (turns > 0 && pick(20) < turns) forward = !forward;
      if (forward) {
        iterator->next();
        ++at;
      } else {
        iterator->prev();
        at = at == begin ? end : std::prev(at);
      }
    }
  }

  void check_everything() {
    auto iterator = engine_->new_iterator({});
    auto expected = model_.begin();
    for (iterator->seek_to_first(); iterator->valid(); iterator->next(), ++expected) {
      ASSERT_NE(expected, model_.end());
      ASSERT_EQ(iterator->key(), expected->first.key);
      ASSERT_EQ(iterator->value(), expected->second);
    }
    expect_ok(iterator->status());
    ASSERT_EQ(expected, model_.end());
    for (int i = 0; i < 420; ++i) check_get(model_, {}, "key" + std::to_string(i));
  }

  std::mt19937_64 random_;
  bool times_;
  Model model_;
  StoredDatabase stored_;
  std::unique_ptr<Engine> engine_ = stored_.open(tiny_options());
  std::vector<std::pair<uint64_t, Model>> snapshots_;
};

void run_model(bool times) {
  const char* const given = std::getenv("FLOWDB_SEED");
  for (int round = 0; round < 12; ++round) {
    const uint64_t seed =
        given != nullptr ? std::strtoull(given, nullptr, 10) : std::random_device()();
    SCOPED_TRACE("FLOWDB_SEED=" + std::to_string(seed));
    ModelRun(seed, times).run(1500);
    if (testing::Test::HasFailure() || given != nullptr) return;
  }
}

TEST(ModelTest, OneVersionAKey) { run_model(false); }
TEST(ModelTest, ManyTimesAKey) { run_model(true); }

}  // namespace
}  // namespace flowdb
