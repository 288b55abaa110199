// The skip list. Nodes stand in the arena, each followed by its links (one a level) and its key's
// bytes; level 0 is linked backwards, too, so that a cursor walks both ways at the same cost.
#include "memtable/memtable.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>

#include "memtable/arena.h"
#include "util/features.h"
#include "util/merge_sort.h"
#include "util/record_cursor.h"

namespace flowdb {

struct MemtableNode {
  Record record;
  MemtableNode* prev = nullptr;  // null in the first node
  MemtableNode** links() { return reinterpret_cast<MemtableNode**>(this + 1); }
  MemtableNode* next(int level) const {
    return reinterpret_cast<MemtableNode* const*>(this + 1)[level];
  }
};

namespace {

constexpr int kMaxHeight = 12;

// A node that is not linked yet.
struct NewNode {
  MemtableNode* node;
  int height;
};

// One of which that is put off. Most keys differ in their first bytes, which are compared without a
// look at the node.
struct Unordered {
  uint64_t first;
  uint64_t second;
  NewNode added;
};

bool comes_before(const Unordered& a, const Unordered& b) {
  if (a.first != b.first) return a.first < b.first;
  if (a.second != b.second) return a.second < b.second;
  return compare_records(a.added.node->record, b.added.node->record) < 0;
}

// The head has links, but no record.
struct Head {
  MemtableNode node;
  std::array<MemtableNode*, kMaxHeight> links{};
};
static_assert(offsetof(Head, links) == sizeof(MemtableNode), "links() finds the head's links, too");

}  // namespace

struct Memtable::State {
  Arena arena;
  Head head;
  MemtableNode* last = nullptr;
  int height = 1;
  // The finger: at each level the last node before, or at, the place of the last insert. Where keys
  // come in ascending order the next place is right behind it, and no search is needed.
  std::array<MemtableNode*, kMaxHeight> finger;
  uint64_t random = 0x9e3779b97f4a7c15;
  std::vector<Unordered> unordered;
  size_t count = 0;
  size_t data_bytes = 0;
  uint64_t changes = 0;
  int64_t min_ts = INT64_MAX;
  int64_t max_ts = INT64_MIN;
  uint64_t last_sequence = 0;
  std::shared_ptr<RangeRemoves> range_removes;
  uint64_t newest_pin = 0;

  State() { finger.fill(&head.node); }

  bool before(const MemtableNode* node, const Record& place) const {
    return node != nullptr && compare_records(node->record, place) < 0;
  }

  // The first node not before `place`.
  MemtableNode* find_first(const Record& place) const {
    const MemtableNode* at = &head.node;
    MemtableNode* next = nullptr;
    for (int level = height - 1; level >= 0; --level) {
      MemtableNode* const seen = next;  // compared one level above: not before `place`
      while ((next = at->next(level)) != seen && before(next, place)) at = next;
    }
    return next;
  }

  // Moves the finger to the last nodes before `place`.
  void move_finger(const Record& place) {
    // (1) Up, to the lowest level at which `place` lies between the finger and the node behind it:
    // the levels above enclose that one, so that they are right, too. Forwards all fingers are
    // before `place`, backwards all nodes behind them are not.
    const MemtableNode* seen = nullptr;  // not before `place`
    int level = 0;
    if (finger[0] == &head.node || before(finger[0], place)) {
      for (; level < height; ++level) {
        const MemtableNode* const next = finger[static_cast<size_t>(level)]->next(level);
        if (before(next, place)) continue;
        seen = next;
        break;
      }
    } else {
      do {
        ++level;
      } while (level < height && finger[static_cast<size_t>(level)] != &head.node &&
               !before(finger[static_cast<size_t>(level)], place));
      if (level < height) seen = finger[static_cast<size_t>(level)]->next(level);
    }
    MemtableNode* at = level < height ? finger[static_cast<size_t>(level)] : &head.node;
    // (2) Down again, searching.
    for (--level; level >= 0; --level) {
      MemtableNode* next = nullptr;
      while ((next = at->next(level)) != seen && before(next, place)) at = next;
      seen = next;
      finger[static_cast<size_t>(level)] = at;
    }
    assert(is_between(place));
  }

  // Whether the finger stands at the last nodes before `place`, at each level.
  bool is_between(const Record& place) const {
    for (int level = 0; level < height; ++level) {
      const MemtableNode* const at = finger[static_cast<size_t>(level)];
      if ((at != &head.node && !before(at, place)) || before(at->next(level), place)) return false;
    }
    return true;
  }

  // Whether a node beside the finger has the key.
  bool is_beside_key(std::string_view key) const {
    const MemtableNode* const next = finger[0]->next(0);
    if (next != nullptr && equal_bytes(next->record.key, key)) return true;
    return finger[0] != &head.node && equal_bytes(finger[0]->record.key, key);
  }

  // Links a node of this arena, or gives its content to the one that has its key, ts and sequence.
  // Result: whether it is the only one of its key.
  bool place(const NewNode& added) {
    MemtableNode* const node = added.node;
    const Record& record = node->record;
    last_sequence = record.sequence;
    min_ts = std::min(min_ts, record.ts);
    max_ts = std::max(max_ts, record.ts);
    move_finger(record);
    MemtableNode* const next = finger[0]->next(0);
    data_bytes += record.value.size();
    if (next != nullptr && compare_records(next->record, record) == 0) {
      // The old value's bytes stay: somebody may hold a view of them.
      data_bytes -= next->record.value.size();
      const std::string_view key = next->record.key;
      next->record = record;
      next->record.key = key;
      return false;
    }
    const bool is_first = !is_beside_key(record.key);
    height = std::max(height, added.height);
    node->prev = finger[0] == &head.node ? nullptr : finger[0];
    if (next != nullptr) {
      next->prev = node;
    } else {
      last = node;
    }
    for (int level = 0; level < added.height; ++level) {
      MemtableNode*& at = finger[static_cast<size_t>(level)];
      node->links()[level] = at->next(level);
      at->links()[level] = node;
      at = node;
    }
    ++count;
    data_bytes += record.key.size();
    return is_first;
  }

