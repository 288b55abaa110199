// The bench's command line; README.md says what it measures and how to read it.
#include <algorithm>
#include <cstdio>
#include <cstdlib>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

#ifndef __EMSCRIPTEN__
#include <filesystem>
#endif

#include "menu.h"

namespace flowdb::bench {

void fail(std::string_view who, std::string_view what) {
  std::fprintf(stderr, "%.*s: %.*s\n", static_cast<int>(who.size()), who.data(),
               static_cast<int>(what.size()), what.data());
  std::exit(1);
}

namespace {

constexpr const char* kUsage =
    "flowdb_bench [--rounds=3] [--records=100000] [--large=1000000] [--only=TEXT]\n"
    "             [--stores=flowdb,rocksdb,leveldb] [--folder=FOLDER | --memory] [--json=FILE]\n"
    "             [--clock=wall|thread] [--passes=5]\n"
    "--large=0 leaves the large group out; --only runs the groups with TEXT in their names;\n"
    "--memory keeps FlowDB's files in memory and leaves the other stores out.\n";

struct CommandLine {
  MenuSettings menu;
  int rounds = 3;
  std::string stores = "flowdb,rocksdb,leveldb";
  std::string folder = "bench-data";
  std::string only;
  std::string json;
  bool memory = false;

  // False when an argument is none of ours.
  bool parse(int argc, char** argv) {
    for (int i = 1; i < argc; ++i) {
      const std::string_view argument = argv[i];
      const size_t equals = argument.find('=');
      const std::string_view name = argument.substr(0, equals);
      const std::string value(equals == std::string_view::npos ? std::string_view()
                                                               : argument.substr(equals + 1));
      if (name == "--rounds") {
        rounds = std::max(1, std::atoi(value.c_str()));
      } else if (name == "--records") {
        menu.records = static_cast<uint32_t>(std::max(1, std::atoi(value.c_str())));
      } else if (name == "--large") {
        menu.large_records = static_cast<uint32_t>(std::max(0, std::atoi(value.c_str())));
      } else if (name == "--passes") {
        menu.passes = static_cast<uint32_t>(std::max(1, std::atoi(value.c_str())));
      } else if (name == "--only") {
        only = value;
      } else if (name == "--stores") {
        stores = value;
      } else if (name == "--clock") {
        menu.clock = value == "thread" ? Clock::thread : Clock::wall;
      } else if (name == "--folder") {
        folder = value;
      } else if (name == "--json") {
        json = value;
      } else if (argument == "--memory") {
        memory = true;
      } else {
        return false;
      }
    }
#ifdef __EMSCRIPTEN__
    memory = true;
#endif
    if (memory) stores = "flowdb";
    return true;
  }
};

using StoreMaker = std::unique_ptr<Store> (*)();

std::vector<StoreMaker> makers(const std::string& names) {
  std::vector<StoreMaker> found;
  const auto add = [&](const char* name, StoreMaker maker) {
    if (names.find(name) != std::string::npos && maker() != nullptr) found.push_back(maker);
  };
  add("flowdb", make_flowdb_store);
#ifndef __EMSCRIPTEN__
  add("rocksdb", make_rocksdb_store);
  add("leveldb", make_leveldb_store);
#endif
  return found;
}

// An empty folder for one run.
std::string fresh_folder([[maybe_unused]] const CommandLine& line) {
#ifndef __EMSCRIPTEN__
  if (!line.memory) {
    const std::string folder = line.folder + "/run";
    std::filesystem::remove_all(folder);
    std::filesystem::create_directories(folder);
    return folder;
  }
#endif
  return {};
}

int run(const CommandLine& line) {
  const std::vector<StoreMaker> stores = makers(line.stores);
  std::vector<std::string> names;
  for (const StoreMaker maker : stores) names.push_back(maker()->name());
  if (names.empty()) fail("bench", "none of these stores is in this build");
  Results results(names);
  for (int round = 0; round < line.rounds; ++round) {
    for (const Group& group : kGroups) {
      if (std::string_view(group.name).find(line.only) == std::string_view::npos) continue;
      if (line.menu.large_records == 0 && std::strstr(group.name, "large") != nullptr) continue;
      // In turn, and another one first each time.
      for (size_t i = 0; i < stores.size(); ++i) {
        const auto store = stores[(i + static_cast<size_t>(round)) % stores.size()]();
        StoreSettings settings;
        settings.folder = fresh_folder(line);
        std::fprintf(stderr, "round %d of %d: %s, %s\n", round + 1, line.rounds, group.name,
                     store->name());
        group.run(*store, settings, line.menu, group.name, results);
      }
    }
  }
  fresh_folder(line);
  results.print_table(stdout);
  if (line.json == "-") results.print_json(stdout);
  if (line.json.empty() || line.json == "-") return 0;
  std::FILE* const file = std::fopen(line.json.c_str(), "w");
  if (file == nullptr) fail("bench", "cannot write " + line.json);
  results.print_json(file);
  return std::fclose(file) == 0 ? 0 : 1;
}

}  // namespace
}  // namespace flowdb::bench

int main(int argc, char** argv) {
  flowdb::bench::CommandLine line;
  if (!line.parse(argc, argv)) {
    std::fputs(flowdb::bench::kUsage, stderr);
    return 2;
  }
  return flowdb::bench::run(line);
}
