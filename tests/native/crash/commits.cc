// Every commit puts its number, overwrites some keys of a small set and removes others.
#include "crash/commits.h"

#include <cstdlib>
#include <cstring>

namespace flowdb {
namespace {

constexpr uint64_t kFactor = 0x9e3779b97f4a7c15;
constexpr uint64_t kKeys = 24;

uint64_t mix(uint64_t h) {
  h ^= h >> 32;
  h *= kFactor;
  return h ^ (h >> 29);
}

uint64_t extend(uint64_t hash, std::string_view key, std::string_view value) {
  return hash_of(value, hash_of(key, hash));
}

uint64_t hash_content(const Content& content) {
  uint64_t hash = 0;
  for (const auto& [key, value] : content) hash = extend(hash, key, value);
  return hash;
}

// The operations of a commit: key, and value or null for a removal.
template <typename Use>
void each_operation(uint64_t seed, uint64_t large_every, uint64_t number, Use use) {
  uint64_t random = mix(seed * kFactor + number);
  const auto next = [&random](uint64_t below) {
    random = mix(random + kFactor);
    return random % below;
  };
  const std::string last = std::to_string(number);
  const uint64_t operations = 1 + next(4);
  for (uint64_t i = 0; i < operations; ++i) {
    const std::string key = "key" + std::to_string(next(kKeys));
    if (next(4) == 0) {
      use(key, nullptr);
      continue;
    }
    const size_t length = static_cast<size_t>(next(8) == 0 ? next(1500) : next(150));
    std::string value = last + ":";
    // Half of it compresses.
    for (size_t at = 0; at < length; ++at) {
      value += at % 2 == 0 ? 'v' : static_cast<char>('a' + next(26));
    }
    use(key, &value);
  }
  if (large_every != 0 && number % large_every == 0) {
    std::string value = last + ":";
    while (value.size() < 9000) value += static_cast<char>('a' + next(26));
    use("large", &value);
  }
  use(std::string(kLastKey), &last);
}

}  // namespace

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

WriteBatch Commits::batch(uint64_t number) const {
  WriteBatch batch;
  each_operation(seed_, large_every_, number,
                 [&](const std::string& key, const std::string* value) {
                   if (value == nullptr) {
                     batch.remove(key);
                   } else {
                     batch.put(key, *value);
                   }
                 });
  return batch;
}

void Commits::apply(uint64_t number, Content& content) const {
  each_operation(seed_, large_every_, number,
                 [&](const std::string& key, const std::string* value) {
                   if (value == nullptr) {
                     content.erase(key);
                   } else {
                     content[key] = *value;
                   }
                 });
}

uint64_t Commits::hash_after(uint64_t number) {
  if (hashes_.empty()) hashes_.push_back(hash_content(newest_));
  while (hashes_.size() <= number) {
    apply(hashes_.size(), newest_);
    hashes_.push_back(hash_content(newest_));
  }
  return hashes_[static_cast<size_t>(number)];
}

Content Commits::content_after(uint64_t number) const {
  Content content;
  for (uint64_t n = 1; n <= number; ++n) apply(n, content);
  return content;
}

Result<FoundContent> read_content(Iterator& iterator) {
  FoundContent found;
  for (iterator.seek_to_first(); iterator.valid(); iterator.next()) {
    found.hash = extend(found.hash, iterator.key(), iterator.value());
    if (iterator.key() == kLastKey) {
      found.last = std::strtoull(std::string(iterator.value()).c_str(), nullptr, 10);
    }
  }
  FLOWDB_RETURN_IF_ERROR(iterator.status());
  return found;
}

}  // namespace flowdb
