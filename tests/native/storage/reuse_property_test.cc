// Random sequences of everything that a container does, while readers hold tables that are removed:
// no live or held byte changes, the file stays framed to its end, every reopening finds the same,
// and the original finds the same wherever the file is in its form. Superblocks are damaged between
// the steps: what then opens is what was committed.
#include <gtest/gtest.h>

#include <cstdlib>
#include <random>

#include "storage/framing.h"
#include "storage/original.h"
#include "storage/stored_container.h"

namespace flowdb {
namespace {

struct Held {
  uint32_t id;
  std::shared_ptr<const TableLocation> location;
  std::string bytes;
};

class RandomRun {
 public:
  explicit RandomRun(uint64_t seed) : random_(seed) { reopen(); }

  void step() {
    // A file is not in the original's form for long.
    const bool is_for_the_original = !container_->regions_reused() && random_() % 8 == 0;
    const uint64_t what = is_for_the_original ? 93 : random_() % 100;
    if (what < 30) {
      write_a_table();
    } else if (what < 62) {
      apply();
    } else if (what < 67) {
      finish_waiting();
      const uint32_t id = some_id();
      model_[id] = some_bytes();
      ok(container_->write_sst(id, model_[id]), "write_sst");
    } else if (what < 71) {
      finish_waiting();
      const uint32_t id = live_id();
      ok(container_->delete_sst(id), "delete_sst");
      model_.erase(id);
    } else if (what < 76) {
      finish_waiting();
      ok(container_->write_checkpoint(), "write_checkpoint");
    } else if (what < 84) {
      finish_waiting();
      ok(container_->reclaim(), "reclaim");
    } else if (what < 89) {
      give_up_a_table();
    } else if (what < 93) {
      reopen();
    } else if (what < 95) {
      append_as_the_original();
    } else if (what < 98) {
      if (const auto& tables = container_->tables(); !tables.empty()) {
        const uint32_t id = live_id();
        held_.push_back({id, container_->hold_table(id), contents(*container_).at(id)});
      }
    } else if (!held_.empty()) {
      held_.erase(held_.begin() + static_cast<ptrdiff_t>(random_() % held_.size()));
    }
    check(what);
  }

  bool has_reused() const { return has_reused_; }
  bool appended_a_checkpoint() const { return appended_a_checkpoint_; }
  bool appended_to_unclosed() const { return appended_to_unclosed_; }
  int opened_without_superblocks() const { return opened_without_superblocks_; }

  void copy() {
    const Bytes copied = no_bytes();
    MemoryFile target(copied);
    ok(container_->copy_to(target), "copy_to");
    EXPECT_TRUE(is_framed_to_its_end(*copied));
    EXPECT_EQ(original::contents(*copied), model_);
    EXPECT_EQ(contents(*open(copied)), model_);
    EXPECT_FALSE(open(copied)->regions_reused());
  }

  // With one superblock, what is there is found, but for what write_sst, delete_sst or the original
  // have appended.
  bool opens_with_one_superblock() const {
    return opened_with_one_superblock_ > 4 * refused_with_one_superblock_;
  }

  // Nothing more to do: the file becomes as small as it gets.
  void settle() {
    held_.clear();
    finish_waiting();
    ok(container_->write_checkpoint(), "write_checkpoint");
    for (int i = 0; container_->reclaimable_bytes() > 0; ++i) {
      ASSERT_LT(i, 10);
      ok(container_->reclaim(), "reclaim");
    }
    uint64_t needed = kFileHeaderBytes;
    for (const auto& [id, location] : container_->tables()) {
      needed = std::max(needed, location.offset + location.length);
    }
    // The checkpoint stays where moving it would not gain much.
    const uint64_t bytes_max = needed + 3 * kRegionBytesMin;
    EXPECT_LE(container_->regions_reused() ? bytes_->size() : 0, bytes_max);
  }

 private:
  static void ok(const Status& status, const char* what) {
    EXPECT_TRUE(status.is_ok()) << what << ": " << status.to_string();
  }

