// The original, FlowDB 0.8, as far as its container goes: what it writes, and what it finds when it
// opens a file. Written from the description of its format alone, and shares no code with ours.
#pragma once

#include <cstdint>
#include <map>
#include <string>

namespace flowdb::original {

struct Region {
  uint64_t offset;
  uint64_t length;
};

// A container without any record.
std::string new_container();

// Each appends one record at the end of `file`.
void append_table(std::string& file, uint32_t id, const std::string& bytes);
void append_tombstone(std::string& file, uint32_t id);
void append_checkpoint(std::string& file, const std::map<uint32_t, Region>& tables);

// Its recovery: from the header to the end, later records win, a truncated last record is dropped,
// an unknown type stops the scan.
std::map<uint32_t, Region> recover(const std::string& file);

// The bytes of all tables that recover() finds.
std::map<uint32_t, std::string> contents(const std::string& file);

}  // namespace flowdb::original
