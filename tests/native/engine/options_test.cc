// Every field of the options that is out of range is refused by its name.
#include "engine/options.h"

#include <gtest/gtest.h>

#include "engine/test_engine.h"
#include "sst/compressor.h"

namespace flowdb {
namespace {

template <typename Change>
void expect_refused(const char* field, Change change,
                    StatusCode code = StatusCode::invalid_argument) {
  EngineOptions options = test_options();
  change(options);
  const Status status = validate(options);
  EXPECT_EQ(status.code(), code) << field;
  EXPECT_NE(status.message().find(field), std::string::npos) << status.to_string();
  EXPECT_EQ(StoredDatabase().try_open(options).status().code(), code);
}

TEST(OptionsTest, DefaultsAndTheTestsOwnAreAccepted) {
  expect_ok(validate(test_options()));
  expect_ok(validate(tiny_options()));
  EngineOptions options = test_options();
  options.bloom_bits_per_key = 0;
  options.block_cache_bytes = 0;
  options.compression = Compression::none;
  expect_ok(validate(options));
}

TEST(OptionsTest, EachFieldIsRefusedByName) {
  expect_refused("memtable_bytes_max", [](auto& o) { o.memtable_bytes_max = 1; });
  expect_refused("block_bytes", [](auto& o) { o.block_bytes = 0; });
  expect_refused("table_bytes_max", [](auto& o) { o.table_bytes_max = 100; });
  expect_refused("overlay_bytes_max", [](auto& o) { o.overlay_bytes_max = 100; });
  expect_refused("block_cache_bytes", [](auto& o) { o.block_cache_bytes = size_t{1} << 31; });
  expect_refused("bloom_bits_per_key", [](auto& o) { o.bloom_bits_per_key = -1; });
  expect_refused("bloom_bits_per_key", [](auto& o) { o.bloom_bits_per_key = 33; });
  expect_refused("compression", [](auto& o) { o.compression = static_cast<Compression>(7); });
  if (!kHasZstd) {
    expect_refused(
        "zstd", [](auto& o) { o.compression = Compression::zstd; }, StatusCode::unsupported);
  }
  expect_refused("memory_bytes_max", [](auto& o) { o.memory_bytes_max = 30 << 20; });
  expect_refused("memory_bytes_max", [](auto& o) { o.block_cache_bytes = 100 << 20; });
  expect_refused("default_ttl_us", [](auto& o) { o.default_ttl_us = -1; });
  expect_refused("level0_tables_max", [](auto& o) { o.level0_tables_max = 0; });
  expect_refused("compaction_style",
                 [](auto& o) { o.compaction_style = static_cast<CompactionStyle>(2); });
  expect_refused("level0_tables_max is 1, must be from 2", [](auto& o) {
    o.compaction_style = CompactionStyle::size_tiered;
    o.level0_tables_max = 1;
  });
  expect_refused("level1_bytes_max", [](auto& o) { o.level1_bytes_max = 0; });
  expect_refused("log_extent_bytes_min", [](auto& o) { o.log_extent_bytes_min = 100; });
  expect_refused("log_extent_bytes_min", [](auto& o) { o.log_extent_bytes_min = 5000; });
  expect_refused("log_extent_bytes_max", [](auto& o) { o.log_extent_bytes_max = 4096; });
  expect_refused("region_bytes_min", [](auto& o) { o.region_bytes_min = 4095; });
  expect_refused("random", [](auto& o) { o.random = nullptr; });
  expect_refused("now_us", [](auto& o) { o.now_us = nullptr; });
}

TEST(OptionsTest, CreatingMayBeForbidden) {
  EngineOptions options = test_options();
  options.create_if_missing = false;
  StoredDatabase stored;
  EXPECT_EQ(stored.try_open(options).status().code(), StatusCode::not_found);
  EXPECT_TRUE(stored.container->empty());
  EXPECT_TRUE(stored.log->empty());
  stored.open();
  EXPECT_TRUE(stored.try_open(options).is_ok());
}

}  // namespace
}  // namespace flowdb
