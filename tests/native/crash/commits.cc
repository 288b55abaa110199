// Every commit puts its number, overwrites some keys of a small set and removes others; full ones
// do that to versions of several times, to ranges, and with an end in time.
#include "crash/commits.h"

#include <cstdlib>
#include <cstring>

#include "engine/batch_reader.h"

namespace flowdb {
namespace {

constexpr uint64_t kFactor = 0x9e3779b97f4a7c15;
constexpr uint64_t kKeys = 24;
constexpr uint64_t kSeries = 8;

uint64_t mix(uint64_t h) {
  h ^= h >> 32;
  h *= kFactor;
  return h ^ (h >> 29);
}

uint64_t extend(uint64_t hash, std::string_view key, int64_t ts, std::string_view value,
                int64_t expire_at) {
  const uint64_t times = static_cast<uint64_t>(ts) * kFactor + static_cast<uint64_t>(expire_at);
  return hash_of(value, hash_of(key, mix(hash + times)));
}

bool is_visible(const VersionContent& content, bool later) {
  return content.expire_at > (later ? kCrashLater : kCrashNow);
}

uint64_t hash_content(const Content& content, bool later) {
  uint64_t hash = 0;
  for (const auto& [place, found] : content) {
    if (is_visible(found, later)) {
      hash = extend(hash, place.key, place.ts, found.value, found.expire_at);
    }
  }
  return hash;
}

}  // namespace

struct Commits::Operation {
  enum class Kind : uint8_t { put, remove, remove_range };
  Kind kind = Kind::put;
  std::string key;
  std::string value;  // or the end of the range
  int64_t ts = 0;
  int64_t expire_at = kNeverExpires;
};

uint64_t hash_of(std::string_view bytes, uint64_t seed) {
  // Four at a time: the images are long, and there are many.
  uint64_t lanes[4] = {seed + bytes.size(), seed ^ kFactor, seed * kFactor, ~seed};
  size_t at = 0;
  for (; bytes.size() - at >= 32; at += 32) {
    for (size_t i = 0; i < 4; ++i) {
      uint64_t word;
      std::memcpy(&word, bytes.data() + at + 8 * i, 8);
      lanes[i] = (lanes[i] ^ word) * kFactor;
      lanes[i] ^= lanes[i] >> 31;
    }
  }
  uint64_t hash = 0;
  for (const uint64_t lane : lanes) hash = mix(hash * 31 + lane);
  for (; at < bytes.size(); ++at) hash = mix(hash + static_cast<unsigned char>(bytes[at]) + 1);
  return hash;
}

std::vector<Commits::Operation> Commits::operations(uint64_t number) const {
  using Kind = Operation::Kind;
  uint64_t random = mix(seed_ * kFactor + number);
  const auto next = [&random](uint64_t below) {
    random = mix(random + kFactor);
    return random % below;
  };
  const auto any_key = [&] { return "key" + std::to_string(next(kKeys)); };
  const std::string last = std::to_string(number);
  // Half of it compresses.
  const auto any_value = [&](uint64_t length) {
    std::string value = last + ":";
    for (uint64_t at = 0; at < length; ++at) {
      value += at % 2 == 0 ? 'v' : static_cast<char>('a' + next(26));
    }
    return value;
  };
  std::vector<Operation> result;
  for (uint64_t left = 1 + next(4); left > 0; --left) {
    Operation operation;
    operation.key = any_key();
    if (full_ && next(8) == 0) {
      operation.kind = Kind::remove_range;
      operation.value = any_key();
      if (operation.value < operation.key) std::swap(operation.key, operation.value);
      if (operation.value != operation.key) result.push_back(operation);
      continue;
    }
    if (full_ && next(3) == 0) operation.ts = static_cast<int64_t>(next(4)) - 1;
    if (next(4) == 0) {
      operation.kind = Kind::remove;
    } else {
      operation.value = any_value(next(8) == 0 ? next(1500) : next(150));
      // Some are not even visible at first; what they hide must not come back.
      if (full_ && next(6) == 0) operation.expire_at = kCrashNow + static_cast<int64_t>(next(2));
    }
    result.push_back(operation);
  }
  if (full_ && number % 4 == 0) {
    // Tables of nothing but what has expired.
    for (uint64_t i = 0; i < 4; ++i) {
      const std::string key = "gone" + std::to_string((number / 4 * 4 + i) % 64);
      result.push_back({Kind::put, key, any_value(400), 0, kCrashNow});
    }
    // A series of which a removal, or a limit in time, takes a part.
    const std::string key = "series" + std::to_string(next(2));
    const auto ts = static_cast<int64_t>(number / 4 % kSeries);
    result.push_back({Kind::put, key, any_value(200), ts, kCrashNow + 1});
    if (next(8) == 0) result.push_back({Kind::remove_range, key, key + '\x01', 0, kNeverExpires});
  }
  if (large_every_ != 0 && number % large_every_ == 0) {
    std::string value = last + ":";
    while (value.size() < 9000) value += static_cast<char>('a' + next(26));
    result.push_back({Kind::put, "large", value, 0, kNeverExpires});
  }
  result.push_back({Kind::put, std::string(kLastKey), last, 0, kNeverExpires});
  return result;
}

WriteBatch Commits::batch(uint64_t number) const {
  WriteBatch batch;
  for (const Operation& operation : operations(number)) {
    switch (operation.kind) {
      case Operation::Kind::put:
        batch.put(operation.key, operation.value, operation.ts, operation.expire_at);
        break;
      case Operation::Kind::remove:
        batch.remove(operation.key, operation.ts);
        break;
      case Operation::Kind::remove_range:
        batch.remove_range(operation.key, operation.value);
        break;
    }
  }
  return batch;
}

void Commits::apply(uint64_t number, Content& content) const {
  for (const Operation& operation : operations(number)) {
    switch (operation.kind) {
      case Operation::Kind::put:
        content[{operation.key, operation.ts}] = {operation.value, operation.expire_at};
        break;
      case Operation::Kind::remove:
        content.erase({operation.key, operation.ts});
        break;
      case Operation::Kind::remove_range:
        erase_range(content, operation.key, operation.value);
        break;
    }
  }
}

uint64_t Commits::hash_after(uint64_t number, bool later) {
  const auto hashes = [&] {
    return std::array{hash_content(newest_, false), hash_content(newest_, true)};
  };
  if (hashes_.empty()) hashes_.push_back(hashes());
  while (hashes_.size() <= number) {
    apply(hashes_.size(), newest_);
    hashes_.push_back(hashes());
  }
  return hashes_[static_cast<size_t>(number)][later ? 1 : 0];
}

Content Commits::content_after(uint64_t number, bool later) const {
  Content content;
  for (uint64_t n = 1; n <= number; ++n) apply(n, content);
  for (auto at = content.begin(); at != content.end();) {
    at = is_visible(at->second, later) ? std::next(at) : content.erase(at);
  }
  return content;
}

void fill_runs(const WriteBatch& batch, Memtable& obsolete, Memtable& newest) {
  BatchReader reader(batch.payload());
  for (Record record; reader.next(record, "batch").value();) {
    newest.insert(record);
    if (record.kind == RecordKind::remove_range) continue;
    record.kind = RecordKind::put;
    record.value = "obsolete";
    obsolete.insert(record);
  }
}

Result<FoundContent> read_content(Iterator& iterator) {
  FoundContent found;
  for (iterator.seek_to_first(); iterator.valid(); iterator.next()) {
    found.hash =
        extend(found.hash, iterator.key(), iterator.ts(), iterator.value(), iterator.expire_at());
    if (iterator.key() == kLastKey) {
      found.last = std::strtoull(std::string(iterator.value()).c_str(), nullptr, 10);
    }
  }
  FLOWDB_RETURN_IF_ERROR(iterator.status());
  return found;
}

}  // namespace flowdb
