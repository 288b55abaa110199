// Writes the inputs that fuzzing begins with, each made by the code that writes the format.
//
//   fuzz_seeds FOLDER    makes FOLDER/<target>/… for every target
#include <cstdio>
#include <filesystem>
#include <fstream>
#include <vector>

#include "document/test_key.h"
#include "engine/manifest.h"
#include "engine/write_batch.h"
#include "fuzz/fuzz_input.h"
#include "sst/compressor.h"
#include "sst/table_builder.h"
#include "storage/checkpoint.h"
#include "storage/memory_file.h"
#include "wal/log.h"
#include "wasm/test_commands.h"
#include "wasm/valid_commands.h"

namespace flowdb {
namespace {

constexpr DatabaseId kId{1, 2, 3, 4, 5, 6, 7, 8};

void check(const Status& status) {
  if (status.is_ok()) return;
  std::fprintf(stderr, "%s\n", status.to_string().c_str());
  std::exit(1);
}

template <typename T>
T value_of(Result<T> result) {
  check(result.status());
  return std::move(result).value();
}

class Seeds {
 public:
  explicit Seeds(std::filesystem::path folder) : folder_(std::move(folder)) {}

  void add(const std::string& target, std::string_view bytes, bool reseal = true) {
    const std::filesystem::path folder = folder_ / target;
    std::filesystem::create_directories(folder);
    std::ofstream out(folder / std::to_string(++count_), std::ios::binary);
    out << static_cast<char>(reseal ? kResealFlag : 0) << bytes;
    if (!out) check(Status::io_error("could not write a seed"));
  }

