// Point reads and iterators.
#include <algorithm>

#include "engine/engine_state.h"
#include "engine/visible_iterator.h"

namespace flowdb {

Status Engine::get(std::string_view key, const ReadOptions& options, std::string& value) {
  const std::unique_ptr<Iterator> iterator = new_iterator(options);
  iterator->seek(key);
  FLOWDB_RETURN_IF_ERROR(iterator->status());
  if (!iterator->valid() || iterator->key() != key) return Status::not_found();
  value.assign(iterator->value());
  return Status::ok();
}

std::unique_ptr<Iterator> Engine::new_iterator(const ReadOptions& options) {
  State& s = *state_;
  MergingCursor merged;
  if (options.overlay != nullptr) {
    merged.add_overlay(std::make_unique<MemtableCursor>(*options.overlay, nullptr));
  }
  merged.add(std::make_unique<MemtableCursor>(*s.memtable, s.memtable));
  Visibility visibility;
  visibility.snapshot = std::min(options.snapshot, s.last_sequence);
  visibility.now_us = s.options.now_us();
  visibility.overlay = options.overlay;
  visibility.lower = options.lower;
  visibility.upper = options.upper;
  return std::make_unique<VisibleIterator>(std::move(merged), visibility, nullptr);
}

}  // namespace flowdb