  // Each level holds a quarter of the one below.
  int random_height() {
    random ^= random << 13;
    random ^= random >> 7;
    random ^= random << 17;
    int result = 1;
    for (uint64_t bits = random >> 8; result < kMaxHeight && (bits & 3) == 0; bits >>= 2) ++result;
    return result;
  }

  std::string_view copy_value(std::string_view value) {
    if (value.empty()) return {};
    char* const bytes = arena.allocate(value.size());
    std::memcpy(bytes, value.data(), value.size());
    return {bytes, value.size()};
  }

  [[gnu::noinline]] NewNode new_node(const Record& record) {
    const int node_height = random_height();
    const size_t links_bytes = static_cast<size_t>(node_height) * sizeof(MemtableNode*);
    char* const bytes = arena.allocate(sizeof(MemtableNode) + links_bytes + record.key.size());
    auto* const node = new (bytes) MemtableNode{record, nullptr};
    char* const key = bytes + sizeof(MemtableNode) + links_bytes;
    if (!record.key.empty()) std::memcpy(key, record.key.data(), record.key.size());
    node->record.key = {key, record.key.size()};
    node->record.value = copy_value(record.value);
    return {node, node_height};
  }
};

Memtable::Memtable() : state_(std::make_unique<State>()) {}
Memtable::~Memtable() = default;

bool Memtable::insert(const Record& record) {
  State& s = *state_;
  ++s.changes;
  if (kFullEngine && record.kind == RecordKind::remove_range) {
    remove_range(record);
    return false;
  }
  return s.place(s.new_node(record));
}

void Memtable::insert_unordered(const Record& record) {
  State& s = *state_;
  char beginning[16] = {};
  record.key.copy(beginning, sizeof beginning);
  s.unordered.push_back({load_be64(beginning), load_be64(beginning + 8), s.new_node(record)});
}

void Memtable::order() {
  State& s = *state_;
  if (s.unordered.empty()) return;
  ++s.changes;
  merge_sort(s.unordered, comes_before);
  for (const Unordered& next : s.unordered) s.place(next.added);
  s.unordered = {};
}

void Memtable::remove_range(const Record& range) {
  State& s = *state_;
  const std::string_view end = range.value;
  if (s.last_sequence == range.sequence) {
    MemtableNode* node = s.find_first(place_before(range.key));
    for (; node != nullptr && node->record.key < end; node = node->next(0)) {
      if (node->record.sequence != range.sequence) continue;
      s.data_bytes -= node->record.value.size();
      node->record.kind = RecordKind::remove;
      node->record.value = {};
      node->record.expire_at = kNeverExpires;
    }
  }
  // Readers may hold what there is.
  if (s.range_removes == nullptr) {
    s.range_removes = std::make_shared<RangeRemoves>();
  } else if (s.range_removes.use_count() > 1) {
    s.range_removes = std::make_shared<RangeRemoves>(*s.range_removes);
  }
  s.range_removes->add(range.key, end, range.sequence, s.newest_pin);
  ++s.count;
  s.data_bytes += range.key.size() + end.size();
}

bool Memtable::has_range_removes() const { return kFullEngine && state_->range_removes != nullptr; }

std::shared_ptr<const RangeRemoves> Memtable::range_removes() const {
  return state_->range_removes;
}

void Memtable::keep_range_removes_for(uint64_t sequence) {
  state_->newest_pin = std::max(state_->newest_pin, sequence);
}

bool Memtable::find(std::string_view key, uint64_t sequence_max, Record& found,
                    int64_t ts_max) const {
  // Whoever writes keys in ascending order, and looks for each first, finds none.
  const MemtableNode* node = state_->last;
  if (node == nullptr || compare_bytes(node->record.key, key) < 0) return false;
  node = state_->find_first(place_before(key, ts_max));
  for (; node != nullptr && node->record.key == key; node = node->next(0)) {
    if (node->record.sequence <= sequence_max) {
      found = node->record;
      return true;
    }
  }
  return false;
}

size_t Memtable::count() const { return state_->count; }
size_t Memtable::memory_bytes() const {
  const auto& ranges = state_->range_removes;
  return sizeof(State) + state_->arena.memory_bytes() +
         state_->unordered.capacity() * sizeof(Unordered) +
         (ranges == nullptr ? 0 : ranges->memory_bytes());
}
size_t Memtable::data_bytes() const { return state_->data_bytes; }
uint64_t Memtable::changes() const { return state_->changes; }

int64_t Memtable::min_ts() const { return state_->min_ts; }
int64_t Memtable::max_ts() const { return state_->max_ts; }

void Memtable::Cursor::seek_to_first() { node_ = table_->state_->head.node.next(0); }
void Memtable::Cursor::seek_to_last() { node_ = table_->state_->last; }

void Memtable::Cursor::seek(std::string_view key, int64_t ts, uint64_t sequence) {
  Record place;
  place.key = key;
  place.ts = ts;
  place.sequence = sequence;
  node_ = table_->state_->find_first(place);
}

void Memtable::Cursor::next() {
  assert(valid());
  node_ = node_->next(0);
}

void Memtable::Cursor::prev() {
  assert(valid());
  node_ = node_->prev;
}

const Record& Memtable::Cursor::record() const {
  assert(valid());
  return node_->record;
}

}  // namespace flowdb
