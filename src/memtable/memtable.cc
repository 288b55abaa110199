// The skip list. Nodes stand in the arena, each followed by its links (one a level) and its key's
// bytes; level 0 is linked backwards, too, so that a cursor walks both ways at the same cost.
#include "memtable/memtable.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstring>

#include "memtable/arena.h"
#include "util/features.h"
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

  MemtableNode* new_node(const Record& record, int node_height) {
    const size_t links_bytes = static_cast<size_t>(node_height) * sizeof(MemtableNode*);
    char* const bytes = arena.allocate(sizeof(MemtableNode) + links_bytes + record.key.size());
    auto* const node = new (bytes) MemtableNode{record, nullptr};
    char* const key = bytes + sizeof(MemtableNode) + links_bytes;
    if (!record.key.empty()) std::memcpy(key, record.key.data(), record.key.size());
    node->record.key = {key, record.key.size()};
    node->record.value = copy_value(record.value);
    return node;
  }
};

Memtable::Memtable() : state_(std::make_unique<State>()) {}
Memtable::~Memtable() = default;

void Memtable::insert(const Record& record) {
  State& s = *state_;
  ++s.changes;
  if (kFullEngine && record.kind == RecordKind::remove_range) return remove_range(record);
  s.last_sequence = record.sequence;
  s.move_finger(record);
  s.min_ts = std::min(s.min_ts, record.ts);
  s.max_ts = std::max(s.max_ts, record.ts);
  MemtableNode* const next = s.finger[0]->next(0);
  if (next != nullptr && compare_records(next->record, record) == 0) {
    // Replaced in its place. The old value's bytes stay: somebody may hold a view of them.
    s.data_bytes += record.value.size();
    s.data_bytes -= next->record.value.size();
    const std::string_view key = next->record.key;
    const std::string_view value = s.copy_value(record.value);
    next->record = record;
    next->record.key = key;
    next->record.value = value;
    return;
  }
  const int height = s.random_height();
  s.height = std::max(s.height, height);
  MemtableNode* const node = s.new_node(record, height);
  node->prev = s.finger[0] == &s.head.node ? nullptr : s.finger[0];
  if (next != nullptr) {
    next->prev = node;
  } else {
    s.last = node;
  }
  for (int level = 0; level < height; ++level) {
    MemtableNode*& finger = s.finger[static_cast<size_t>(level)];
    node->links()[level] = finger->next(level);
    finger->links()[level] = node;
    finger = node;
  }
  ++s.count;
  s.data_bytes += record.key.size() + record.value.size();
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
  const MemtableNode* node = state_->find_first(place_before(key, ts_max));
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