 private:
  std::filesystem::path folder_;
  int count_ = 0;
};

RangeRemoves range_removes() {
  RangeRemoves removes;
  removes.add("key1002", "key1009", 4);
  removes.add("key1005", "key2", 7);
  return removes;
}

std::string table_bytes(const TableBuilderOptions& options, int records,
                        const RangeRemoves& removes = {}) {
  auto bytes = std::make_shared<std::string>();
  auto container = value_of(Container::open(std::make_unique<MemoryFile>(bytes), {kId, true}));
  auto writer = value_of(container->begin_table(7));
  TableBuilder builder(*writer, options);
  for (int i = 0; i < records; ++i) {
    const std::string key = "key" + std::to_string(1000 + i / 2);
    const std::string value(static_cast<size_t>(i % 40), 'v');
    Record record{key, value, i % 2 == 0 ? 5 : -5, kNeverExpires, 9, RecordKind::put};
    if (i % 7 == 3) record.expire_at = 1'000'000 + i;
    if (i % 5 == 4) record = {key, {}, record.ts, kNeverExpires, 9, RecordKind::remove};
    check(builder.add(record));
  }
  if (!removes.empty()) builder.set_range_removes(removes);
  check(builder.finish());
  writer.reset();
  check(container->apply({7}, {}, "manifest"));
  const TableLocation at = container->tables().at(7);
  return bytes->substr(static_cast<size_t>(at.offset), static_cast<size_t>(at.length));
}

void add_tables(Seeds& seeds) {
  std::vector<BlockCompression> compressions = {BlockCompression::none, BlockCompression::lz4};
  if (kHasZstd) compressions.push_back(BlockCompression::zstd);
  for (const BlockCompression compression : compressions) {
    for (const int records : {1, 12, 60}) {
      TableBuilderOptions options;
      options.block_bytes = 200;
      options.compression = compression;
      options.bloom_bits_per_key = records == 12 ? 0 : 10;
      seeds.add("table", table_bytes(options, records));
    }
    seeds.add("table",
              table_bytes({.block_bytes = 200, .compression = compression}, 12, range_removes()));
    seeds.add("table", table_bytes({.compression = compression}, 0, range_removes()));
  }
}

void add_containers(Seeds& seeds) {
  auto bytes = std::make_shared<std::string>();
  auto container = value_of(Container::open(std::make_unique<MemoryFile>(bytes), {kId, true}));
  seeds.add("container", *bytes);
  for (uint32_t id = 1; id <= 3; ++id) {
    auto writer = value_of(container->begin_table(id));
    check(writer->append(std::string(id * 30, 't')));
    check(writer->finish());
    writer.reset();
    check(container->apply({id}, id == 3 ? std::vector<uint32_t>{1} : std::vector<uint32_t>{},
                           "manifest " + std::to_string(id)));
    seeds.add("container", *bytes);
  }
  check(container->write_sst(9, "standalone"));
  seeds.add("container", *bytes);
  check(container->delete_sst(2));
  seeds.add("container", *bytes, false);
  auto copy = std::make_shared<std::string>();
  MemoryFile target(copy);
  check(container->copy_to(target));
  seeds.add("container", *copy);
  // As the original writes it: no superblock, a table, a tombstone, a checkpoint.
  std::string original("FLOWDB01\0\0\0\1", 12);
  original.resize(kFileHeaderBytes, '\0');
  original += encode_table_header(1, 3) + "abc" + encode_table_header(2, 3) + "def";
  original += std::string("\0\0\0\0\0\0\0\5\1\0\0\0\2", 13);
  seeds.add("container", original);
  original += std::string("\0\0\0\0\0\0\0\x19\2\0\0\0\1\0\0\0\1", 17);
  original += std::string("\0\0\0\0\0\0\x10\x0d\0\0\0\0\0\0\0\3", 16);
  seeds.add("container", original);
}

// Regions that are used again, also as a power failure leaves them: the commit there, and the
// headers that let its records be seen not.
void add_reused_containers(Seeds& seeds) {
  auto bytes = std::make_shared<std::string>();
  auto container =
      value_of(Container::open(std::make_unique<MemoryFile>(bytes), {kId, true, kPageBytes}));
  for (uint32_t id = 1; id <= 8; ++id) {
    for (uint32_t table = 2 * id; table < 2 * id + 2; ++table) {
      auto writer = value_of(container->begin_table(table, 100));
      check(writer->append(std::string(table * 40, 't')));
      check(writer->finish());
    }
    const std::string before = *bytes;
    std::vector<uint32_t> removed;
    if (id > 2) removed = {2 * id - 4, 2 * id - 3};
    check(container->apply({2 * id, 2 * id + 1}, removed, "manifest"));
    if (!container->regions_reused()) continue;
    seeds.add("container", *bytes);
    std::string hidden = *bytes;
    for (size_t at = kFileHeaderBytes; at + kSectorBytes <= before.size(); at += kPageBytes) {
      if (at + kSectorBytes > hidden.size()) break;
      hidden.replace(at, kSectorBytes, before, at, kSectorBytes);
    }
    seeds.add("container", hidden);
  }
  check(container->write_sst(99, "standalone"));
  seeds.add("container", *bytes);
  check(container->close());
  seeds.add("container", *bytes + encode_table_header(50, 3) + "abc");
}

void add_logs(Seeds& seeds) {
  auto bytes = std::make_shared<std::string>();
  LogOptions options;
  options.extent_bytes_min = 8192;
  options.extent_bytes_max = 32768;
  options.random = [salt = uint64_t{42}]() mutable { return salt += 0x9e3779b97f4a7c15; };
  auto log = value_of(Log::open(std::make_unique<MemoryFile>(bytes), kId, nullptr, options));
  check(log->recover(0, [](const LogBatch&) { return Status::ok(); }));
  const auto used = [&] { return bytes->substr(0, bytes->find_last_not_of('\0') + 1); };
  seeds.add("log", used());
  check(log->append({{1, "first"}, {2, std::string(20, 'b')}}, true));
  seeds.add("log", used());
  check(log->switch_extent(100, false));
  check(log->append({{3, "behind a jump"}}, true));
  seeds.add("log", used());
  // The operations of a batch, in a frame and without one.
  WriteBatch batch;
  seeds.add("log", batch.payload());
  batch.put("key", "value");
  batch.put("key", std::string(200, 'v'), -5, 1'000'000);
  batch.remove("key");
  batch.remove("", 5);
  seeds.add("log", batch.payload());
  batch.remove_range("key", "kez");
  seeds.add("log", batch.payload());
  check(log->append({{4, batch.payload()}}, true));
  seeds.add("log", used());
}

void add_checkpoints(Seeds& seeds) {
  Manifest manifest;
  seeds.add("checkpoint", encode_checkpoint({}, manifest.encode(), kId, {}));
  manifest.last_sequence = 12;
  manifest.next_table_id = 4;
  manifest.log = {1, 2, 4096, 135168};
  TableMeta newer;
  newer.id = 3;
  newer.records = 7;
  newer.smallest_sequence = 5;
  newer.largest_sequence = 12;
  newer.min_ts = -1;
  newer.max_ts = 1;
  newer.smallest_key = "a";
  newer.largest_key = "z";
  TableMeta older;
  older.id = 1;
  older.level = 1;
  older.records = 3;
  older.smallest_sequence = 1;
  older.largest_sequence = 2;
  older.smallest_key = "b";
  older.largest_key = "c";
  older.max_expire_at = 1'000'000;
  older.has_range_removes = true;
  older.assign_sequence(2);
  manifest.tables = {newer, older};
  const LiveTables tables{{1, {4109, 100}}, {3, {8205, 999}}};
  seeds.add("checkpoint", encode_checkpoint(tables, manifest.encode(), kId, {}));
  seeds.add("checkpoint", encode_checkpoint(tables, manifest.encode(), kId, {7, 9216}));
}

void add_keys(Seeds& seeds) {
  std::mt19937 random(1);
  for (int i = 0; i < 60; ++i) seeds.add("key", encode(random_key(random)));
}

void add_commands(Seeds& seeds) {
  std::string all;
  for (const std::string& one : valid_commands()) {
    all += one;
    seeds.add("commands", all);
  }
}

void add_json(Seeds& seeds) {
  for (const char* text :
       {R"("a")", R"("\u00e4\n\"")", "null", R"(["a","b.c"])", "[]", "-0.5e-7", "true",
        R"({"a":{"b":[1,2.50,null]},"\ud83d\ude00":"\ud800","a":{"c":null}})"}) {
    seeds.add("json", text);
  }
}

}  // namespace
}  // namespace flowdb

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: fuzz_seeds FOLDER\n");
    return 2;
  }
  flowdb::Seeds seeds(argv[1]);
  flowdb::add_tables(seeds);
  flowdb::add_containers(seeds);
  flowdb::add_reused_containers(seeds);
  flowdb::add_logs(seeds);
  flowdb::add_checkpoints(seeds);
  flowdb::add_keys(seeds);
  flowdb::add_commands(seeds);
  flowdb::add_json(seeds);
  return 0;
}