  std::string some_bytes() {
    const size_t sizes[] = {0, 20, 5000, 60'000, 70'000, 130'000, 200'000};
    size_t size = sizes[random_() % 7];
    if (random_() % 3 == 0) size += random_() % 5000;
    return deceptive_bytes(size, next_++);
  }
  uint32_t some_id() { return random_() % 2 == 0 && !model_.empty() ? live_id() : ++last_id_; }
  uint32_t live_id() {
    const auto& tables = container_->tables();
    if (tables.empty()) return 1;
    return std::next(tables.begin(), static_cast<ptrdiff_t>(random_() % tables.size()))->first;
  }

  void write_a_table() {
    const std::string bytes = some_bytes();
    auto writer = container_->begin_table(++last_id_, random_() % 2 == 0 ? bytes.size() : 0);
    ASSERT_TRUE(writer.is_ok()) << writer.status().to_string();
    for (size_t at = 0; at < bytes.size(); at += 7777) {
      ok(writer.value()->append(std::string_view(bytes).substr(at, 7777)), "append");
    }
    ok(writer.value()->finish(), "finish");
    waiting_[last_id_] = bytes;
  }

  void give_up_a_table() {
    auto writer = container_->begin_table(++last_id_, 100'000);
    ASSERT_TRUE(writer.is_ok()) << writer.status().to_string();
    ok(writer.value()->append(some_bytes()), "append");
  }

  // Some waiting tables come, some live ones go.
  void apply() {
    std::vector<uint32_t> added;
    for (const auto& [id, bytes] : waiting_) {
      if (random_() % 4 != 0) added.push_back(id);
    }
    std::vector<uint32_t> removed;
    for (const auto& [id, bytes] : model_) {
      if (model_.size() > 3 && random_() % 3 == 0) removed.push_back(id);
    }
    for (const uint32_t id : removed) model_.erase(id);
    for (const uint32_t id : added) {
      model_[id] = waiting_.at(id);
      waiting_.erase(id);
    }
    const std::string manifest(random_() % 3000, static_cast<char>('a' + random_() % 26));
    ok(container_->apply(added, removed, manifest), "apply");
  }

  void finish_waiting() {
    for (const auto& [id, bytes] : waiting_) container_->discard_table(id);
    waiting_.clear();
  }

  void reopen() {
    // A reader of this process does not outlive it.
    held_.clear();
    waiting_.clear();
    container_ = open(bytes_);
    ASSERT_NE(container_, nullptr);
    ok(container_->raise_epoch(), "raise_epoch");
  }

  // Where regions have been reused it needs a container that was closed: what stands behind another
  // one's end may be the rest of a commit that has failed.
  void append_as_the_original() {
    const bool is_canonical = !container_->regions_reused();
    held_.clear();
    if (!is_canonical || random_() % 2 == 0) {
      finish_waiting();
      ok(container_->close(), "close");
    } else {
      appended_to_unclosed_ = true;
    }
    waiting_.clear();
    container_.reset();
    // It finds the end of the file by its own scan.
    if (!is_framed_to_its_end(*bytes_)) bytes_->resize(framed_up_to(*bytes_, bytes_->size()));
    model_[++last_id_] = deceptive_bytes(random_() % 90'000, next_++);
    original::append_table(*bytes_, last_id_, model_[last_id_]);
    if (!model_.empty() && random_() % 2 == 0) {
      original::append_tombstone(*bytes_, model_.begin()->first);
      model_.erase(model_.begin());
    }
    // In another file it does not know what is live.
    if (is_canonical && !model_.empty() && random_() % 2 == 0) {
      auto live = original::recover(*bytes_);
      if (random_() % 2 == 0) {
        // Gone without a tombstone: the checkpoint replaces all that was live.
        model_.erase(live.begin()->first);
        live.erase(live.begin());
      }
      original::append_checkpoint(*bytes_, live);
      appended_a_checkpoint_ = true;
      if (random_() % 2 == 0) {
        model_[++last_id_] = deceptive_bytes(random_() % 90'000, next_++);
        original::append_table(*bytes_, last_id_, model_[last_id_]);
      }
    }
    container_ = open(bytes_);
    ASSERT_NE(container_, nullptr);
    EXPECT_TRUE(container_->changed_by_others());
    ok(container_->raise_epoch(), "raise_epoch");
  }

  void check(uint64_t what) {
    SCOPED_TRACE("after step " + std::to_string(what));
    EXPECT_TRUE(contents(*container_) == model_);
    for (const Held& held : held_) {
      std::string found(held.bytes.size(), '\0');
      ok(container_->read_table(held.id, *held.location, 0, found.data(), found.size()), "held");
      EXPECT_TRUE(found == held.bytes) << "held table " << held.id;
    }
    EXPECT_TRUE(is_framed_to_its_end(*bytes_))
        << framed_up_to(*bytes_, bytes_->size()) << " of " << bytes_->size();
    EXPECT_TRUE(contents(*open(copy_of(bytes_))) == model_);
    EXPECT_TRUE(container_->regions_reused() || original::contents(*bytes_) == model_);
    has_reused_ = has_reused_ || container_->regions_reused();
    check_damaged();
  }

  void check_damaged() {
    for (int slots = 1; slots <= 3; ++slots) {
      const Bytes damaged = copy_of(bytes_);
      if ((slots & 1) != 0)
        damaged->replace(kSlotOffsets[0], kSuperblockBytes, kSuperblockBytes, 'x');
      if ((slots & 2) != 0)
        damaged->replace(kSlotOffsets[1], kSuperblockBytes, kSuperblockBytes, 'x');
      const auto container = try_open(damaged);
      if (!container.is_ok()) {
        EXPECT_TRUE(container.status().is(StatusCode::corruption))
            << container.status().to_string();
        EXPECT_TRUE(slots == 3 || container_->regions_reused()) << container.status().to_string();
        if (slots != 3) ++refused_with_one_superblock_;
        continue;
      }
      (slots == 3 ? opened_without_superblocks_ : opened_with_one_superblock_) += 1;
      EXPECT_TRUE(contents(*container.value()) == model_) << "slots " << slots;
      // It is written on as if nothing had been lost.
      ok(container.value()->raise_epoch(), "raise_epoch without a superblock");
      EXPECT_TRUE(is_framed_to_its_end(*damaged)) << "slots " << slots;
      EXPECT_TRUE(contents(*open(damaged)) == model_) << "slots " << slots;
    }
  }

  std::mt19937_64 random_;
  Bytes bytes_ = no_bytes();
  std::unique_ptr<Container> container_;
  Contents model_;
  Contents waiting_;
  std::vector<Held> held_;
  uint32_t last_id_ = 0;
  uint32_t next_ = 1;
  bool has_reused_ = false;
  bool appended_a_checkpoint_ = false;
  bool appended_to_unclosed_ = false;
  int opened_with_one_superblock_ = 0;
  int refused_with_one_superblock_ = 0;
  int opened_without_superblocks_ = 0;
};

TEST(ReuseProperty, AnySequenceKeepsWhatIsLiveAndStaysFramed) {
  const char* const given = std::getenv("FLOWDB_SEED");
  const uint64_t first = given != nullptr ? std::strtoull(given, nullptr, 10) : 1;
  const uint64_t last = given != nullptr ? first : 40;
  int reused = 0;
  int opened = 0;
  int checkpoints = 0;
  int unclosed = 0;
  for (uint64_t seed = first; seed <= last && !HasFailure(); ++seed) {
    SCOPED_TRACE("FLOWDB_SEED=" + std::to_string(seed));
    RandomRun run(seed);
    for (int i = 0; i < 120 && !HasFailure(); ++i) {
      SCOPED_TRACE("step " + std::to_string(i));
      run.step();
    }
    EXPECT_TRUE(run.opens_with_one_superblock());
    run.copy();
    run.settle();
    reused += run.has_reused() ? 1 : 0;
    opened += run.opened_without_superblocks();
    checkpoints += run.appended_a_checkpoint() ? 1 : 0;
    unclosed += run.appended_to_unclosed() ? 1 : 0;
  }
  if (given == nullptr && !HasFailure()) {
    EXPECT_GT(reused, 30);
    EXPECT_GT(opened, 1000);
    EXPECT_GT(checkpoints, 15);
    EXPECT_GT(unclosed, 15);
  }
}

}  // namespace
}  // namespace flowdb
