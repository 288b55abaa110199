// Taking free regions into use, and giving tables up.
#include <algorithm>

#include "storage/container_state.h"
#include "storage/record.h"
#include "util/rules.h"

namespace flowdb {
namespace {

// A commit for the sake of a smaller table costs more than the room is worth.
constexpr uint64_t kCommitForRegionsMin = 4;

}  // namespace

// Tables leave smaller ones alone, so that these grow. Checkpoints come and go with each commit:
// small ones that take turns in them leave the large ones whole.
uint64_t Container::State::useful_bytes() const {
  if (!reused) return region_bytes_min;
  const uint64_t one = kCheckpointLeadBytes + superblock.checkpoint_length;
  return std::min(region_bytes_min, std::max(one, kPageBytes));
}

size_t Container::State::fit_for_table(const Regions& regions, uint64_t bytes) const {
  return lowest_fit(regions, std::max(bytes + 2 * kRecordHeaderBytes, region_bytes_min));
}

Region Container::State::take_region(size_t index) {
  const Region region = free[index];
  free.erase(free.begin() + static_cast<ptrdiff_t>(index));
  reused = true;
  return region;
}

std::string Container::State::frame_rest(uint64_t end_of_record, uint64_t region_end) {
  if (!holds(Rule::slack_framed)) return {};
  const uint64_t next = next_record_offset(end_of_record);
  if (next + kRecordHeaderBytes > region_end) return encode_gap(end_of_record, region_end);
  const Region rest = {next, region_end};
  if (rest.bytes() >= useful_bytes()) free.push_back(rest);
  return encode_gap(end_of_record, next) + encode_filler_header(rest.begin, rest.end);
}

Result<bool> Container::State::begin_room(uint64_t bytes) {
  if (settled || counting || bytes < kCommitForRegionsMin * region_bytes_min) return false;
  if (fit_for_table(free, bytes) != free.size()) return false;
  const bool reused_before = reused;
  reused = true;
  Plan plan;
  const Status status = plan_superblock(plan);
  if (!status.is_ok() || fit_for_table(plan.free, bytes) == plan.free.size()) {
    reused = reused_before;
    return status.is_ok() ? Result<bool>(false) : status;
  }
  begin_superblock(std::move(plan));
  return true;
}

Result<Region> Container::State::find_region(uint64_t bytes) {
  FLOWDB_RETURN_IF_ERROR(begin_room(bytes).status());
  FLOWDB_RETURN_IF_ERROR(finish());
  const size_t index = fit_for_table(free, bytes);
  return index == free.size() ? Region() : take_region(index);
}

Result<bool> Container::begin_room(uint64_t expected_bytes) {
  FLOWDB_RETURN_IF_ERROR(state_->check_no_writer());
  return state_->begin_room(expected_bytes);
}

std::shared_ptr<const TableLocation> Container::hold_table(uint32_t id) {
  auto found = state_->tables.find(id);
  if (found == state_->tables.end()) {
    found = state_->finished.find(id);
    if (found == state_->finished.end()) return nullptr;
  }
  auto location = std::make_shared<const TableLocation>(found->second);
  state_->readers.push_back(location);
  return location;
}

void Container::discard_table(uint32_t id) {
  const auto found = state_->finished.find(id);
  if (found == state_->finished.end()) return;
  state_->finished.erase(found);
  state_->settled = false;
}

}  // namespace flowdb
