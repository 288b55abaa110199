// Makes the files of fixtures/. Not a test: it was run once, for version 1 of the formats, and is
// run again only for a fixture beside the old one. Usage: document_fixture_writer FOLDER
#include <cstdio>
#include <fstream>

#include "document/fixture_content.h"

int main(int argc, char** argv) {
  if (argc != 2) {
    std::fprintf(stderr, "usage: document_fixture_writer FOLDER\n");
    return 2;
  }
  const flowdb::TestFiles files;
  const auto database = files.open(R"("a \ud83d name")");
  flowdb::write_fixture(*database.value());
  // The room that the log has reserved behind its frames is of no use here.
  files.log->resize((files.log->find_last_not_of('\0') / 4096 + 1) * 4096);
  const std::string folder = argv[1];
  std::ofstream(folder + "/flow.db", std::ios::binary) << *files.container;
  std::ofstream(folder + "/flow.wal", std::ios::binary) << *files.log;
  std::printf("flow.db %zu bytes, flow.wal %zu bytes\n", files.container->size(),
              files.log->size());
  return 0;
}
