// Makes the files of fixtures/. Not a test: it was run once, for version 1 of the formats, and is
// run again only for a fixture beside the old one. Usage: engine_fixture_writer FOLDER
#include <cstdio>
#include <fstream>

#include "engine/fixture_content.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: engine_fixture_writer FOLDER\n");
    return 2;
  }
  const flowdb::StoredDatabase stored;
  flowdb::FixtureContent content;
  const auto engine = stored.open(flowdb::fixture_options());
  flowdb::write_fixture(*engine, content);
  // The room that the log has reserved behind its frames is of no use here.
  stored.log->resize((stored.log->find_last_not_of('\0') / 4096 + 1) * 4096);
  const std::string folder = argv[1];
  std::ofstream(folder + "/flow.db", std::ios::binary) << *stored.container;
  std::ofstream(folder + "/flow.wal", std::ios::binary) << *stored.log;
  std::printf("flow.db %zu bytes, flow.wal %zu bytes\n", stored.container->size(),
              stored.log->size());
  return 0;
}
