// Makes the files of fixtures/, or with a second argument those of its folder of that name. Not a
// test: it was run once for each, and is run again only for a fixture beside the old ones.
//
//   engine_fixture_writer FOLDER [records | spilled]
#include <cstdio>
#include <fstream>

#include "engine/fixture_content.h"
#include "engine/records_fixture.h"
#include "engine/spilled_fixture.h"

int main(int argc, char** argv) {
  if (argc < 2) {
    std::fprintf(stderr, "usage: engine_fixture_writer FOLDER [records | spilled]\n");
    return 2;
  }
  const flowdb::StoredDatabase stored;
  const std::string kind = argc > 2 ? argv[2] : "";
  const auto options = kind == "records"   ? flowdb::records_fixture_options()
                       : kind == "spilled" ? flowdb::spilled_fixture_options()
                                           : flowdb::fixture_options();
  const auto engine = stored.open(options);
  if (kind == "records") {
    flowdb::write_records_fixture(*engine);
  } else if (kind == "spilled") {
    flowdb::write_spilled_fixture(*engine);
  } else {
    flowdb::FixtureContent content;
    flowdb::write_fixture(*engine, content);
  }
  // The room that the log has reserved behind its frames is of no use here.
  stored.log->resize((stored.log->find_last_not_of('\0') / 4096 + 1) * 4096);
  const std::string folder = argv[1];
  std::ofstream(folder + "/flow.db", std::ios::binary) << *stored.container;
  std::ofstream(folder + "/flow.wal", std::ios::binary) << *stored.log;
  std::printf("flow.db %zu bytes, flow.wal %zu bytes\n", stored.container->size(),
              stored.log->size());
  return 0;
}
