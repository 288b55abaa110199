// A buffer with one of each command.
#pragma once

#include <string>
#include <vector>

#include "document/test_key.h"
#include "wasm/test_commands.h"

namespace flowdb {

// One of each command, each valid when executed in this order in an upgrade of an empty database.
inline std::vector<std::string> valid_commands() {
  const std::string pattern = "\x50" + number(0) + text("n") + std::string(1, '\0');
  Body put;
  put.bytes("").u32(0).u32(1).bytes(R"({})").u32(2).u32(2).u32(1).u32(2).bytes(pattern);
  put.u32(3).u32(0).bytes(text("multi"));
  Body plain;
  plain.bytes(number(5)).u32(1).u32(0xffffffff).bytes("tagged").u32(0);
  Body in_pieces;
  in_pieces.bytes(number(6)).u32(1).u32(0xffffffff).bytes("tagged").u32(0).u32(2).u32(1);
  Body range;
  range.u32(1 | 2 | 8).bytes(number(0)).bytes(text("z"));
  Body scan = range;
  scan.u32(1).u32(10).u32(1000).u32(1).u32(1).bytes(number(1)).bytes(number(1));
  Body all = range;
  all.u32(5).u32(2).u32(2);
  return {
      command(8, 1, 1, 1, Body().bytes(R"("s")").bytes(R"("id")")),
      command(11, 1, 2, 2, Body().u32(1).bytes(R"("u")").bytes(R"(["id","n"])")),
      command(11, 2, 3, 3, Body().u32(1).bytes(R"("m")").bytes(R"("m")")),
      command(1, 2, 4, 1, put),
      command(1, 1, 5, 1, plain),
      command(14, 0, 6, 1, Body().u32(0).bytes("the first piece")),
      command(1, 4, 7, 1, in_pieces),
      command(2, 1, 8, 1, range),
      command(3, 0, 9, 3, all),
      command(4, 0, 10, 1, range),
      command(7, 0, 11, 2, scan),
      command(10, 0, 12, 3, Body().bytes(R"("\u00e4")")),
      command(5, 0, 13, 1, Body().only(number(5))),
      command(12, 0, 14, 3),
      command(6, 0, 15, 1),
      command(9, 0, 16, 1),
  };
}

}  // namespace flowdb
