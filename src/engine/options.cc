// One range a field.
#include "engine/options.h"

#include <string>
#include <utility>

#include "sst/compressor.h"
#include "util/features.h"

namespace flowdb {
namespace {

Status check_range(const char* field, uint64_t value, uint64_t min, uint64_t max) {
  if (value >= min && value <= max) return Status::ok();
  return Status::invalid_argument(std::string(field) + " is " + std::to_string(value) +
                                  ", must be from " + std::to_string(min) + " to " +
                                  std::to_string(max));
}

constexpr uint64_t kKiB = 1 << 10;
constexpr uint64_t kMiB = 1 << 20;
constexpr uint64_t kGiB = 1 << 30;

}  // namespace

Status validate(const EngineOptions& o) {
  FLOWDB_RETURN_IF_ERROR(check_range("memtable_bytes_max", o.memtable_bytes_max, 16 * kKiB, kGiB));
  FLOWDB_RETURN_IF_ERROR(check_range("overlay_bytes_max", o.overlay_bytes_max, 4 * kKiB, kGiB));
  FLOWDB_RETURN_IF_ERROR(check_range("block_cache_bytes", o.block_cache_bytes, 0, kGiB));
  // Two memtables: one is filled while the other is written.
  FLOWDB_RETURN_IF_ERROR(check_range(
      "memory_bytes_max", o.memory_bytes_max,
      uint64_t{2} * o.memtable_bytes_max + o.overlay_bytes_max + o.block_cache_bytes, 8 * kGiB));
  if (!kFullEngine) return Status::ok();

  FLOWDB_RETURN_IF_ERROR(check_range("block_bytes", o.block_bytes, 256, 16 * kMiB));
  FLOWDB_RETURN_IF_ERROR(check_range("table_bytes_max", o.table_bytes_max, 4 * kKiB, kGiB));
  if (o.bloom_bits_per_key != 0) {
    if (o.bloom_bits_per_key < 0) {
      return Status::invalid_argument("bloom_bits_per_key is " +
                                      std::to_string(o.bloom_bits_per_key) +
                                      ", must be from 0 to 32");
    }
    FLOWDB_RETURN_IF_ERROR(
        check_range("bloom_bits_per_key", static_cast<uint64_t>(o.bloom_bits_per_key), 1, 32));
  }
  FLOWDB_RETURN_IF_ERROR(check_range("compression", static_cast<uint64_t>(o.compression), 0, 2));
  if (!kHasZstd && o.compression == Compression::zstd) {
    return Status::unsupported("compression zstd is not in this build");
  }
  if (o.default_ttl_us < 0) {
    return Status::invalid_argument("default_ttl_us is " + std::to_string(o.default_ttl_us) +
                                    ", must be from 0 to " + std::to_string(INT64_MAX));
  }
  FLOWDB_RETURN_IF_ERROR(
      check_range("compaction_style", static_cast<uint64_t>(o.compaction_style), 0, 1));
  const bool size_tiered = o.compaction_style == CompactionStyle::size_tiered;
  // One table alone is no merge.
  FLOWDB_RETURN_IF_ERROR(
      check_range("level0_tables_max", o.level0_tables_max, size_tiered ? 2 : 1, 1000));
  FLOWDB_RETURN_IF_ERROR(
      check_range("level1_bytes_max", o.level1_bytes_max, 16 * kKiB, 1024 * kGiB));
  FLOWDB_RETURN_IF_ERROR(check_range("region_bytes_min", o.region_bytes_min, 4 * kKiB, kGiB));
  FLOWDB_RETURN_IF_ERROR(
      check_range("log_extent_bytes_min", o.log_extent_bytes_min, 4 * kKiB, kGiB));
  FLOWDB_RETURN_IF_ERROR(
      check_range("log_extent_bytes_max", o.log_extent_bytes_max, o.log_extent_bytes_min, kGiB));
  for (const auto& [field, bytes] : {std::pair("log_extent_bytes_min", o.log_extent_bytes_min),
                                     std::pair("log_extent_bytes_max", o.log_extent_bytes_max)}) {
    if (bytes % (4 * kKiB) != 0) {
      return Status::invalid_argument(std::string(field) + " is no multiple of 4096");
    }
  }
  if (!o.random) return Status::invalid_argument("random is not set");
  if (!o.now_us) return Status::invalid_argument("now_us is not set");
  return Status::ok();
}

}  // namespace flowdb
